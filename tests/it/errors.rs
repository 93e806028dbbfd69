//! Every kind of bad input: one shape, a stable code, the right status, streamed or not.

use serde_json::json;
use sluice_tests::{Call, Reply, World, answer};

struct Row {
    name: &'static str,
    status: u16,
    code: &'static str,
    retries: bool,
}

const fn row(name: &'static str, status: u16, code: &'static str, retries: bool) -> Row {
    Row { name, status, code, retries }
}

const ROWS: &[Row] = &[
    row("bad JSON", 400, "invalid_json", false),
    row("a key twice", 400, "invalid_json", false),
    row("a look-alike key", 400, "invalid_json", false),
    row("an unknown field", 400, "unsupported_parameter", false),
    row("too large", 413, "request_too_large", false),
    row("an unknown model", 404, "model_not_found", false),
    row("a hidden model", 404, "model_not_found", false),
    row("an announced model", 403, "model_not_released", false),
    row("an unknown path", 404, "not_found", false),
    row("no key", 401, "invalid_api_key", false),
    row("a revoked key", 401, "invalid_api_key", false),
    row("a cap", 400, "cap_exceeded", false),
    row("too long for the window", 400, "context_length_exceeded", false),
    row("the wrong operation", 400, "unsupported_operation", false),
    row("down", 502, "upstream_unavailable", true),
    row("broken", 502, "upstream_error", true),
    row("HTML", 502, "upstream_error", true),
];

/// The call of a row.
async fn call(world: &World, name: &str, streamed: bool) -> Call {
    let ask = |model: &str| world.bob().asks(model).with("stream", streamed);
    let stream = if streamed { r#""stream":true,"# } else { "" };
    let text = |body: &str| ask("open-1").body(body.replace("{{", &format!("{{{stream}")));
    match name {
        "bad JSON" => text(r#"{{"model":"open-1","messages":[}"#),
        "a key twice" => text(r#"{{"model":"open-1","model":"open-1","messages":[]}"#),
        "a look-alike key" => ask("open-1").with("Model", "open-1"),
        "an unknown field" => ask("open-1").with("chat_template", "x"),
        "too large" => ask("open-1").says(&"x".repeat(5_000_000)),
        "an unknown model" => ask("none-1"),
        "a hidden model" => ask("internal-1"),
        "an announced model" => ask("soon-1"),
        "an unknown path" => world.bob().posts("/v1/none", json!({ "stream": streamed })),
        "no key" => world.nobody().asks("open-1").with("stream", streamed),
        "a revoked key" => revoked(world).await.with("stream", streamed),
        "a cap" => ask("open-1").with("max_tokens", 100_000),
        "too long for the window" => ask("open-1").says(&"x".repeat(200_000)),
        "the wrong operation" => ask("embed-1"),
        "down" => {
            world.backend.stops_listening();
            tokio::task::yield_now().await;
            ask("open-1")
        }
        "broken" => {
            world.backend.answers(answer::json(500, &json!({ "error": "x" })));
            ask("open-1")
        }
        _ => {
            world.backend.answers(answer::whole(200, "text/html", "<html></html>"));
            ask("open-1")
        }
    }
}

async fn revoked(world: &World) -> Call {
    use sluice_config::words::{ApiKey, Timestamp};
    use sluice_store::Act;
    let carl = world.makes("carl", "public").await;
    let key = ApiKey::parse(carl.key()).expect("a key").credential();
    let records = &world.node.store().records;
    let (by, verb, reason) = ("a test".into(), "revoke".into(), String::new());
    let act = Act { by, verb, reason, at: Timestamp(1) };
    records.revoke(&key, &act).await.expect("a key that was there");
    carl.asks("open-1")
}

#[tokio::test]
async fn every_kind_of_bad_input_has_its_code() {
    for row in ROWS {
        for streamed in [false, true] {
            let world = World::start().await;
            let reply = call(&world, row.name, streamed).await.await;
            is(row, &reply, streamed);
        }
    }
}

fn is(row: &Row, reply: &Reply, streamed: bool) {
    let name = row.name;
    let got = (reply.status, reply.code());
    assert_eq!(got, (row.status, Some(row.code.into())), "{name}, {streamed}: {}", reply.body());
    reply.is_refused(row.status, row.code);
    let never = reply.header("x-should-retry") == Some("false");
    assert_eq!(never, !row.retries, "{name}: x-should-retry");
    let after = reply.header("retry-after").is_some();
    assert!(row.retries || !after, "{name}: retry-after where waiting does not help");
    let error = reply.error().unwrap_or_default();
    let message = error["message"].as_str().unwrap_or_default();
    assert!(!message.ends_with('.'), "{name}: {message}");
    assert!(message.chars().next().is_some_and(|c| !c.is_uppercase()), "{name}: {message}");
}
