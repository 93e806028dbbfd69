//! How each dialect is told no, who it takes for whom, and what it is told is left.

use crate::operations::{asks, least, world_of_all};
use serde_json::{Value, json};
use sluice_config::words::{Dialect, Operation};
use sluice_tests::{Reply, Wire, World, answer};

/// One operation of each dialect.
const EACH: [Operation; 3] = [Operation::Chat, Operation::Message, Operation::OllamaChat];

/// Fails unless a refusal has the shape of its dialect, whole and with nothing more.
fn is_refused(reply: &Reply, dialect: Dialect, status: u16, code: &str, kind: &str) {
    assert_eq!(reply.status, status, "{}", reply.body());
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let id = reply.header("x-request-id").expect("an id");
    let body = reply.json();
    let error = &body["error"];
    let message = match dialect {
        Dialect::Ollama => error.clone(),
        Dialect::OpenAi | Dialect::Anthropic => error["message"].clone(),
    };
    assert!(message.as_str().is_some_and(|text| !text.is_empty()), "{body}");
    let expected = match dialect {
        Dialect::OpenAi => json!({ "error": {
            "message": message, "type": error["type"], "param": error["param"], "code": code,
            "request_id": id,
        } }),
        Dialect::Anthropic => json!({
            "type": "error", "request_id": id,
            "error": { "type": kind, "message": message, "code": code },
        }),
        Dialect::Ollama => json!({ "error": message, "code": code }),
    };
    assert_eq!(body, expected);
    let theirs = (dialect == Dialect::Anthropic).then_some(id);
    assert_eq!(reply.header("request-id"), theirs, "where Anthropic's clients look for it");
}

#[tokio::test]
async fn every_step_says_no_in_the_dialect_of_the_path() {
    let world = world_of_all(|_| {}).await;
    for operation in EACH {
        let dialect = operation.dialect();
        let refused = |reply: Reply, status, code, kind| {
            is_refused(&reply, dialect, status, code, kind);
        };
        let ada = || asks(world.ada(), operation, "all-1");
        let get = world.ada().gets(operation.path()).await;
        refused(get, 405, "method_not_allowed", "invalid_request_error");
        let nobody = asks(&world.nobody(), operation, "all-1").await;
        refused(nobody, 401, "invalid_api_key", "authentication_error");
        let large = ada().body("x".repeat(5_000_000)).await;
        refused(large, 413, "request_too_large", "request_too_large");
        refused(ada().body("{").await, 400, "invalid_json", "invalid_request_error");
        let odd = ada().with("lora", "x").await;
        refused(odd, 400, "unsupported_parameter", "invalid_request_error");
        let hidden = asks(world.bob(), operation, "internal-1").await;
        refused(hidden, 404, "model_not_found", "not_found_error");
        world.backend.saw_nothing();
    }
}

#[tokio::test]
async fn what_a_backend_does_wrong_is_told_in_the_dialect_of_the_path() {
    for operation in EACH {
        let world = world_of_all(|_| {}).await;
        let dialect = operation.dialect();
        let full = if dialect == Dialect::Anthropic { 529 } else { 503 };
        for (theirs, status, code, kind) in [
            (503, full, "overloaded", "overloaded_error"),
            (529, full, "overloaded", "overloaded_error"),
            (500, 502, "upstream_error", "api_error"),
            (504, 504, "upstream_timeout", "timeout_error"),
            (400, 400, "upstream_rejected", "invalid_request_error"),
        ] {
            world.backend.answers(answer::json(theirs, &json!({ "error": "secret words" })));
            let reply = asks(world.ada(), operation, "all-1").await;
            is_refused(&reply, dialect, status, code, kind);
            assert!(!reply.body().contains("secret words"));
        }
    }
}

#[tokio::test]
async fn a_path_that_is_none_is_refused_in_openais() {
    let world = World::start().await;
    for path in ["/v1/message", "/api/chats", "/v1/messages/"] {
        let reply = world.ada().posts(path, json!({})).await;
        is_refused(&reply, Dialect::OpenAi, 404, "not_found", "");
    }
}

