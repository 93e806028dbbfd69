//! Where the other model does not answer, the stop is what it would have been without one.

use super::{BANNED, INSTEAD, falls_back, is_answered_instead, is_stopped, setup};
use crate::operations::{asks, world_of_all};
use crate::stops::{message, message_stream};
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_tests::{Reply, Script, World, answer, checkout};

/// What a backend says at its end of a call, in the words of the recordings: "Good morning!".
fn says(operation: Operation, streamed: bool) -> Script {
    let recorded = |kind: &str| {
        let path = format!("tests/fixtures/streams/made/responses_says{kind}.body");
        std::fs::read_to_string(checkout().join(path)).expect("a recording")
    };
    let text = "Good morning!";
    let ollama = |name: &str, said: &Value| {
        let line = json!({ (name): said, "done": true, "done_reason": "stop" });
        let kind = if streamed { "application/x-ndjson" } else { "application/json" };
        answer::whole(200, kind, &format!("{line}\n"))
    };
    let choice = json!({ "index": 0, "text": text, "finish_reason": "stop" });
    let completion = json!({ "id": "c", "object": "text_completion", "created": 7, "model": "m",
        "choices": [choice], "usage": answer::usage(5, 2) });
    match (operation, streamed) {
        (Operation::Chat, false) => answer::chat(text),
        (Operation::Chat, true) => answer::streamed(&[text]),
        (Operation::Completion, false) => answer::json(200, &completion),
        (Operation::Completion, true) => answer::stream().event(&completion).done(),
        (Operation::Message, false) => answer::json(200, &message(text)),
        (Operation::Message, true) => message_stream(text, false),
        (Operation::Response, false) => answer::whole(200, "application/json", &recorded("")),
        (Operation::Response, true) => answer::stream().bytes(&recorded("_stream")).ends(),
        (Operation::OllamaChat, _) => ollama("message", &json!({ "content": text })),
        (Operation::OllamaGenerate, _) => ollama("response", &json!(text)),
        _ => panic!("{operation} says no words"),
    }
}

/// The model `all-1` falls back to a model that bob may not know of, and stops with this action.
async fn denied(action: &str) -> World {
    world_of_all(|file| {
        file["models"]["hidden-1"] = file["models"]["all-1"].clone();
        file["models"]["all-1"]["fallback"] = "hidden-1".into();
        file["models"]["hidden-1"]["stage"] = "internal".into();
        file["filters"]["strict"] = json!([{ "kind": "patterns", "in": ["prompt", "answer"],
            "literals": ["good morning"], "action": action }]);
    })
    .await
}

/// All of an answer but what differs with each call.
fn essence(reply: &Reply) -> String {
    let id = reply.header("x-request-id").unwrap_or_default();
    let unique = id.trim_start_matches("req_").to_owned();
    let date = reply.header("date").unwrap_or_default().to_owned();
    // Two worlds have two files.
    let policy = reply.header("x-policy-version").unwrap_or_default().to_owned();
    let all = format!("{:?} {}", reply.head, reply.body());
    all.replace(&unique, "ID").replace(&date, "DATE").replace(&policy, "POLICY")
}

/// Asks for what is stopped, in the prompt or in the answer, and gives what the caller sees.
async fn stopped(world: &World, operation: Operation, prompt: &str, streamed: bool) -> String {
    if prompt == "hi" {
        world.backend.answers(says(operation, streamed));
    }
    let call = asks(world.bob(), operation, "all-1").with("stream", streamed);
    let call = match operation {
        Operation::Completion | Operation::OllamaGenerate => call.with("prompt", prompt),
        Operation::Response => call.with("input", prompt),
        _ => call.says(prompt),
    };
    let reply = call.await;
    assert!(!reply.body().contains("orning"), "{operation}: {}", reply.body());
    assert_eq!(reply.header(INSTEAD), None);
    essence(&reply)
}

