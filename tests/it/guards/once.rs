//! The same question is asked once.

use super::*;

#[tokio::test]
async fn a_judgement_is_kept_for_its_time() {
    let post = Post::with(json!({ "cache": { "ttl_ms": 60_000 } })).await;
    for _ in 0..3 {
        assert_eq!(post.verdict("a text").await, Verdict::Safe);
    }
    assert_eq!(post.server.requests(), 1);
    post.server.always(says("unsafe\nS1"));
    assert_eq!(post.verdict("another text").await, Verdict::Unsafe);
    let before = vec![Turn { role: Role::User, text: "hi".into() }];
    let after = Exchange::prompt(before, "a text");
    let judged = post.guard().judge(after, "ada").await.expect("a judgement");
    assert_eq!(judged.verdict, Verdict::Unsafe, "the same text after another");
    post.hands.turn(Duration::from_secs(59));
    assert_eq!(post.verdict("a text").await, Verdict::Safe);
    post.hands.turn(Duration::from_secs(1));
    assert_eq!(post.verdict("a text").await, Verdict::Unsafe);
    assert_eq!(post.server.requests(), 4);
    assert_eq!(post.counts("sluice_guard_cache_lookups_total", ",result=\"hit\""), 3);
    assert_eq!(post.counts("sluice_guard_cache_lookups_total", ",result=\"miss\""), 4);
}

#[tokio::test]
async fn equal_questions_are_asked_once() {
    let post = Post::with(json!({ "cache": { "entries_max": 0 } })).await;
    let gate = Gate::new();
    post.server.answers(Script::new().wait(&gate).send(says_bytes("unsafe\nS9")));
    let first = post.begins("a text");
    post.server.next().await;
    let others: Vec<_> = (0..20).map(|_| post.begins("a text")).collect();
    tokio::task::yield_now().await;
    gate.open();
    for judging in others.into_iter().chain([first]) {
        let judged = soon("a judgement", judging).await.expect("no panic").expect("a judgement");
        assert_eq!(judged.verdict, Verdict::Unsafe);
    }
    assert_eq!(post.server.requests(), 1);
    assert_eq!(post.verdict("a text").await, Verdict::Safe, "nothing is kept here");
}

#[tokio::test]
async fn when_the_first_leaves_the_next_asks() {
    let post = Post::start().await;
    post.server.answers(Script::new().hang());
    let first = post.begins("a text");
    let seen = post.server.next().await;
    let second = post.begins("a text");
    tokio::task::yield_now().await;
    first.abort();
    seen.hung_up().await;
    let judged = soon("a judgement", second).await.expect("no panic").expect("a judgement");
    assert_eq!((judged.verdict, post.server.requests()), (Verdict::Safe, 2));
}
