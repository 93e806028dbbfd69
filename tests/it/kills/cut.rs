//! Calls under way: cut where a directive says so, each as its dialect says that something broke.

use super::{kill, restore};
use crate::operations::{asks, world_of_all};
use crate::wards::{guard, guarded};
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_tests::{Gate, Script, World, answer, checkout, soon, until};

/// A model that says "good" and then waits.
fn hangs() -> Script {
    answer::stream().says("good").hangs()
}

/// Stops all that is no call of ada's.
async fn hears_of_others(world: &World, mode: &str) {
    for (number, other) in super::others().iter().enumerate() {
        world.node.hear(kill(&format!("other{number}"), other, mode)).await;
    }
}

#[tokio::test]
async fn a_stream_is_cut_by_what_names_it_and_by_nothing_else() {
    for mode in ["reject", "fallback"] {
        for (scope, _, code) in super::scopes() {
            let world = World::start().await;
            world.backend.answers(hangs());
            world.backend.answers(answer::stream().says("fine").hangs());
            let mut call = world.ada().asks("open-1").streamed().begins().await;
            call.says("good").await;
            let seen = world.backend.next().await;
            hears_of_others(&world, mode).await;
            world.node.hear(kill("1", &scope, mode)).await;
            call.rest().await.is_broken_off(code);
            seen.hung_up().await;
            let total = world.total(1).await;
            assert_eq!(world.outcome().await, code, "{mode} {scope}");
            assert!(total.completion_tokens > 0, "what it said is paid for: {total:?}");
            world.is_quiet().await;
            let cut = world.metrics().await.sum("sluice_kill_cut_total", &[("mode", mode)]);
            assert_eq!(cut, 1, "{mode} {scope}");
        }
    }
}

#[tokio::test]
async fn with_the_mode_drain_what_is_under_way_may_finish() {
    for (scope, _, _) in super::scopes() {
        let world = World::start().await;
        let gate = Gate::new();
        let said = answer::stream().says("good").waits(&gate).says(" morning").stops();
        world.backend.answers(said.usage(&answer::usage(5, 2)).done());
        let mut call = world.ada().asks("open-1").streamed().begins().await;
        call.says("good").await;
        world.node.hear(kill("1", &scope, "drain")).await;
        assert_ne!(world.ada().asks("open-1").await.status, 200, "new calls are refused");
        gate.open();
        let reply = call.rest().await;
        assert_eq!(reply.is_ok().text(), " morning");
        assert_eq!(world.outcome().await, "ok");
    }
}

#[tokio::test]
async fn a_drain_hides_no_directive_that_cuts() {
    let world = World::start().await;
    world.backend.answers(hangs());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    call.says("good").await;
    world.node.hear(kill("1", &json!("everything"), "drain")).await;
    world.node.hear(kill("2", &json!({ "model": "open-1" }), "fallback")).await;
    call.rest().await.is_broken_off("model_suspended");
}

#[tokio::test]
async fn what_was_restored_cuts_nothing_that_began_after() {
    let world = World::start().await;
    world.node.hear(kill("1", &json!("everything"), "reject")).await;
    world.node.hear(restore("1")).await;
    let gate = Gate::new();
    world.backend.answers(answer::stream().says("good").waits(&gate).says(" day").stops().done());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    call.says("good").await;
    world.node.hear(kill("1", &json!("everything"), "reject")).await;
    world.node.hear(kill("2", &json!({ "tier": "public" }), "reject")).await;
    gate.open();
    call.rest().await.is_ok();
}

#[tokio::test]
async fn a_model_that_never_pauses_is_cut_too() {
    let world = World::start().await;
    // More than sockets hold: there is always something to read while the caller reads nothing.
    let much = "on and ".repeat(6_000);
    let more = (0..800).fold(answer::stream(), |said, _| said.says(&much));
    world.backend.answers(more.hangs());
    let mut call = world.ada().asks("open-1").with("max_tokens", 1024).streamed().begins().await;
    call.event().await;
    world.node.hear(kill("1", &json!("everything"), "reject")).await;
    let reply = call.rest().await;
    assert_eq!(reply.code().as_deref(), Some("model_suspended"), "it went on");
    assert_eq!(world.outcome().await, "model_suspended");
}

