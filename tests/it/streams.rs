//! Streams: as they come, in order, and nothing of the upstream's own in them.

use serde_json::{Value, json};
use sluice_tests::{Event, Gate, World, answer};

#[tokio::test]
async fn what_is_said_is_passed_on_at_once() {
    let world = World::start().await;
    let gate = Gate::new();
    let words = ["good", " morning", " all"];
    let said = words.iter().fold(answer::stream(), |stream, word| stream.says(word).waits(&gate));
    world.backend.answers(said.stops().done());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    assert_eq!(call.status, 200);
    let kind = call.head.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    for word in words {
        // The backend says nothing more until this has come.
        call.says(word).await;
        gate.open();
    }
    assert_eq!(call.rest().await.is_ok().finish().as_deref(), Some("stop"));
}

#[tokio::test]
async fn it_begins_before_anything_is_said() {
    let world = World::start().await;
    let gate = Gate::new();
    let role = json!({ "role": "assistant", "content": "" });
    let said = answer::stream().choice(0, &role, &Value::Null).waits(&gate).says("hi").stops();
    world.backend.answers(said.done());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    assert!(call.event().await.is_some(), "the role");
    gate.open();
    call.says("hi").await;
    call.rest().await.is_ok();
}

#[tokio::test]
async fn usage_is_shown_to_who_asks_only() {
    let world = World::start().await;
    let silent = world.ada().asks("open-1").streamed().await;
    assert_eq!(silent.is_ok().usage(), None);
    let events = silent.events();
    assert!(events.iter().filter_map(Event::data).all(|data| data["choices"] != json!([])));
    let asked = world.ada().asks("open-1").streamed().with_usage().await;
    let usage = asked.is_ok().usage().expect("a usage");
    assert_eq!(usage["prompt_tokens"], 5);
    assert_eq!(usage["completion_tokens"], 2);
    let events = asked.events();
    let last = events.iter().filter_map(Event::data).next_back().expect("an event");
    assert_eq!(last["choices"], json!([]));
}

#[tokio::test]
async fn nothing_of_the_upstreams_own_is_shown() {
    let world = World::start().await;
    let chatty = answer::stream()
        .bytes(": keep-alive\n\nid: 7\nretry: 5\n\n")
        .event(&json!({
            "id": "chatcmpl-backend", "object": "chat.completion.chunk", "created": 7,
            "model": "backend-name", "system_fingerprint": "fp_backend", "timings": { "secret_ms": 1 },
            "token_ids": [1], "prompt_text": "secret",
            "choices": [{
                "index": 0, "delta": { "content": "hello" }, "finish_reason": null,
                "token_ids": [1], "stop_reason": null,
            }],
        }))
        .stops()
        .done();
    world.backend.answers(chatty);
    let streamed = world.ada().asks("open").streamed().await;
    world.backend.answers(answer::chat("hello"));
    let whole = world.ada().asks("open").await;
    for reply in [&streamed, &whole] {
        assert_eq!(reply.is_ok().text(), "hello");
        for own in ["backend", "secret", "token_ids", "timings", "retry:", "id: 7"] {
            assert!(!reply.body().contains(own), "{own} in {}", reply.body());
        }
        let events = reply.events();
        let first = if reply.is_streamed() {
            events.iter().find_map(Event::data).cloned().expect("an event")
        } else {
            reply.json()
        };
        assert_eq!(first["model"], "open", "the name as it was asked");
        assert!(first["id"].as_str().is_some_and(|id| id.starts_with("chatcmpl-")), "{first}");
        assert!(
            first["created"].as_u64().is_some_and(|created| created > 1_700_000_000),
            "{first}"
        );
    }
}

