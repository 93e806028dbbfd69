//! Receipts of every dialect, and of what is no text.

use super::{MASKED, SECRET, checks, path, receipt};
use crate::operations::asks;
use crate::stops::{message, message_stream};
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_tests::{World, answer};

/// A world with receipts whose model `open-1` offers every operation.
async fn world() -> World {
    let setup = World::setup().await.with_receipts();
    let setup = setup.with(|file| {
        file["upstreams"]["local"]["dialects"] = json!(["openai", "anthropic", "ollama"]);
        let all = Operation::ALL.map(Operation::as_str);
        file["models"]["open-1"]["operations"] = all.into_iter().collect();
        // One name is of models that offer the same.
        file["models"]["open-1"]["aliases"] = json!([]);
    });
    setup.start().await
}

#[tokio::test]
async fn what_is_no_text_has_none() {
    let world = world().await;
    let scores = json!({ "results": [{ "index": 0, "relevance_score": 0.5 }] });
    let vectors = json!({ "data": [{ "index": 0, "embedding": [0.5] }] });
    for (operation, answered) in [
        (Operation::Embedding, vectors),
        (Operation::Rerank, scores),
        (Operation::CountTokens, json!({ "input_tokens": 3 })),
    ] {
        world.backend.answers(answer::json(200, &answered));
        let reply = asks(world.ada(), operation, "open-1").await;
        assert_eq!(reply.is_ok().header("x-sluice-receipt"), None, "{operation}");
        world.ada().gets(&path(&reply)).await.is_refused(404, "not_found");
    }
}

#[tokio::test]
async fn a_message_has_one_before_its_end() {
    let world = world().await;
    world.backend.answers(answer::json(200, &message(SECRET)));
    let call = || asks(world.bob(), Operation::Message, "open-1");
    let reply = call().await;
    assert_eq!(reply.is_ok().json()["content"][0]["text"], MASKED);
    let checked = checks(world.bob(), &receipt(&reply), MASKED).await;
    assert_eq!(checked["text_matches"], true);
    world.backend.answers(message_stream(SECRET, false));
    let reply = call().streamed().await;
    let body = reply.body();
    let (before, end) = body.split_once(": receipt ").expect("a receipt");
    assert!(before.ends_with("\n\n") && before.contains("event: content_block_stop\n"), "{body}");
    let (receipt, end) = end.split_once("\n\n").expect("a line");
    assert!(end.starts_with("event: message_delta\n"), "{body}");
    let checked = checks(world.bob(), receipt, MASKED).await;
    assert_eq!(checked["text_matches"], true);
}

#[tokio::test]
async fn a_stream_of_lines_has_one_only_under_its_id() {
    let world = world().await;
    let line = |text: &str, done: bool| {
        let message = json!({ "role": "assistant", "content": text });
        json!({ "message": message, "done": done }).to_string() + "\n"
    };
    let said = [line("mail a@", false), line("lab.example now", false), line("", true)];
    world.backend.answers(answer::whole(200, "application/x-ndjson", &said.concat()));
    let reply = asks(world.bob(), Operation::OllamaChat, "open-1").await;
    assert_eq!(reply.is_ok().header("x-sluice-receipt"), None);
    let lines = reply.body();
    assert!(!lines.contains("receipt"), "{lines}");
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let text = |line: Value| line["message"]["content"].as_str().expect("text").to_owned();
    assert_eq!(lines.map(text).collect::<String>(), MASKED);
    let kept = world.bob().gets(&path(&reply)).await.is_ok().json();
    let receipt = kept["receipt"].as_str().expect("a receipt");
    assert_eq!(checks(world.bob(), receipt, MASKED).await["text_matches"], true);
}
