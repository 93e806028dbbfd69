//! What backends of odd minds send, and what breaks.

use super::*;

#[test]
fn errors_of_a_backend_are_faults() {
    let overloaded = Fault::Upstream { status: Some(529) };
    let (out, heard, _, progress) = fixture("anthropic/error_stream");
    assert_eq!(progress, Progress::Fault(overloaded));
    assert!(!heard.done && !out.contains("event: error"), "{out}");
    assert_eq!(whole(&asked(), &body("anthropic/error")), Err(overloaded));
    // Without a name, and in the words of another dialect.
    let unnamed = br#"data: {"type":"error","error":{"type":"rate_limit_error","message":"m"}}"#;
    let unnamed = [&unnamed[..], b"\n\n"].concat();
    let fault = |status| Progress::Fault(Fault::Upstream { status });
    assert_eq!(streamed(&asked(), &unnamed).3, fault(Some(429)));
    let other = b"data: {\"error\":{\"code\":500,\"message\":\"m\",\"type\":\"server_error\"}}\n\n";
    assert_eq!(streamed(&asked(), other).3, fault(Some(500)));
    assert_eq!(streamed(&asked(), b"event: error\ndata: leak\n\n").3, fault(None));
    assert_eq!(streamed(&asked(), b"data: {\"type\":\"error\"}\n\n").3, fault(None));
}

#[test]
fn a_failure_ends_without_a_message_stop() {
    let envelope = b"{\"type\":\"error\",\n\"error\":{\"type\":\"api_error\",\"message\":\"m\"}}";
    let (mut relay, mut out) = (Relay::new(&asked()), Vec::new());
    relay.push(&events(&[text_block(0), text(0, "a")]), &mut out);
    assert_eq!(relay.end(&mut out), Progress::Fault(Fault::Truncated));
    relay.fail(&failure(envelope), &mut out);
    let heard = Messages.read(&out);
    assert_eq!((heard.done, heard.ends[&u64::MAX]), (false, End::Failed));
    let out = String::from_utf8(out).unwrap();
    let last = r#"data: {"type":"error", "error":{"type":"api_error","message":"m"}}"#;
    assert!(out.ends_with(&format!("event: error\n{last}\n\n")), "{out}");
}

#[test]
fn odd_orders_of_events_read_as_plain_ones() {
    let plain = [text_block(0), text(0, "a"), text(0, "b"), stop(0), end("end_turn"), over()];
    let wanted = streamed(&asked(), &events(&plain)).1;
    let [block, a, b, stopped, ended, over] = plain;
    let begun =
        json!({"type": "message_start", "message": {"id": "x", "usage": {"input_tokens": 3}}});
    let late = json!({"type": "content_block_delta", "index": 0, "delta":
        {"type": "citations_delta", "citation": {"cited_text": "leak"}}});
    let news = json!({"type": "message_news", "delta": "leak", "message": 7, "text": "leak"});
    let odd: &[&[&Value]] = &[
        &[&begun, &block, &a, &b, &stopped, &ended, &over],
        &[&begun, &begun, &block, &a, &begun, &b, &stopped, &ended, &over],
        &[&a, &b, &ended, &over],
        &[&block, &a, &b, &ended, &over],
        &[&block, &a, &b, &stopped, &stopped, &ended, &ended, &over, &over, &a],
        &[&block, &a, &b, &stopped, &a, &ended, &a, &over],
        &[&stopped, &block, &a, &late, &news, &b, &stopped, &news, &ended],
        &[&block, &a, &b, &stopped, &ended, &stopped],
    ];
    for events_of in odd {
        let wire = events(&events_of.iter().map(|event| (*event).clone()).collect::<Vec<_>>());
        let (out, heard, _, progress) = streamed(&asked(), &wire);
        assert_eq!((progress, &heard), (Progress::Done, &wanted), "{out}");
        assert!(!out.contains("leak"), "{out}");
    }
}