/// A recording of a stream up to where it has said something, which then waits.
fn recorded(operation: Operation) -> Script {
    let (path, lines) = match operation {
        Operation::Completion => ("vllm/completions_stream.body", 4),
        Operation::Response => ("made/responses_says_stream.body", 15),
        Operation::Message => ("anthropic/error_stream.body", 9),
        Operation::OllamaChat => ("ollama/chat_stream.body", 1),
        Operation::OllamaGenerate => ("ollama/generate_stream.body", 1),
        _ => return hangs(),
    };
    let path = checkout().join("tests/fixtures/streams").join(path);
    let body = std::fs::read_to_string(path).expect("a recording");
    let begun: String = body.split_inclusive('\n').take(lines).collect();
    let kind = if path_is_lines(operation) { "application/x-ndjson" } else { "text/event-stream" };
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n");
    Script::new().send(format!("{head}{:x}\r\n{begun}\r\n", begun.len())).hang()
}

fn path_is_lines(operation: Operation) -> bool {
    matches!(operation, Operation::OllamaChat | Operation::OllamaGenerate)
}

/// What a stream of a dialect has when it broke, and what it must not have.
fn broken(operation: Operation) -> (&'static str, &'static str) {
    match operation {
        Operation::Message => ("event: error\n", "message_stop"),
        Operation::Response => ("event: response.failed\n", "response.completed"),
        Operation::OllamaChat | Operation::OllamaGenerate => ("\"error\":", "\"done\":true"),
        _ => ("data: {\"error\":", "\"finish_reason\":\"stop\""),
    }
}

#[tokio::test]
async fn in_every_dialect_a_cut_is_a_failure_and_never_an_end() {
    let streamed = [
        Operation::Chat,
        Operation::Completion,
        Operation::Response,
        Operation::Message,
        Operation::OllamaChat,
        Operation::OllamaGenerate,
    ];
    for operation in streamed {
        let world = world_of_all(|_| {}).await;
        world.backend.answers(recorded(operation));
        let call = asks(world.ada(), operation, "all-1").with("stream", true).begins().await;
        let seen = world.backend.next().await;
        world.node.hear(kill("1", &json!({ "model": "all-1" }), "reject")).await;
        let reply = call.rest().await;
        let (has, has_not) = broken(operation);
        let body = reply.body();
        assert!(reply.is_whole && body.contains(has) && body.contains("suspended"), "{body}");
        assert!(!body.contains(has_not), "{operation}: {body}");
        seen.hung_up().await;
        assert_eq!(world.outcome().await, "model_suspended", "{operation}");
    }
}

#[tokio::test]
async fn a_call_without_an_answer_yet_is_refused_and_costs_nothing() {
    let begun = Script::new().send(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\":",
    );
    for (script, streamed) in [
        (Script::new().hang(), false),
        (Script::new().hang(), true),
        (answer::stream().hangs(), true),
        (begun.hang(), false),
    ] {
        let world = World::start().await;
        world.backend.answers(script);
        let mut wire = world.bob().asks("open-1").with("stream", streamed).wire().await;
        let seen = world.backend.next().await;
        world.node.hear(kill("1", &json!({ "stage": "public" }), "reject")).await;
        let reply = soon("a refusal", wire.try_reply()).await.expect("an answer");
        reply.is_refused(503, "model_suspended");
        seen.hung_up().await;
        let total = world.total(1).await;
        assert_eq!((total.prompt_tokens, total.completion_tokens), (0, 0));
        assert_eq!(world.outcome().await, "model_suspended");
        world.is_quiet().await;
    }
}

#[tokio::test]
async fn a_call_whose_guard_is_still_to_answer_is_cut() {
    for places in [json!(["prompt"]), json!(["answer"])] {
        let server = guard().await;
        server.answers(Script::new().hang());
        let world = guarded(&server, &json!({ "in": places })).await;
        world.backend.always(answer::chat("a word"));
        let mut wire = world.bob().asks("open-1").wire().await;
        server.next().await;
        world.node.hear(kill("1", &json!({ "principal": "bob" }), "reject")).await;
        let reply = soon("a refusal", wire.try_reply()).await.expect("an answer");
        reply.is_refused(403, "principal_suspended");
        world.is_quiet().await;
    }
}

#[tokio::test]
async fn who_comes_while_it_is_heard_is_refused_or_cut() {
    let world = World::start().await;
    world.backend.always(hangs());
    let stops: Value = json!({ "tier": "public" });
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(world.bob().asks("open-1").streamed().into_future()))
        .collect();
    until("some to be under way", || async { world.backend.requests() > 0 }).await;
    world.node.hear(kill("1", &stops, "reject")).await;
    for call in calls {
        let reply = soon("an end", call).await.expect("a call");
        assert_eq!(reply.code().as_deref(), Some("model_suspended"), "{}", reply.body());
    }
    world.is_quiet().await;
}
