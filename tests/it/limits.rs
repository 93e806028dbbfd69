//! Limits: all or none, each against its own window, said as clients expect it.

use serde_json::{Value, json};
use sluice_tests::{Call, Caller, Gate, Reply, World, answer};
use std::future::IntoFuture as _;
use std::time::Duration;

/// A world in which the tier `trusted` has these limits.
async fn limited(limits: Value) -> World {
    World::with(|file| file["tiers"]["trusted"]["limits"] = limits).await
}

/// A world in which a principal has so many tokens a window.
async fn counted(window: &str, ceiling: u64) -> World {
    let limit = json!({
        "unit": "tokens", "window": window, "scope": "principal", "ceiling": ceiling,
    });
    let world = limited(json!([limit])).await;
    world.backend.always(answer::json(200, &answer::chat_body("x", &answer::usage(40, 60))));
    world
}

/// A call that uses 100 tokens of such a world.
fn hundred(caller: &Caller) -> Call {
    caller.asks("open-1").with("max_tokens", 60)
}

/// A world in which ada has made as many calls of [`hundred`] as fit into a window: three.
pub(crate) async fn used_up(window: &str) -> World {
    let world = counted(window, 400).await;
    for _ in 0..3 {
        hundred(world.ada()).await.is_ok();
    }
    world
}

fn number(reply: &Reply, header: &str) -> u64 {
    let value = reply.header(header).unwrap_or_else(|| panic!("no {header}: {:?}", reply.head));
    value.parse().expect("a number")
}

