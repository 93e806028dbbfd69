//! Backends that lie about what was used: no credit, no overflow, no 5xx.

use serde_json::{Value, json};
use sluice_tests::{World, answer};

/// What backends may claim, and whether it can be true of a prompt of a word and two pieces of
/// answer.
fn claims() -> Vec<(&'static str, Value)> {
    let of = |prompt: Value, completion: Value| json!({ "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": 0 });
    vec![
        ("negative", of(json!(-5), json!(-1_000_000))),
        ("zero", of(json!(0), json!(0))),
        ("huge", of(json!(5), json!(u64::MAX))),
        ("huge prompt", of(json!(u64::MAX), json!(2))),
        ("beyond the cap", of(json!(5), json!(1_000_000))),
        (
            "beyond 64 bits",
            serde_json::from_str(r#"{"prompt_tokens":5,"completion_tokens":1e30}"#).expect("JSON"),
        ),
        ("a fraction", of(json!(5.5), json!(2.5))),
        ("text", of(json!("5"), json!("2"))),
        ("lists", of(json!([5]), json!({ "n": 2 }))),
        ("null", of(Value::Null, Value::Null)),
        ("nothing", Value::Null),
        ("an empty object", json!({})),
        ("a number", json!(7)),
    ]
}

/// The node of a claim must be bounded by what the call could use at all.
fn is_sane(name: &str, world_total: &sluice_store::UsageLine, estimated: u64) {
    let total = world_total;
    assert_eq!(total.estimated, estimated, "{name}: {total:?}");
    assert!((1..=64).contains(&total.completion_tokens), "{name}: {total:?}");
    assert!((1..=400).contains(&total.prompt_tokens), "{name}: {total:?}");
}

#[tokio::test]
async fn a_stream_that_lies_is_counted_by_us() {
    for (name, claim) in claims() {
        let world = World::start().await;
        let said = answer::stream().says("good").says(" morning").stops();
        world.backend.answers(said.usage(&claim).done());
        let reply = world.ada().asks("open-1").streamed().await;
        assert_eq!(reply.is_ok().text(), "good morning", "{name}");
        let total = world.total(1).await;
        is_sane(name, &total, 1);
        assert!(total.completion_tokens >= 2, "{name}: charged less than was said: {total:?}");
    }
}

#[tokio::test]
async fn an_answer_that_lies_is_counted_by_us() {
    for (name, claim) in claims() {
        let world = World::start().await;
        world.backend.answers(answer::json(200, &answer::chat_body("good morning", &claim)));
        let reply = world.ada().asks("open-1").await;
        assert_eq!(reply.is_ok().text(), "good morning", "{name}");
        let total = world.total(1).await;
        is_sane(name, &total, 1);
        // What the caller reads is what it is charged, or nothing.
        let shown = &reply.json()["usage"];
        let said = [&shown["prompt_tokens"], &shown["completion_tokens"]].map(Value::as_u64);
        let charged = [total.prompt_tokens, total.completion_tokens].map(Some);
        assert!(shown.is_null() || said == charged, "{name}: {shown} is not {total:?}");
    }
}

#[tokio::test]
async fn usage_that_comes_early_is_no_last_word() {
    let world = World::start().await;
    let early =
        answer::stream().usage(&answer::usage(5, 1)).says("good").says(" morning").says(" all");
    world.backend.answers(early.stops().done());
    let reply = world.ada().asks("open-1").streamed().await;
    assert_eq!(reply.is_ok().text(), "good morning all");
    let total = world.total(1).await;
    assert!(total.completion_tokens >= 3, "{total:?}");
}

#[tokio::test]
async fn usage_that_never_comes_is_counted_by_us() {
    let world = World::start().await;
    world.backend.answers(answer::stream().says("good").says(" morning").stops().done());
    world.ada().asks("open-1").streamed().await.is_ok();
    is_sane("missing", &world.total(1).await, 1);
}

#[tokio::test]
async fn honest_usage_is_taken() {
    let world = World::start().await;
    world.ada().asks("open-1").await.is_ok();
    world.ada().asks("open-1").streamed().await.is_ok();
    let total = world.total(2).await;
    assert_eq!((total.prompt_tokens, total.completion_tokens, total.estimated), (10, 4, 0));
    let world = World::start().await;
    world.ada().embeds("embed-1", "hello").await.is_ok();
    let total = world.total(1).await;
    assert_eq!((total.prompt_tokens, total.completion_tokens, total.estimated), (3, 0, 0));
}

#[tokio::test]
async fn a_lie_costs_only_the_one_who_asked() {
    let world = World::with(|file| {
        file["tiers"]["trusted"]["limits"] =
            json!([{ "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 100_000 }]);
    })
    .await;
    let carl = world.makes("carl", "trusted").await;
    let left = |reply: sluice_tests::Reply| {
        let left = reply.header("x-ratelimit-remaining-tokens").expect("a header");
        left.parse::<u64>().expect("a number")
    };
    let before = left(carl.asks("open-1").await);
    for (_, claim) in claims() {
        world.backend.answers(answer::json(200, &answer::chat_body("good morning", &claim)));
        world.ada().asks("open-1").await.is_ok();
    }
    let after = left(carl.asks("open-1").await);
    assert_eq!(before - after, 7, "carl pays for his own two calls");
}
