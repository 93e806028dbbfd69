//! Bodies that ask for too much, or are too much.

use serde_json::{Value, json};
use sluice_tests::{Wire, World};
use std::time::{Duration, Instant};

#[tokio::test]
async fn asking_for_too_much_is_refused_at_once() {
    let world = World::start().await;
    let message = json!({ "role": "user", "content": "a" });
    for (field, value) in [
        ("n", json!(10_000)),
        ("n", json!(0)),
        ("max_tokens", json!(1_000_000_000)),
        ("max_tokens", json!(-5)),
        ("max_tokens", json!(1.5)),
        ("max_tokens", json!("5")),
        ("max_completion_tokens", json!(1_000_000_000)),
        ("top_logprobs", json!(1000)),
        ("logprobs", json!("yes")),
        ("best_of", json!(100)),
        ("temperature", json!(100)),
        ("temperature", json!(-1)),
        ("top_p", json!(2)),
        ("stop", json!(vec!["a"; 1000])),
        ("tools", json!(vec![json!({ "type": "function", "function": { "name": "f" } }); 1000])),
        ("messages", json!(vec![message; 50_000])),
        ("messages", json!([])),
        ("messages", json!("hello")),
        ("stream", json!("true")),
    ] {
        is_refused(&world, field, world.ada().asks("open-1").with(field, value)).await;
    }
    let prompts = world.ada().completes("open-1", "").with("prompt", json!(vec!["a"; 20_000]));
    is_refused(&world, "prompt", prompts).await;
    let inputs = world.ada().embeds("embed-1", "").with("input", json!(vec!["a"; 20_000]));
    is_refused(&world, "input", inputs).await;
    world.backend.saw_nothing();
}

#[tokio::test]
async fn json_that_is_too_deep_or_too_wide_is_refused_at_once() {
    let world = World::start().await;
    let deep = format!(
        r#"{{"model":"open-1","messages":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let keys: Vec<_> = (0..110_000).map(|n| format!(r#""k{n}":1"#)).collect();
    let wide = format!(r#"{{"model":"open-1","metadata":{{{}}}}}"#, keys.join(","));
    let twice = r#"{"model":"open-1","max_tokens":18446744073709551616}"#.to_owned();
    for (name, body) in [("deep", deep), ("wide", wide), ("2^64", twice)] {
        is_refused(&world, name, world.ada().asks("open-1").body(body)).await;
    }
    world.backend.saw_nothing();
}

async fn is_refused(world: &World, name: &str, call: sluice_tests::Call) {
    let began = Instant::now();
    let reply = call.await;
    let code = reply.code().unwrap_or_default();
    let known = [
        "invalid_parameter",
        "cap_exceeded",
        "unsupported_parameter",
        "invalid_json",
        "context_length_exceeded",
    ];
    assert!(known.contains(&code.as_str()), "{name}: {} {}", reply.status, reply.body());
    reply.is_refused(400, &code);
    assert!(began.elapsed() < Duration::from_secs(2), "{name}: took {:?}", began.elapsed());
    assert_eq!(world.backend.requests(), 0, "{name}: reached the backend");
}

#[tokio::test]
async fn a_refusal_names_the_field_and_what_would_do() {
    let world = World::start().await;
    let error = |reply: sluice_tests::Reply| reply.error().unwrap_or_default();
    let reply = world.bob().asks("open-1").with("max_tokens", 4000).await;
    let error = error(reply.is_refused(400, "cap_exceeded").clone());
    assert_eq!(error["param"], "max_tokens");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("256")), "{error}");
    let reply = world.bob().asks("open-1").with("tools", json!([tool()])).await;
    reply.is_refused(400, "cap_exceeded");
}

fn tool() -> Value {
    json!({ "type": "function", "function": { "name": "f", "parameters": { "type": "object" } } })
}

#[tokio::test]
async fn a_body_that_is_declared_too_large_is_not_read() {
    let world = World::start().await;
    let key = world.ada().key();
    let mut wire = Wire::connect(world.api).await;
    let head =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    wire.send(format!("{head}authorization: Bearer {key}\r\ncontent-length: 99000000000\r\n\r\n"))
        .await;
    wire.reply().await.is_refused(413, "request_too_large");
    wire.is_closed().await;
    world.backend.saw_nothing();
}

#[tokio::test]
async fn a_chunked_body_is_cut_where_it_grows_too_large() {
    let world = World::start().await;
    let key = world.ada().key();
    let mut wire = Wire::connect(world.api).await;
    let head =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    wire.send(format!("{head}authorization: Bearer {key}\r\ntransfer-encoding: chunked\r\n\r\n"))
        .await;
    let mebibyte = format!("100000\r\n{}\r\n", " ".repeat(0x10_0000));
    for _ in 0..6 {
        wire.send(&mebibyte).await;
    }
    wire.reply().await.is_refused(413, "request_too_large");
    wire.is_closed().await;
    world.backend.saw_nothing();
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let world = World::start().await;
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, identity"] {
        let reply = world.ada().asks("open-1").header("content-encoding", coding).await;
        reply.is_refused(415, "unsupported_media_type");
    }
    let bytes = world.ada().asks("open-1").bytes();
    let odd = String::from_utf8_lossy(&bytes).replace("application/json", "text/plain");
    let mut wire = Wire::connect(world.api).await;
    wire.send(odd).await;
    wire.reply().await.is_refused(415, "unsupported_media_type");
    world.backend.saw_nothing();
}