#[tokio::test]
async fn requests_a_minute() {
    let limit =
        json!([{ "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 3 }]);
    let world = limited(limit).await;
    for left in [2, 1, 0] {
        let reply = world.ada().asks("open-1").await;
        assert_eq!(number(reply.is_ok(), "x-ratelimit-limit-requests"), 3);
        assert_eq!(number(&reply, "x-ratelimit-remaining-requests"), left);
        let reset = reply.header("x-ratelimit-reset-requests").expect("a header");
        assert!(reset.ends_with('s'), "{reset}");
    }
    let reply = world.ada().asks("open-1").await;
    reply.is_refused(429, "rate_limit_exceeded");
    let wait = number(&reply, "retry-after-ms");
    assert!((1..=20_000).contains(&wait), "{wait}");
    assert_eq!(number(&reply, "retry-after"), wait.div_ceil(1000));
    assert_ne!(reply.header("x-should-retry"), Some("false"));
    assert_eq!(number(&reply, "x-ratelimit-limit-requests"), 3);
    assert_eq!(number(&reply, "x-ratelimit-remaining-requests"), 0);
    world.makes("carl", "trusted").await.asks("open-1").await.is_ok();
    // The wait that was said is enough.
    world.hands.turn(Duration::from_millis(wait));
    world.ada().asks("open-1").await.is_ok();
    world.ada().asks("open-1").await.is_refused(429, "rate_limit_exceeded");
    assert_eq!(world.backend.requests(), 5);
}

#[tokio::test]
async fn tokens_a_minute_come_back_with_the_minute() {
    let world = Box::pin(used_up("minute")).await;
    let ask = || hundred(world.ada());
    let reply = ask().await;
    reply.is_refused(429, "rate_limit_exceeded");
    // The clock stands at 10 seconds past the minute.
    assert_eq!(number(&reply, "retry-after"), 50);
    assert_eq!(number(&reply, "x-ratelimit-limit-tokens"), 400);
    world.hands.turn(Duration::from_secs(49));
    ask().await.is_refused(429, "rate_limit_exceeded");
    world.hands.turn(Duration::from_secs(1));
    ask().await.is_ok();
}

#[tokio::test]
async fn tokens_a_day_come_back_with_the_day() {
    let world = Box::pin(used_up("day")).await;
    let ask = || hundred(world.ada());
    let reply = ask().await;
    reply.is_refused(429, "insufficient_quota");
    assert_eq!(reply.header("retry-after"), None, "nobody should sleep till midnight");
    assert_eq!(reply.header("x-should-retry"), Some("false"));
    assert_eq!(reply.header("x-ratelimit-reset-tokens"), Some("13h59m50s"));
    world.hands.turn(Duration::from_secs(13 * 3600 + 59 * 60 + 49));
    ask().await.is_refused(429, "insufficient_quota");
    world.hands.turn(Duration::from_secs(1));
    ask().await.is_ok();
}

#[tokio::test]
async fn a_call_is_settled_with_what_it_used() {
    let limit =
        json!([{ "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 100_000 }]);
    let world = limited(limit).await;
    let left = |reply: Reply| number(reply.is_ok(), "x-ratelimit-remaining-tokens");
    let first = left(world.ada().asks("open-1").await);
    let second = left(world.ada().asks("open-1").streamed().await);
    let third = left(world.ada().asks("open-1").await);
    assert_eq!((first - second, second - third), (7, 7));
}

#[tokio::test]
async fn a_call_is_settled_against_the_window_it_began_in() {
    let limit =
        json!([{ "unit": "tokens", "window": "minute", "scope": "principal", "ceiling": 100_000 }]);
    let world = limited(limit).await;
    let left = |reply: &Reply| number(reply, "x-ratelimit-remaining-tokens");
    let fresh = left(world.ada().asks("open-1").await.is_ok());
    let gate = Gate::new();
    let said = answer::stream().says("good").waits(&gate).stops().usage(&answer::usage(5, 50));
    world.backend.answers(said.done());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    call.says("good").await;
    world.hands.turn(Duration::from_mins(1));
    assert_eq!(left(world.ada().asks("open-1").await.is_ok()), fresh);
    gate.open();
    call.rest().await.is_ok();
    world.total(3).await;
    assert_eq!(left(world.ada().asks("open-1").await.is_ok()), fresh - 7);
}

#[tokio::test]
async fn calls_at_once() {
    let limit = json!([{ "unit": "concurrency", "scope": "principal", "ceiling": 2 }]);
    let world = limited(limit).await;
    let gate = Gate::new();
    let mut calls = Vec::new();
    for _ in 0..2 {
        let said = answer::stream().says("good").waits(&gate).stops();
        world.backend.answers(said.done());
        let mut call = world.ada().asks("open-1").streamed().begins().await;
        call.says("good").await;
        calls.push(call);
    }
    let reply = world.ada().asks("open-1").await;
    reply.is_refused(429, "rate_limit_exceeded");
    assert!(reply.header("retry-after-ms").is_some());
    world.makes("carl", "trusted").await.asks("open-1").await.is_ok();
    gate.open_wide();
    for call in calls {
        call.rest().await.is_ok();
    }
    let free = || async { world.ada().asks("open-1").await.status == 200 };
    sluice_tests::until("a free place", free).await;
}

#[tokio::test]
async fn a_refused_call_has_taken_nothing() {
    let world = limited(json!([
        { "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 100_000 },
        { "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 100 },
        { "unit": "concurrency", "scope": "principal", "ceiling": 1 },
    ]))
    .await;
    let gate = Gate::new();
    world.backend.answers(
        answer::stream().says("good").waits(&gate).stops().usage(&answer::usage(5, 1)).done(),
    );
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    call.says("good").await;
    for _ in 0..20 {
        world.ada().asks("open-1").await.is_refused(429, "rate_limit_exceeded");
    }
    gate.open();
    let first = call.rest().await;
    let first = number(first.is_ok(), "x-ratelimit-remaining-tokens");
    world.total(1).await;
    let reply = world.ada().asks("open-1").await;
    assert_eq!(first - number(reply.is_ok(), "x-ratelimit-remaining-tokens"), 6);
    assert_eq!(number(&reply, "x-ratelimit-remaining-requests"), 98);
    // Nor has one that no backend was asked for.
    for _ in 0..5 {
        world.ada().asks("none-1").await.is_refused(404, "model_not_found");
        world
            .ada()
            .asks("open-1")
            .with("max_tokens", 100_000)
            .await
            .is_refused(400, "cap_exceeded");
    }
    let after = world.ada().asks("open-1").await;
    assert_eq!(number(after.is_ok(), "x-ratelimit-remaining-requests"), 97);
}

#[tokio::test]
async fn a_tier_shares_what_is_the_tiers() {
    let world = limited(json!([
        { "unit": "requests", "window": "minute", "scope": "tier", "ceiling": 4 },
        { "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 3 },
    ]))
    .await;
    let carl = world.makes("carl", "trusted").await;
    let mut served = 0;
    for _ in 0..3 {
        served += u64::from(world.ada().asks("open-1").await.status == 200);
        served += u64::from(carl.asks("open-1").await.status == 200);
    }
    assert_eq!(served, 4);
    world.bob().asks("open-1").await.is_ok();
}

#[tokio::test]
async fn what_can_never_fit_is_said_to_be_so() {
    let limit =
        json!([{ "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 300 }]);
    let world = limited(limit).await;
    let reply = world.ada().asks("open-1").with("max_tokens", 500).await;
    assert!([400, 429].contains(&reply.status), "{}", reply.body());
    assert_eq!(reply.header("x-should-retry"), Some("false"));
    // Not chosen: lowered to fit.
    world.ada().asks("open-1").await.is_ok();
    let sent = world.backend.next().await.json();
    assert!(sent["max_tokens"].as_u64().is_some_and(|sent| sent <= 64), "{sent}");
}

async fn storm(caller: Caller, calls: usize) -> usize {
    let asked = (0..calls).map(|_| tokio::spawn(hundred(&caller).into_future()));
    let mut served = 0;
    for call in asked.collect::<Vec<_>>() {
        served += usize::from(call.await.expect("a call").status == 200);
    }
    served
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_calls_never_goes_over() {
    let world = counted("day", 1000).await;
    let served = storm(world.ada().clone(), 80).await;
    assert!((1..=10).contains(&served), "{served} calls of 100 tokens were served from 1000");
    let total = world.total(served as u64).await;
    assert!(total.prompt_tokens + total.completion_tokens <= 1000, "{total:?}");
}
