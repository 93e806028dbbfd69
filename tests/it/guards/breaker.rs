//! A guard that fails is left alone, and what is no fault of its own is not held against it.

use super::*;

#[tokio::test]
async fn a_guard_that_is_down_is_said_to_be_and_another_server_is_asked() {
    let gone = format!("http://{}", sluice_tests::free_port());
    let post = Post::with(json!({ "urls": [gone] })).await;
    assert_eq!(post.judges("a text").await, Err(Unavailable::Connect));
    let post = {
        let Post { server, hands, .. } = post;
        let urls = json!({ "urls": [gone, server.url()], "cache": { "entries_max": 0 } });
        let guards = guards(&section("", &urls), &hands);
        Post { server, hands, guards, ..post }
    };
    for _ in 0..10 {
        assert_eq!(post.verdict("a text").await, Verdict::Safe);
    }
    assert_eq!(post.server.requests(), 10);
}

#[tokio::test]
async fn a_guard_that_fails_is_left_alone_and_tried_again() {
    let post = Post::with(json!({ "breaker": { "failures_max": 3, "open_ms": 5_000 } })).await;
    post.server.always(answer::json(500, &json!({})));
    for _ in 0..3 {
        assert_eq!(post.judges("a text").await, Err(Unavailable::Status(500)));
    }
    assert_eq!(post.counts("sluice_guard_breaker_state", ""), 2);
    for _ in 0..5 {
        assert_eq!(post.judges("a text").await, Err(Unavailable::Breaker));
    }
    assert_eq!(post.server.requests(), 3, "it is left alone");
    post.hands.turn(Duration::from_secs(5));
    post.guards.sweep();
    assert_eq!(post.counts("sluice_guard_breaker_state", ""), 1);
    for _ in 0..2 {
        assert_eq!(post.judges("a text").await, Err(Unavailable::Status(500)));
    }
    assert_eq!(post.judges("a text").await, Err(Unavailable::Breaker));
    assert_eq!(post.server.requests(), 5, "two callers have tried in vain");
    post.hands.turn(Duration::from_secs(5));
    let gate = Gate::new();
    post.server.answers(Script::new().wait(&gate).send(says_bytes("safe")));
    let tries = post.begins("a text");
    while post.server.requests() < 6 {
        post.server.next().await;
    }
    assert_eq!(post.judges("another text").await, Err(Unavailable::Breaker), "one at a time");
    gate.open();
    assert!(soon("the try", tries).await.expect("no panic").is_ok());
    assert_eq!(post.counts("sluice_guard_breaker_state", ""), 0);
    post.server.always(says("safe"));
    assert_eq!(post.verdict("another text").await, Verdict::Safe);
}

#[tokio::test]
async fn one_callers_texts_leave_nobody_alone() {
    let post = Post::with(json!({ "breaker": { "failures_max": 2 } })).await;
    post.server.always(answer::json(500, &json!({})));
    let asks = |who: &'static str| {
        let judging = post.guard().judge(Exchange::prompt(Vec::new(), "a text"), who);
        async { soon("an end", judging).await.map(|it| it.verdict) }
    };
    for _ in 0..10 {
        assert_eq!(asks("mallory").await, Err(Unavailable::Status(500)));
    }
    assert_eq!(asks("ada").await, Err(Unavailable::Status(500)));
    assert_eq!(asks("bob").await, Err(Unavailable::Breaker), "two have had failures");
    assert_eq!(post.server.requests(), 11);
}

#[tokio::test]
async fn what_a_text_provokes_leaves_nobody_alone() {
    let post = Post::with(json!({ "breaker": { "failures_max": 1 } })).await;
    for script in [answer::json(400, &json!({})), says("prose"), answer::json(413, &json!({}))] {
        post.server.answers(script);
        assert_ne!(post.judges("a text").await.map(|it| it.verdict), Ok(Verdict::Safe));
    }
    assert_eq!(post.verdict("a text").await, Verdict::Safe);
}

#[tokio::test]
async fn who_waits_in_vain_blames_nobody() {
    let post = Post::with(json!({
        "connections_max": 1, "queue_max": 8, "breaker": { "failures_max": 2 },
    }))
    .await;
    post.server.answers(Script::new().hang());
    let first = post.begins("one");
    post.server.next().await;
    let waiting: Vec<_> = ["two", "three"].map(|text| post.begins(text)).into();
    tokio::task::yield_now().await;
    post.server.always(Script::new().hang());
    post.hands.turn(Duration::from_secs(1));
    for judging in waiting.into_iter().chain([first]) {
        let ended = soon("an end", judging).await.expect("no panic");
        assert_eq!(ended, Err(Unavailable::Timeout));
    }
    assert_eq!(post.counts("sluice_guard_breaker_state", ""), 0, "one failure is no row of two");
}
