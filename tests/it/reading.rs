//! One reading of the JSON: what was judged is what is sent.

use serde_json::json;
use sluice_tests::World;

/// A body that asks for a model bob may use, with something more.
fn body(more: &str) -> Vec<u8> {
    let messages = r#""messages":[{"role":"user","content":"hi"}]"#;
    format!(r#"{{"model":"open-1",{messages}{more}}}"#).into_bytes()
}

#[tokio::test]
async fn what_two_readers_could_read_differently_is_refused() {
    let world = World::start().await;
    let utf16: Vec<u8> =
        String::from_utf8_lossy(&body("")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes) in [
        ("twice", body(r#","model":"internal-1""#)),
        ("twice, escaped", body(r#","mod\u0065l":"internal-1""#)),
        ("another case", body(r#","MODEL":"internal-1""#)),
        ("first letter", body(r#","Model":"internal-1""#)),
        ("a NUL", body(r#","model\u0000":"internal-1""#)),
        ("a long s", body(r#","me\u017f\u017fages":[]"#)),
        ("full width", body(r#","ｍodel":"internal-1""#)),
        ("a zero width space", body(r#","mod\u200bel":"internal-1""#)),
        ("Stream", body(r#","Stream":true"#)),
        ("Messages", body(r#","Messages":[]"#)),
        ("stream twice", body(r#","stream":false,"stream":true"#)),
        ("max_tokens twice", body(r#","max_tokens":1,"max_tokens":99999"#)),
        ("n twice", body(r#","n":1,"n":100"#)),
        ("an array for a model", body("").replaced(r#""open-1""#, r#"["open-1","internal-1"]"#)),
        ("an object for a model", body("").replaced(r#""open-1""#, r#"{"id":"open-1"}"#)),
        ("null for a model", body("").replaced(r#""open-1""#, "null")),
        ("a number for a model", body("").replaced(r#""open-1""#, "1")),
        (
            "twice in a message",
            body("").replaced(r#""content":"hi""#, r#""content":"a","content":"b""#),
        ),
        (
            "a look-alike in a message",
            body("").replaced(r#""content":"hi""#, r#""content":"a","Content":"b""#),
        ),
        ("a byte order mark", [b"\xef\xbb\xbf".to_vec(), body("")].concat()),
        ("UTF-16", utf16),
        ("two documents", [body(""), body("")].concat()),
        ("something after it", [body(""), b"x".to_vec()].concat()),
        ("half a surrogate", body(r#","user":"\ud800""#)),
        (
            "a byte that is no UTF-8",
            body("")
                .replaced("hi", "\u{1}")
                .into_iter()
                .map(|b| if b == 1 { 0xff } else { b })
                .collect(),
        ),
        ("a comment", body("/* x */")),
        ("NaN", body(r#","temperature":NaN"#)),
        ("beyond a number", body(r#","temperature":1e400"#)),
        ("a comma at the end", body(",")),
        ("an array", b"[]".to_vec()),
        ("nothing", Vec::new()),
        ("half of it", body("").into_iter().take(30).collect()),
    ] {
        let reply = world.bob().asks("open-1").body(bytes).await;
        let code = reply.code().unwrap_or_default();
        assert_eq!(reply.status, 400, "{name}: {}", reply.body());
        let known = ["invalid_json", "unsupported_parameter", "invalid_parameter"];
        assert!(known.contains(&code.as_str()), "{name}: {code}");
        reply.is_refused(400, &code);
    }
    world.backend.saw_nothing();
}

trait Replaced {
    fn replaced(self, from: &str, to: &str) -> Vec<u8>;
}

impl Replaced for Vec<u8> {
    fn replaced(self, from: &str, to: &str) -> Vec<u8> {
        String::from_utf8_lossy(&self).replace(from, to).into_bytes()
    }
}

#[tokio::test]
async fn no_spelling_of_a_hidden_model_finds_it() {
    let world = World::start().await;
    for name in [
        "internal-1",
        "secret",
        "INTERNAL-1",
        "Internal-1",
        " internal-1",
        "internal-1 ",
        "\tinternal-1",
        "internal-1\n",
        "internal-1\0",
        "internal-1:latest",
        "internal-1@main",
        "./internal-1",
        "/internal-1",
        "open-1/../internal-1",
        "open-1,internal-1",
        "ｉnternal-1",
        "internal\u{200b}-1",
        "internal\u{2011}1",
        "internal%2d1",
        "lab/internal-1",
        "backend-name",
        "local/internal-1",
        "",
        "http://127.0.0.1/internal-1",
    ] {
        let reply = world.bob().asks(name).await;
        assert!([400, 404].contains(&reply.status), "{name:?}: {}", reply.body());
        let code = reply.code().unwrap_or_default();
        assert!(
            ["model_not_found", "invalid_parameter"].contains(&code.as_str()),
            "{name:?}: {code}"
        );
    }
    let reply =
        world.bob().asks("open-1").with("extra_body", json!({ "model": "internal-1" })).await;
    reply.is_refused(400, "unsupported_parameter");
    world.backend.saw_nothing();
}

#[tokio::test]
async fn what_the_backend_gets_is_assembled_by_us() {
    let world = World::start().await;
    let call = world.ada().asks("open").with("temperature", 0.5).with("user", "someone");
    let call = call.with("metadata", json!({ "a": "b" })).with("store", false);
    call.await.is_ok();
    let seen = world.backend.next().await;
    assert_eq!(seen.head.first, "POST /v1/chat/completions HTTP/1.1");
    let sent = seen.json();
    let keys: Vec<_> = sent.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(keys, ["max_tokens", "messages", "model", "temperature"], "{sent}");
    assert_eq!(sent["model"], "backend-name");
    assert_eq!(sent["max_tokens"], 64);
    assert_eq!(sent["messages"], json!([{ "role": "user", "content": "hello" }]));
}

#[tokio::test]
async fn usage_is_always_asked_for_on_a_stream() {
    let world = World::start().await;
    world.ada().asks("open-1").streamed().await.is_ok();
    let sent = world.backend.next().await.json();
    assert_eq!(sent["stream"], true);
    assert_eq!(sent["stream_options"]["include_usage"], true);
}

#[tokio::test]
async fn parameters_of_engines_are_refused_or_dropped() {
    let world = World::with(|file| {
        file["tiers"]["internal"]["unknown_fields"] = json!("drop");
    })
    .await;
    let fields = [
        "chat_template",
        "chat_template_kwargs",
        "guided_json",
        "guided_regex",
        "regex",
        "structured_outputs",
        "kv_transfer_params",
        "user_config",
        "api_base",
        "base_url",
        "priority",
        "cache_salt",
        "ignore_eos",
        "min_tokens",
        "prompt_logprobs",
        "echo_prompt",
        "lora_path",
        "session_id",
        "custom_logit_processor",
        "logits_processors",
        "request_id",
        "vllm_xargs",
        "return_hidden_states",
        "add_generation_prompt",
        "continue_final_message",
        "documents",
        "best_of",
        "use_beam_search",
        "stop_token_ids",
    ];
    for field in fields {
        let reply = world.ada().asks("open-1").with(field, json!("x")).await;
        reply.is_refused(400, "unsupported_parameter");
        assert_eq!(reply.error().expect("an error")["param"], field);
    }
    world.backend.saw_nothing();
    let dropped =
        fields.iter().fold(world.ina().asks("open-1"), |call, field| call.with(field, "x"));
    dropped.await.is_ok();
    let sent = world.backend.next().await.json();
    let leaked: Vec<_> = fields.iter().filter(|field| sent.get(**field).is_some()).collect();
    assert!(leaked.is_empty(), "reached the backend: {leaked:?}");
}

#[tokio::test]
async fn what_a_backend_would_fetch_is_refused() {
    let world = World::start().await;
    for content in [
        json!([{ "type": "image_url", "image_url": { "url": "http://169.254.169.254/" } }]),
        json!([{ "type": "image_url", "image_url": { "url": "https://example.com/a.png" } }]),
        json!([{ "type": "input_audio", "input_audio": { "data": "AAAA", "format": "wav" } }]),
        json!([{ "type": "video_url", "video_url": { "url": "http://a/" } }]),
        json!([{ "type": "file", "file": { "file_id": "a" } }]),
        json!([{ "type": "strange", "text": "a" }]),
    ] {
        let call = world.ada().asks("open-1");
        let reply = call.with("messages", json!([{ "role": "user", "content": content }])).await;
        assert_eq!(reply.status, 400, "{content}: {}", reply.body());
    }
    world.backend.saw_nothing();
    let parts = json!([{ "type": "text", "text": "hello" }]);
    let call = world.ada().asks("open-1");
    call.with("messages", json!([{ "role": "user", "content": parts }])).await.is_ok();
}
