//! Headers that say that a model made an answer, and under which licence the model is.

use crate::operations::{asks, world_of_all};
use crate::stops::message;
use serde_json::json;
use sluice_config::words::Operation;
use sluice_tests::{Reply, World, answer};

const NAMES: [&str; 4] = ["x-ai-generated", "x-model-licence", "x-model-attribution", "link"];

const APACHE: Option<&str> = Some("<https://www.apache.org/licenses/LICENSE-2.0>; rel=\"license\"");

/// What an answer says of where it is from.
fn said(reply: &Reply) -> [Option<&str>; 4] {
    NAMES.map(|name| reply.header(name))
}

async fn world(headers: bool) -> World {
    World::with(|file| {
        file["provenance"]["headers"] = json!(headers);
        for model in ["open-1", "embed-1"] {
            let model = &mut file["models"][model];
            model["licence"] = json!("llama3.3");
            model["licence_url"] = json!("https://lab.example/llama?v=3.3");
            model["attribution"] = json!("Built with Llama");
        }
    })
    .await
}

#[tokio::test]
async fn every_answer_of_a_model_names_its_licence() {
    let world = world(true).await;
    world.backend.always_by(answer::fitting);
    let llama = [
        Some("true"),
        Some("llama3.3"),
        Some("Built with Llama"),
        Some("<https://lab.example/llama?v=3.3>; rel=\"license\""),
    ];
    let ada = world.ada();
    for call in [
        ada.asks("open-1"),
        ada.asks("open"),
        ada.asks("open-1").streamed(),
        ada.completes("open-1", "one"),
        ada.completes("open-1", "one").streamed(),
        ada.embeds("embed-1", "one"),
    ] {
        let reply = call.await;
        assert_eq!(said(reply.is_ok()), llama);
        for name in NAMES {
            assert_eq!(reply.head.headers(name).len(), 1, "{name}");
        }
        let told = |name: &str| reply.header(name).unwrap_or_default().to_owned();
        assert!(told("x-model-use-restrictions").contains("llama-aup:military"));
        assert!(told("x-model-licence-notice").starts_with("Llama 3.3 is licensed under"));
    }
    let plain = [Some("true"), Some("apache-2.0"), None, APACHE];
    assert_eq!(said(ada.asks("trusted-1").await.is_ok()), plain, "each model has its own");
}

#[tokio::test]
async fn every_dialect_names_it_and_a_count_does_not() {
    let world = world_of_all(|_| {}).await;
    let line = json!({ "message": { "content": "hi" }, "done": true });
    let scores = json!({ "results": [{ "index": 0, "relevance_score": 0.5 }] });
    let apache = [Some("true"), Some("apache-2.0"), None, APACHE];
    for (operation, script, expected) in [
        (Operation::Message, answer::json(200, &message("hi")), apache),
        (
            Operation::OllamaChat,
            answer::whole(200, "application/x-ndjson", &format!("{line}\n")),
            apache,
        ),
        (Operation::Rerank, answer::json(200, &scores), apache),
        (Operation::CountTokens, answer::json(200, &json!({ "input_tokens": 3 })), [None; 4]),
    ] {
        world.backend.answers(script);
        let reply = asks(world.ada(), operation, "all-1").await;
        assert_eq!(said(reply.is_ok()), expected, "{operation}");
    }
}

#[tokio::test]
async fn what_no_model_made_names_none() {
    let world = world(true).await;
    for reply in [
        world.ada().gets("/v1/models").await,
        world.bob().asks("internal-1").await,
        world.bob().asks("soon-1").await,
        world.nobody().asks("open-1").await,
    ] {
        assert_eq!(said(&reply), [None; 4], "{}", reply.body());
    }
}

#[tokio::test]
async fn a_file_may_want_none_of_it() {
    let mut world = world(false).await;
    world.backend.always_by(answer::fitting);
    assert_eq!(said(world.ada().asks("open-1").await.is_ok()), [None; 4]);
    world.reloads(|file| file["provenance"]["headers"] = json!(true)).expect("a good file");
    let reply = world.ada().asks("open-1").await;
    assert_eq!(reply.is_ok().header("x-model-licence"), Some("llama3.3"));
}