#[tokio::test]
async fn events_in_odd_forms_are_read() {
    let world = World::start().await;
    let chunk = |text: &str, finish: &str| {
        format!(
            r#"{{"choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":{finish}}}]}}"#
        )
    };
    let bytes = format!(
        ":comment\r\n\r\ndata:{}\r\n\r\nevent: message\ndata: {}\n\n\ndata: {}\r\rdata: [DONE]\n\n",
        chunk("a", "null"),
        chunk("b", "null"),
        chunk("c", "\"stop\""),
    );
    world.backend.answers(answer::stream().bytes(&bytes).ends());
    let reply = world.ada().asks("open-1").streamed().await;
    assert_eq!(reply.is_ok().text(), "abc");
    // Byte by byte, in the middle of a character and of the framing.
    let whole = format!(
        "data: {}\n\ndata: {}\n\ndata: [DONE]\n\n",
        chunk("schön", "null"),
        chunk("", "\"stop\"")
    );
    let bytes = whole.bytes().map(|byte| [b"1\r\n", &[byte][..], b"\r\n"].concat());
    let head = sluice_tests::Script::new().send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    let script = bytes.fold(head, sluice_tests::Script::send).send("0\r\n\r\n");
    world.backend.answers(script);
    assert_eq!(world.ada().asks("open-1").streamed().await.is_ok().text(), "schön");
}

#[tokio::test]
async fn what_comes_after_the_end_is_not_shown() {
    let world = World::start().await;
    let said = answer::stream().says("hello").stops().bytes("data: [DONE]\n\n").says("s3cr3t");
    world.backend.answers(said.done());
    let reply = world.ada().asks("open-1").streamed().await;
    assert_eq!(reply.is_ok().text(), "hello");
    assert!(!reply.body().contains("s3cr3t"), "{}", reply.body());
}

#[tokio::test]
async fn choices_and_tool_calls_come_through() {
    let world = World::start().await;
    let call = |part: Value| json!({ "tool_calls": [part] });
    let said = answer::stream()
        .choice(
            0,
            &call(json!({ "index": 0, "id": "c1", "type": "function",
            "function": { "name": "weather", "arguments": "" } })),
            &Value::Null,
        )
        .choice(1, &json!({ "content": "second" }), &Value::Null)
        .choice(
            0,
            &call(json!({ "index": 0, "function": { "arguments": "{\"city\":" } })),
            &Value::Null,
        )
        .choice(
            0,
            &call(json!({ "index": 0, "function": { "arguments": "\"Rome\"}" } })),
            &Value::Null,
        )
        .choice(1, &json!({}), &json!("stop"))
        .choice(0, &json!({}), &json!("tool_calls"))
        .usage(&answer::usage(5, 9));
    world.backend.answers(said.done());
    let tool = json!({ "type": "function", "function": { "name": "weather", "parameters": { "type": "object" } } });
    let call = world.ada().asks("open-1").streamed().with("n", 2).with("tools", json!([tool]));
    let reply = call.with("tool_choice", "required").await;
    let events = reply.is_ok().events();
    let (mut arguments, mut second, mut name) = (String::new(), String::new(), String::new());
    for choice in events.iter().filter_map(Event::data).filter_map(|data| data["choices"].get(0)) {
        let text =
            |pointer: &str| choice.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        arguments += text("/delta/tool_calls/0/function/arguments");
        name += text("/delta/tool_calls/0/function/name");
        if choice["index"] == 1 {
            second += text("/delta/content");
        }
    }
    assert_eq!((name.as_str(), arguments.as_str()), ("weather", r#"{"city":"Rome"}"#));
    assert_eq!(second, "second");
}

#[tokio::test]
async fn completions_and_embeddings_too() {
    let world = World::start().await;
    let whole = world.ada().completes("open-1", "say").await;
    assert_eq!(whole.is_ok().text(), "hello there");
    assert!(whole.json()["id"].as_str().is_some_and(|id| id.starts_with("cmpl-")));
    let streamed = world.ada().completes("open-1", "say").streamed().await;
    assert_eq!(streamed.is_ok().text(), "hello there");
    assert!(!streamed.body().contains("backend"), "{}", streamed.body());
    let embedded = world.ada().embeds("embed-1", "say").await;
    let json = embedded.is_ok().json();
    assert_eq!(json["data"][0]["embedding"], json!([0.25, -0.5]));
    assert_eq!(json["model"], "embed-1");
    assert_eq!(json["usage"]["prompt_tokens"], 3);
    let bytes = world.backend.next().await;
    assert_eq!(bytes.path(), "/v1/completions");
}
