//! The request side of every operation: what reaches the backend, and what never does.

use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_tests::{Call, Caller, World};

/// A world whose model `all-1` offers every operation.
pub(crate) async fn world_of_all(change: impl FnOnce(&mut Value)) -> World {
    World::with(|file| {
        let mut model = file["models"]["open-1"].clone();
        model["aliases"] = json!([]);
        model["operations"] = Operation::ALL.map(Operation::as_str).into_iter().collect();
        file["models"]["all-1"] = model;
        file["upstreams"]["local"]["dialects"] = json!(["openai", "anthropic", "ollama"]);
        change(file);
    })
    .await
}

/// The least that an operation takes.
pub(crate) fn least(operation: Operation, model: &str) -> Value {
    let messages = json!([{ "role": "user", "content": "hi" }]);
    match operation {
        Operation::Chat | Operation::CountTokens | Operation::OllamaChat => {
            json!({ "model": model, "messages": messages })
        }
        Operation::Message => json!({ "model": model, "messages": messages, "max_tokens": 9 }),
        Operation::Completion | Operation::OllamaGenerate => {
            json!({ "model": model, "prompt": "hi" })
        }
        Operation::Response | Operation::Embedding => json!({ "model": model, "input": "hi" }),
        Operation::Rerank => json!({ "model": model, "query": "q", "documents": ["hi"] }),
        Operation::Score => json!({ "model": model, "text_1": "q", "text_2": "hi" }),
    }
}

/// Asks a model for an operation.
pub(crate) fn asks(caller: &Caller, operation: Operation, model: &str) -> Call {
    caller.posts(operation.path(), least(operation, model))
}

const MESSAGES: &str = r#""messages":[{"content":"hi","role":"user"}]"#;