#[tokio::test]
async fn a_status_without_a_name_stands_on_the_wire() {
    let world = world_of_all(|_| {}).await;
    world.backend.answers(answer::json(503, &json!({})));
    let body = least(Operation::Message, "all-1").to_string();
    let (key, length) = (world.ada().key(), body.len());
    let mut wire = Wire::connect(world.api).await;
    wire.send(format!(
        "POST /v1/messages?beta=true HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n\
         content-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n\
         {body}"
    ))
    .await;
    let answer = wire.rest().await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 529 "), "{head}");
    assert!(head.contains("\r\nretry-after: 1\r\n"), "{head}");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["error"]["type"], "overloaded_error");
}

#[tokio::test]
async fn a_hidden_model_does_not_exist_in_any_dialect() {
    let world = world_of_all(|_| {}).await;
    for operation in Operation::ALL {
        let essence = |reply: Reply, name: &str| {
            let id = reply.header("x-request-id").unwrap_or_default().to_owned();
            let date = reply.header("date").unwrap_or_default().to_owned();
            let all = format!("{:?} {}", reply.head, reply.body());
            all.replace(&id, "ID").replace(&date, "DATE").replace(name, "NAME")
        };
        // Names of one length, so that the answers have one too.
        let hidden = asks(world.bob(), operation, "internal-1").await;
        let none = asks(world.bob(), operation, "external-1").await;
        assert_eq!(essence(hidden, "internal-1"), essence(none, "external-1"), "{operation}");
    }
}

#[tokio::test]
async fn a_key_counts_in_any_of_three_headers_and_in_each_dialect() {
    let world = world_of_all(|_| {}).await;
    let key = world.ada().key();
    let bearer = format!("Bearer {key}");
    for operation in EACH {
        let with = |lines: &[(&str, &str)]| {
            let call = asks(&world.nobody(), operation, "all-1");
            lines.iter().fold(call, |call, (name, value)| call.header(name, value))
        };
        for lines in [
            &[("authorization", &*bearer)][..],
            &[("x-api-key", key)],
            &[("api-key", key)],
            &[("authorization", &*bearer), ("x-api-key", key), ("api-key", key)],
        ] {
            with(lines).await;
            let seen = world.backend.next().await;
            assert!(!seen.holds(key), "{operation}: the key of a caller");
        }
        for lines in [
            [("authorization", &*bearer), ("x-api-key", world.bob().key())],
            [("x-api-key", key), ("api-key", world.bob().key())],
            [("authorization", &*bearer), ("x-api-key", "")],
        ] {
            let reply = with(&lines).await;
            let dialect = operation.dialect();
            is_refused(&reply, dialect, 401, "invalid_api_key", "authentication_error");
        }
    }
}

#[tokio::test]
async fn what_is_left_is_told_as_each_dialect_reads_it() {
    let world = world_of_all(|file| {
        file["tiers"]["trusted"]["limits"] = json!([
            { "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 1 },
            { "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 9000 },
        ]);
    })
    .await;
    let ours = ["limit", "remaining", "reset"].map(|what| format!("x-ratelimit-{what}-requests"));
    let theirs =
        ["limit", "remaining", "reset"].map(|what| format!("anthropic-ratelimit-tokens-{what}"));
    asks(world.ada(), Operation::Chat, "all-1").await;
    for operation in EACH {
        let reply = asks(world.ada(), operation, "all-1").await;
        assert_eq!((reply.status, reply.code().as_deref()), (429, Some("rate_limit_exceeded")));
        assert!(reply.header("retry-after-ms").is_some());
        let anthropic = operation.dialect() == Dialect::Anthropic;
        let has = |names: &[String]| names.iter().all(|name| reply.header(name).is_some());
        assert_eq!((has(&ours), has(&theirs)), (!anthropic, anthropic), "{:?}", reply.head);
        if anthropic {
            let reset = reply.header("anthropic-ratelimit-requests-reset").expect("a moment");
            assert!(reset.len() == 20 && reset.ends_with('Z') && reset.contains('T'), "{reset}");
        }
    }
}

#[tokio::test]
async fn only_the_kind_of_stream_that_was_asked_for_is_one() {
    let world = world_of_all(|_| {}).await;
    world.backend.answers(answer::streamed(&["hello"]));
    let reply = asks(world.ada(), Operation::OllamaChat, "all-1").await;
    is_refused(&reply, Dialect::Ollama, 502, "upstream_error", "");
    world.backend.answers(answer::whole(200, "application/x-ndjson", "{}\n"));
    let reply = asks(world.ada(), Operation::Message, "all-1").streamed().await;
    is_refused(&reply, Dialect::Anthropic, 502, "upstream_error", "api_error");
}