#[tokio::test]
async fn a_stop_is_a_stop_in_every_dialect_where_the_other_model_is_hidden() {
    let (blocks, falls) = (denied("block").await, denied("fallback").await);
    for operation in [
        Operation::Chat,
        Operation::Completion,
        Operation::Message,
        Operation::Response,
        Operation::OllamaChat,
        Operation::OllamaGenerate,
    ] {
        for (prompt, streamed) in [("hi", false), ("hi", true), ("Good morning!", false)] {
            let expected = stopped(&blocks, operation, prompt, streamed).await;
            let came = stopped(&falls, operation, prompt, streamed).await;
            assert_eq!(came, expected, "{operation} {prompt} {streamed}");
        }
    }
    assert_eq!(blocks.backend.requests(), falls.backend.requests());
    let metrics = falls.metrics().await;
    let denied = [("model", "all-1"), ("to", "hidden-1"), ("outcome", "model_not_found")];
    assert_eq!(metrics.sum("sluice_fallbacks_total", &denied), 18, "{}", metrics.text);
    assert_eq!(metrics.sum("sluice_refusals_total", &[("code", "model_not_found")]), 0);
    let stops = [("outcome", "content_filter"), ("model", "all-1")];
    assert_eq!(metrics.sum("sluice_requests_total", &stops), 12, "{}", metrics.text);
    let prompts = [("outcome", "policy_violation"), ("model", "all-1"), ("stage", "public")];
    assert_eq!(metrics.sum("sluice_requests_total", &prompts), 6, "{}", metrics.text);
}

#[tokio::test]
async fn what_the_other_model_may_not_be_asked_is_stopped() {
    let refused = [
        ("context_length_exceeded", json!({ "context_tokens": 66 })),
        ("unsupported_operation", json!({ "operations": ["completion"] })),
    ];
    for (code, change) in refused {
        let setup = setup().await.with(|file| {
            let safe = file["models"]["safe-1"].as_object_mut().expect("a model");
            safe.extend(change.as_object().expect("fields").clone());
        });
        let world = setup.start().await;
        let call = || world.bob().asks("open").with("max_tokens", 60);
        world.backend.always(answer::chat(BANNED));
        is_stopped(&call().await, "");
        call().says(BANNED).await.is_refused(400, "policy_violation");
        world.backend.always(answer::streamed(&[BANNED]));
        is_stopped(&call().streamed().await, "");
        assert_eq!(world.backend.requests(), 2);
        let metrics = world.metrics().await;
        let sum =
            |place| metrics.sum("sluice_fallbacks_total", &[("place", place), ("outcome", code)]);
        assert_eq!((sum("prompt"), sum("answer")), (1, 2), "{}", metrics.text);
    }
}

#[tokio::test]
async fn where_the_other_model_breaks_the_stop_stands() {
    let world = setup().await.start().await;
    for broken in [
        answer::json(500, &json!({ "error": "no" })),
        answer::stream().says("a fine").is_cut(),
        answer::whole(200, "text/html", "<p>"),
    ] {
        world.backend.answers(answer::chat(BANNED));
        world.backend.answers(broken.clone());
        is_stopped(&world.bob().asks("open").await, "");
        world.backend.answers(broken);
        world.bob().asks("open").says(BANNED).await.is_refused(400, "policy_violation");
    }
    world.backend.answers(answer::streamed(&[BANNED]));
    world.backend.answers(answer::stream().is_cut());
    is_stopped(&world.bob().asks("open").streamed().await, "");
}

#[tokio::test]
async fn the_filters_of_the_other_model_have_the_last_word() {
    let world = World::with(|file| {
        falls_back(file);
        let prompt = json!({ "kind": "patterns", "in": ["prompt"], "literals": ["fish"] });
        file["filters"]["plain"].as_array_mut().expect("filters").push(prompt);
    })
    .await;
    world.backend.answers(answer::chat(BANNED));
    world.backend.answers(answer::chat("an egg"));
    let reply = world.bob().asks("open").await;
    assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"));
    assert_eq!((reply.text().as_str(), reply.header(INSTEAD)), ("an ", Some("open")));
    // What it may not be asked leaves the first stop.
    world.backend.answers(answer::chat(BANNED));
    is_stopped(&world.bob().asks("open").says("a fish").await, "");
    let reply = world.bob().asks("open").says("a fish, a dark recipe").await;
    reply.is_refused(400, "policy_violation");
    assert_eq!(world.backend.requests(), 3);
    is_answered_instead(&world.bob().asks("open").says(BANNED).await, "hello there");
}