/// What the backend gets of the least that each operation takes, byte for byte.
fn sent(operation: Operation) -> String {
    let rest = match operation {
        Operation::Chat => format!(r#"{MESSAGES},"max_tokens":64"#),
        Operation::Completion => r#""prompt":"hi","max_tokens":64"#.into(),
        Operation::Response => r#""input":"hi","max_output_tokens":64,"store":false"#.into(),
        Operation::Embedding => r#""input":"hi""#.into(),
        Operation::Rerank => r#""documents":["hi"],"query":"q""#.into(),
        Operation::Score => r#""text_1":"q","text_2":"hi""#.into(),
        Operation::Message => format!(r#"{MESSAGES},"max_tokens":9"#),
        Operation::CountTokens => MESSAGES.into(),
        Operation::OllamaChat => {
            format!(r#"{MESSAGES},"options":{{"num_predict":64}},"stream":true"#)
        }
        Operation::OllamaGenerate => {
            r#""prompt":"hi","options":{"num_predict":64},"stream":true"#.into()
        }
    };
    format!(r#"{{"model":"backend-name",{rest}}}"#)
}

#[tokio::test]
async fn the_backend_gets_a_body_of_ours_under_the_same_path() {
    let world = world_of_all(|_| {}).await;
    for operation in Operation::ALL {
        asks(world.ada(), operation, "all-1").await;
        let seen = world.backend.next().await;
        assert_eq!(seen.head.first, format!("POST {} HTTP/1.1", operation.path()));
        assert_eq!(String::from_utf8_lossy(&seen.body), sent(operation), "{operation}");
    }
}

#[tokio::test]
async fn a_stream_is_asked_for_as_each_dialect_writes_it() {
    let world = world_of_all(|_| {}).await;
    for (operation, stream, options) in [
        (Operation::Chat, true, true),
        (Operation::Completion, true, true),
        (Operation::Response, true, false),
        (Operation::Message, true, false),
        (Operation::OllamaChat, true, false),
        (Operation::OllamaGenerate, false, false),
    ] {
        asks(world.ada(), operation, "all-1").with("stream", stream).await;
        let sent = world.backend.next().await.json();
        assert_eq!(sent["stream"], stream, "{operation}");
        assert_eq!(sent.get("stream_options").is_some(), options, "{operation}");
    }
}

#[tokio::test]
async fn a_backend_is_shown_its_credential_as_its_dialect_has_it() {
    let world = world_of_all(|file| {
        // The one secret that every world has a file of.
        file["upstreams"]["local"]["backends"][0]["credential"] = json!({ "file": "sluice.key" });
    })
    .await;
    for operation in Operation::ALL {
        let call = asks(world.ada(), operation, "all-1");
        let call = call.header("anthropic-version", "2099-01-01").header("anthropic-beta", "x");
        call.await;
        let seen = world.backend.next().await;
        let bearer = seen.header("authorization").expect("a credential").to_owned();
        let secret = bearer.strip_prefix("Bearer ").expect("a bearer line");
        assert!(!secret.is_empty() && secret != world.ada().key(), "{operation}");
        let anthropic = operation.path().starts_with("/v1/messages");
        assert_eq!(seen.header("x-api-key"), anthropic.then_some(secret), "{operation}");
        let version = seen.head.headers("anthropic-version");
        assert_eq!(version, if anthropic { vec!["2023-06-01"] } else { vec![] }, "{operation}");
        assert_eq!(seen.header("anthropic-beta"), None);
    }
}

#[tokio::test]
async fn options_are_merged_with_our_cap() {
    let world = world_of_all(|_| {}).await;
    let options = json!({ "num_predict": 7, "temperature": 0.5, "num_ctx": 99_999, "num_gpu": 0 });
    let call = asks(world.ada(), Operation::OllamaChat, "all-1").with("options", options);
    call.with("keep_alive", 0).with("stream", false).await;
    let sent = world.backend.next().await.json();
    assert_eq!(sent["options"], json!({ "num_predict": 7, "temperature": 0.5 }));
    assert_eq!((sent.get("keep_alive"), &sent["stream"]), (None, &json!(false)));
}

#[tokio::test]
async fn nothing_is_kept_and_nothing_is_sealed() {
    let world = world_of_all(|_| {}).await;
    let response = || asks(world.ada(), Operation::Response, "all-1");
    let sealed = json!(["reasoning.encrypted_content"]);
    response().with("include", sealed).with("store", false).await;
    let sent = world.backend.next().await.json();
    assert_eq!((&sent["store"], sent.get("include")), (&json!(false), None));
    response().with("include", json!(["message.output_text.logprobs"])).await;
    let sent = world.backend.next().await.json();
    assert_eq!(sent["include"], json!(["message.output_text.logprobs"]));
}

#[tokio::test]
async fn what_a_server_would_keep_run_or_fetch_reaches_none() {
    let world = world_of_all(|file| {
        // Not even where unknown fields are dropped.
        file["tiers"]["trusted"]["unknown_fields"] = json!("drop");
    })
    .await;
    let image = json!([{ "role": "user", "content": [
        { "type": "input_image", "image_url": "http://169.254.169.254/" },
    ] }]);
    let block = json!([{ "role": "user", "content": [
        { "type": "image", "source": { "type": "url", "url": "http://169.254.169.254/" } },
    ] }]);
    for (operation, field, value) in [
        (Operation::Response, "previous_response_id", json!("resp_1")),
        (Operation::Response, "conversation", json!("conv_1")),
        (Operation::Response, "store", json!(true)),
        (Operation::Response, "background", json!(true)),
        (Operation::Response, "prompt", json!({ "id": "pmpt_1" })),
        (Operation::Response, "tools", json!([{ "type": "code_interpreter" }])),
        (Operation::Response, "input", image),
        (Operation::Message, "container", json!("c")),
        (Operation::Message, "mcp_servers", json!([{ "type": "url", "url": "http://a/" }])),
        (Operation::Message, "tools", json!([{ "type": "bash_20250124", "name": "bash" }])),
        (Operation::Message, "messages", block),
        (Operation::OllamaChat, "messages", json!([{ "role": "user", "images": ["AAAA"] }])),
        (Operation::OllamaGenerate, "images", json!(["AAAA"])),
        (Operation::OllamaGenerate, "raw", json!(true)),
        (Operation::OllamaGenerate, "template", json!("{{ .Prompt }}")),
        (Operation::OllamaGenerate, "context", json!([1])),
        (Operation::OllamaGenerate, "options", json!({ "lora": "x" })),
        (Operation::Rerank, "documents", json!([{ "image_url": "http://a/" }])),
    ] {
        let reply = asks(world.ada(), operation, "all-1").with(field, value).await;
        assert_eq!(reply.status, 400, "{operation} {field}: {}", reply.body());
        let code = reply.code().unwrap_or_default();
        let known = ["unsupported_parameter", "invalid_parameter"];
        assert!(known.contains(&code.as_str()), "{operation} {field}: {code}");
    }
    world.backend.saw_nothing();
}

#[tokio::test]
async fn caps_hold_in_every_dialect() {
    let world = world_of_all(|_| {}).await;
    for (operation, field, value, named) in [
        (Operation::Response, "max_output_tokens", json!(1025), "max_output_tokens"),
        (Operation::Message, "max_tokens", json!(1025), "max_tokens"),
        (Operation::OllamaChat, "options", json!({ "num_predict": 1025 }), "options.num_predict"),
        (Operation::Response, "top_logprobs", json!(6), "top_logprobs"),
        (Operation::Message, "stop_sequences", json!(["a", "b", "c", "d", "e"]), "stop_sequences"),
        (Operation::Rerank, "documents", json!(vec!["a"; 17]), "documents"),
    ] {
        let reply = asks(world.ada(), operation, "all-1").with(field, value).await;
        assert_eq!((reply.status, reply.code().as_deref()), (400, Some("cap_exceeded")));
        assert!(reply.body().contains(named), "{operation}: {}", reply.body());
    }
    let tool = json!([{ "name": "f", "input_schema": {} }]);
    let reply = asks(world.bob(), Operation::Message, "all-1").with("tools", tool).await;
    assert_eq!(reply.code().as_deref(), Some("cap_exceeded"), "{}", reply.body());
    world.backend.saw_nothing();
    // What writes nothing has no cap to be sent, and is not refused for what it does not do.
    asks(world.bob(), Operation::CountTokens, "all-1").await;
    assert_eq!(world.backend.next().await.json().get("max_tokens"), None);
}

#[tokio::test]
async fn a_prompt_that_is_counted_may_be_longer_than_the_window() {
    let world = world_of_all(|_| {}).await;
    let long = json!([{ "role": "user", "content": "x".repeat(50_000) }]);
    let asks = |operation| asks(world.ada(), operation, "all-1").with("messages", long.clone());
    let reply = asks(Operation::Message).await;
    assert_eq!(reply.code().as_deref(), Some("context_length_exceeded"));
    asks(Operation::CountTokens).await;
    assert_eq!(world.backend.next().await.path(), "/v1/messages/count_tokens");
}

#[tokio::test]
async fn an_operation_a_model_does_not_offer_is_refused() {
    let world = World::start().await;
    for operation in Operation::ALL.into_iter().filter(|it| it.as_str() != "embedding") {
        let reply = asks(world.ada(), operation, "embed-1").await;
        let got = (reply.status, reply.code());
        assert_eq!(got, (400, Some("unsupported_operation".into())), "{operation}");
    }
    world.backend.saw_nothing();
}
