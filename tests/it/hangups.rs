//! Who hangs up first, and when: settled once, the backend let go, the row written.

use serde_json::json;
use sluice_tests::{Gate, Reply, Script, World, answer};
use std::time::{Duration, Instant};

/// How long a backend may go on working for a caller who has left.
const LET_GO: Duration = Duration::from_millis(100);

/// A world in which ada has one call at once and tokens that are counted.
async fn counted() -> World {
    World::with(|file| {
        file["tiers"]["trusted"]["limits"] = json!([
            { "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 1_000_000 },
            { "unit": "concurrency", "scope": "principal", "ceiling": 1 },
        ]);
    })
    .await
}

fn left(reply: &Reply) -> u64 {
    let left = reply.header("x-ratelimit-remaining-tokens").expect("a header");
    left.parse().expect("a number")
}

/// Fails unless ada can call again, one call of these outcomes is in the books, and what she paid
/// for it lies in this range.
async fn is_settled(world: &World, outcome: &str, estimated: u64, paid: std::ops::Range<u64>) {
    let total = world.total(1).await;
    assert_eq!(world.outcome().await, outcome);
    assert_eq!(total.estimated, estimated, "{total:?}");
    assert!(paid.contains(&(total.prompt_tokens + total.completion_tokens)), "{total:?}");
    // The reservation came back when the row was written: she may call, and has so much left.
    let first = world.ada().asks("open-1").await;
    let after = left(first.is_ok());
    let held = 1_000_000 - after;
    let again = left(world.ada().asks("open-1").await.is_ok());
    assert_eq!(after - again, 7, "a call that is settled costs what it used");
    let spent = total.prompt_tokens + total.completion_tokens;
    let own = held - spent;
    assert!((64..400).contains(&own), "held {held} after {spent} were spent: not settled once");
    world.total(3).await;
}

#[tokio::test]
async fn a_caller_leaves_before_the_first_byte() {
    let world = counted().await;
    world.backend.answers(Script::new().hang());
    let wire = world.ada().asks("open-1").wire().await;
    let seen = world.backend.next().await;
    drop(wire);
    seen.hung_up().await;
    is_settled(&world, "client_closed", 1, 1..200).await;
}

#[tokio::test]
async fn a_caller_of_a_stream_leaves_before_the_first_byte() {
    let world = counted().await;
    world.backend.answers(answer::stream().hangs());
    let wire = world.ada().asks("open-1").streamed().wire().await;
    let seen = world.backend.next().await;
    wire.resets();
    seen.hung_up().await;
    is_settled(&world, "client_closed", 1, 1..200).await;
}

#[tokio::test]
async fn a_caller_leaves_in_the_middle() {
    for resets in [false, true] {
        let world = counted().await;
        world.backend.answers(answer::stream().says("good").says(" morning").hangs());
        let mut call = world.ada().asks("open-1").streamed().begins().await;
        call.says("good morning").await;
        let seen = world.backend.next().await;
        if resets {
            call.resets();
        } else {
            call.hangs_up();
        }
        seen.hung_up().await;
        is_settled(&world, "client_closed", 1, 3..200).await;
    }
}

#[tokio::test]
async fn a_backend_is_let_go_at_once() {
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let world = World::start().await;
        world.backend.answers(answer::stream().says("good").hangs());
        let mut call = world.ada().asks("open-1").streamed().begins().await;
        call.says("good").await;
        let seen = world.backend.next().await;
        let began = Instant::now();
        call.hangs_up();
        seen.hung_up().await;
        fastest = fastest.min(began.elapsed());
    }
    assert!(fastest < LET_GO, "the backend went on for {fastest:?}");
}

#[tokio::test]
async fn a_caller_leaves_when_all_was_said_but_the_end() {
    let world = counted().await;
    let gate = Gate::new();
    let said = answer::stream().says("good").stops().waits(&gate);
    world.backend.answers(said.usage(&answer::usage(5, 1)).done());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    call.says("good").await;
    call.hangs_up();
    world.backend.next().await.hung_up().await;
    is_settled(&world, "client_closed", 1, 2..200).await;
}

#[tokio::test]
async fn a_backend_leaves_before_the_first_byte() {
    for script in [Script::new().reset(), Script::new().close()] {
        for streamed in [false, true] {
            let world = counted().await;
            world.backend.answers(script.clone());
            let reply = world.ada().asks("open-1").with("stream", streamed).await;
            reply.is_refused(502, "upstream_error");
            is_settled(&world, "upstream_error", 0, 0..1).await;
        }
    }
}

#[tokio::test]
async fn a_backend_leaves_in_the_middle() {
    let heard = Gate::new();
    let begun = || answer::stream().says("good").says(" morning").waits(&heard);
    for script in [begun().is_cut(), begun().is_reset()] {
        let world = counted().await;
        world.backend.answers(script);
        let mut call = world.ada().asks("open-1").streamed().begins().await;
        call.says("good morning").await;
        heard.open();
        call.rest().await.is_broken_off("upstream_error");
        is_settled(&world, "upstream_error", 1, 3..200).await;
    }
}

#[tokio::test]
async fn a_caller_who_has_all_leaves_nothing_behind() {
    let world = counted().await;
    let reply = world.ada().asks("open-1").streamed().await;
    reply.is_ok();
    is_settled(&world, "ok", 0, 7..8).await;
    world.is_quiet().await;
}
