//! Time, places, connections and bytes have an end.

use super::*;

#[tokio::test]
async fn a_guard_that_is_slow_is_given_up_in_time() {
    let post = Post::start().await;
    post.server.always(Script::new().hang());
    let judging = post.begins("a text");
    let seen = post.server.next().await;
    post.hands.turn(Duration::from_millis(999));
    assert!(!judging.is_finished());
    post.hands.turn(Duration::from_millis(1));
    assert_eq!(soon("an end", judging).await.expect("no panic"), Err(Unavailable::Timeout));
    seen.hung_up().await;
    assert_eq!(post.counts("sluice_guard_failures_total", ",reason=\"timeout\""), 1);
}

#[tokio::test]
async fn all_requests_of_a_judgement_share_its_time() {
    let post = Post::with(json!({ "kind": "shieldgemma", "connections_max": 1 })).await;
    let yes = |text: &str| {
        let choice = json!({ "index": 0, "text": text, "finish_reason": "length" });
        answer::json(200, &json!({ "choices": [choice] }))
    };
    post.server.answers(yes("No"));
    post.server.answers(yes("No"));
    post.server.always(Script::new().hang());
    let judging = post.begins("a text");
    for _ in 0..3 {
        post.server.next().await;
    }
    post.hands.turn(Duration::from_secs(1));
    assert_eq!(soon("an end", judging).await.expect("no panic"), Err(Unavailable::Timeout));
    post.server.always(yes("No"));
    assert_eq!(post.verdict("a text").await, Verdict::Safe);
    assert_eq!(post.server.requests(), 7);
    assert_eq!(post.server.connections(), 2, "one for each judgement, and no more");
}

#[tokio::test]
async fn a_guard_learns_that_nobody_waits() {
    let post = Post::start().await;
    post.server.always(Script::new().hang());
    let judging = post.begins("a text");
    let seen = post.server.next().await;
    judging.abort();
    seen.hung_up().await;
    // Its place is free again, and nothing speaks against the server.
    post.server.always(says("safe"));
    assert_eq!(post.verdict("a text").await, Verdict::Safe);
    assert_eq!(post.counts("sluice_guard_breaker_state", ""), 0);
}

#[tokio::test]
async fn more_than_may_wait_are_told_at_once() {
    let post = Post::with(json!({ "connections_max": 1, "queue_max": 1 })).await;
    let gate = Gate::new();
    post.server.answers(Script::new().wait(&gate).send(says_bytes("safe")));
    let first = post.begins("one");
    post.server.next().await;
    let second = post.begins("two");
    tokio::task::yield_now().await;
    assert_eq!(post.judges("three").await, Err(Unavailable::Busy));
    assert_eq!(post.server.requests(), 1);
    gate.open();
    for judging in [first, second] {
        assert!(soon("a judgement", judging).await.expect("no panic").is_ok());
    }
    assert_eq!(post.verdict("three").await, Verdict::Safe);
    assert_eq!(post.server.connections(), 1, "the connection is kept");
}

#[tokio::test]
async fn a_connection_that_was_closed_is_replaced() {
    let post = Post::with(json!({ "cache": { "entries_max": 0 } })).await;
    post.server.always(Script::new().send(says_bytes("safe")).close());
    for _ in 0..5 {
        assert_eq!(post.verdict("a text").await, Verdict::Safe);
    }
    assert_eq!((post.server.requests(), post.server.connections()), (5, 5));
    post.server.always(says("safe"));
    for _ in 0..3 {
        assert_eq!(post.verdict("a text").await, Verdict::Safe);
    }
    assert_eq!(post.server.connections(), 6);
    post.hands.turn(Duration::from_secs(4));
    assert_eq!(post.verdict("a text").await, Verdict::Safe);
    assert_eq!(post.server.connections(), 7, "what was idle for long is not trusted");
}

#[tokio::test]
async fn a_kept_connection_that_breaks_as_we_ask_is_replaced_once() {
    let post = Post::start().await;
    for (nth, breaks) in [Script::new().close(), Script::new().reset()].into_iter().enumerate() {
        assert_eq!(post.verdict(&format!("fine {nth}")).await, Verdict::Safe);
        post.server.answers(breaks);
        assert_eq!(post.verdict(&format!("broken {nth}")).await, Verdict::Safe);
    }
    assert_eq!((post.server.requests(), post.server.connections()), (6, 3));
}

#[tokio::test]
async fn a_text_too_long_is_not_half_judged() {
    let post = Post::with(json!({ "exchange_bytes_max": 256 })).await;
    assert_eq!(post.judges(&"x".repeat(257)).await, Err(Unavailable::TooLong));
    post.server.saw_nothing();
    let before = vec![Turn { role: Role::User, text: "old ".repeat(100) }];
    let judged = post.guard().judge(Exchange::prompt(before, "x".repeat(256)), "ada").await;
    assert_eq!(judged.expect("a judgement").verdict, Verdict::Safe);
    assert!(!post.server.next().await.holds("old "), "the oldest turns are left out");
}