#[test]
fn what_is_no_message_is_a_fault() {
    let call = json!({"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}});
    for odd in [
        // Two blocks of one index, and what is not of its block.
        vec![text_block(0), stop(0), text_block(0)],
        vec![text_block(0), tool_block(0, "f")],
        vec![
            start(0, &json!({"type": "text", "text": "a"})),
            start(0, &json!({"type": "text", "text": "leak"})),
        ],
        vec![tool_block(0, "f"), text(0, "leak")],
        vec![text_block(0), arguments(0, "leak")],
        vec![arguments(0, "leak")],
        // Arguments that came already.
        vec![start(0, &call), arguments(0, "leak")],
        vec![start(0, &json!({"type": "tool_use", "id": "t"}))],
        vec![start(0, &json!({"type": "tool_use", "id": "t", "name": "f", "input": "leak"}))],
        vec![
            json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "leak"}}),
        ],
        vec![json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta"}})],
        vec![json!({"type": "content_block_delta", "index": 0, "delta": ["leak"]})],
        vec![json!({"type": "message_start"})],
        vec![json!({"type": "message_delta"})],
    ] {
        let (out, _, _, progress) = streamed(&asked(), &events(&odd));
        assert_eq!(progress, Progress::Fault(Fault::NotAnEvent), "{odd:?}");
        assert!(!out.contains("leak"), "{out}");
    }
    for odd in ["{}", "[]", "7", "leak", "{\"type\":\"ping\",\"type\":\"ping\"}", "[DONE]"] {
        let wire = format!("data: {odd}\n\n");
        let progress = streamed(&asked(), wire.as_bytes()).3;
        assert_eq!(progress, Progress::Fault(Fault::NotAnEvent), "{odd}");
    }
    let twice = "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\",\"text\":\"leak\"}}\n\n";
    assert_eq!(streamed(&asked(), twice.as_bytes()).3, Progress::Fault(Fault::NotAnEvent));
}

#[test]
fn an_end_without_a_reason_is_none() {
    let null = json!({"type": "message_delta", "delta": {"stop_reason": null}, "usage": {"output_tokens": 4}});
    for cut in [vec![], vec![over()], vec![text(0, "a")], vec![text(0, "a"), null, over()]] {
        let (_, heard, _, progress) = streamed(&asked(), &events(&cut));
        assert_eq!((progress, heard.done), (Progress::Fault(Fault::Truncated), false));
    }
    let done = streamed(&asked(), &events(&[text(0, "a"), end("end_turn")]));
    assert_eq!((done.3, done.1.done), (Progress::Done, true));
}

#[test]
fn bounds_hold() {
    let many: Vec<Value> = (0..1024).map(|index| text(index, "a")).collect();
    let ended = [&many[..], &[end("end_turn")]].concat();
    assert_eq!(streamed(&asked(), &events(&ended)).3, Progress::Done);
    assert_eq!(streamed(&asked(), &events(&[text(1024, "a")])).3, Progress::Fault(Fault::Choice));
    let of = |count| {
        let content = vec![json!({"type": "text", "text": "a"}); count];
        json!({"content": content, "stop_reason": "end_turn"}).to_string().into_bytes()
    };
    assert!(whole(&asked(), &of(1024)).is_ok());
    assert_eq!(whole(&asked(), &of(1025)), Err(Fault::Choice));
}

#[test]
fn whole_messages_are_judged_alike() {
    let fault = |body: &str| whole(&asked(), body.as_bytes()).unwrap_err();
    for odd in [
        "<html>",
        "[]",
        "{}",
        r#"{"content":"a","stop_reason":"end_turn"}"#,
        r#"{"content":[{"text":"a"}],"stop_reason":"end_turn"}"#,
        r#"{"content":[],"content":[],"stop_reason":"end_turn"}"#,
        r#"{"content":[{"type":"tool_use","id":"t","name":"f","input":[]}],"stop_reason":"tool_use"}"#,
    ] {
        assert_eq!(fault(odd), Fault::NotAnEvent, "{odd}");
    }
    assert_eq!(fault(r#"{"content":[]}"#), Fault::Truncated);
    assert_eq!(fault(r#"{"content":[],"stop_reason":null}"#), Fault::Truncated);
}
