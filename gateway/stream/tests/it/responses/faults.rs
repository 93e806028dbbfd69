//! What is no answer is never shown as one.

use super::{
    Told, arguments, call, completed, done, message, plan, read, stream, strict, text, told,
};
use crate::speak::End;
use crate::support::failure;
use serde_json::{Value, json};
use sluice_stream::{Failure, Fault, Progress, Relay, whole};

fn fault(wire: &str) -> Fault {
    match Told::new(&plan(), wire.as_bytes()).progress {
        Progress::Fault(fault) => fault,
        other => panic!("{other:?}: {wire}"),
    }
}

#[test]
fn garbage_is_not_an_event() {
    for data in [
        "leak",
        "[1]",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"response.output_text.delta\",\"delta\":\"leak\",\"delta\":\"leak\"}",
        "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":7}",
        "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"leak\\ud83d\"}",
        "{\"type\":\"response.output_text.delta\",\"output_index\":-1,\"delta\":\"leak\"}",
        "{\"type\":\"response.output_item.added\",\"output_index\":0}",
        "{\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":[\"message\"]}",
        "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"message\",\"content\":[[\"output_text\",\"leak\"]]}}",
        "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"message\",\"content\":[],\"content\":[]}}",
        "{\"type\":\"response.completed\"}",
        "{\"type\":\"response.completed\",\"response\":[]}",
    ] {
        assert_eq!(fault(&format!("data: {data}\n\n")), Fault::NotAnEvent, "{data}");
    }
}

#[test]
fn events_that_contradict_their_item_are_none() {
    let reasoning = ("reasoning_text.delta", json!({"output_index": 0, "delta": "leak"}));
    let nameless =
        ("output_item.added", json!({"output_index": 0, "item": {"type": "function_call"}}));
    let other = done(0, json!({"type": "function_call", "name": "leak", "arguments": "leak"}));
    for events in [
        vec![message(0), reasoning],
        vec![arguments(0, "leak")],
        vec![nameless, arguments(0, "leak")],
        vec![message(0), other],
        vec![call(0, "c", "f"), text(0, "leak")],
    ] {
        let told = told(&plan(), &events);
        assert_eq!(told.progress, Progress::Fault(Fault::NotAnEvent), "{events:?}");
    }
}

#[test]
fn errors_inside_a_stream_do_not_show() {
    let upstream = |status| Fault::Upstream { status };
    let begun = stream(&[text(0, "a")]);
    for (event, status) in [
        ("data: {\"error\":{\"code\":500,\"message\":\"leak\"}}", Some(500)),
        (
            "event: error\ndata: {\"type\":\"error\",\"code\":\"429\",\"message\":\"leak\"}",
            Some(429),
        ),
        ("data: {\"type\":\"error\",\"code\":null,\"message\":\"leak\"}", None),
        ("data: {\"type\":\"error\",\"error\":{\"message\":\"leak\"}}", None),
        (
            "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"leak\"}}}",
            None,
        ),
        (
            "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":null}}",
            None,
        ),
        ("data: {\"type\":\"response.completed\",\"response\":{\"status\":\"cancelled\"}}", None),
    ] {
        assert_eq!(fault(&format!("{begun}{event}\n\n")), upstream(status), "{event}");
    }
}

#[test]
fn an_end_without_its_last_event_is_none() {
    assert_eq!(fault(""), Fault::Truncated);
    assert_eq!(fault(&stream(&[("created", json!({}))])), Fault::Truncated);
    let item = json!({"type": "message", "content": []});
    assert_eq!(fault(&stream(&[message(0), text(0, "a"), done(0, item)])), Fault::Truncated);
    let open = json!({"response": {"status": "in_progress"}});
    assert_eq!(fault(&stream(&[text(0, "a"), ("completed", open)])), Fault::Truncated);
}

#[test]
fn items_and_pieces_are_bounded() {
    let many: Vec<_> = (0..1025).map(message).collect();
    assert_eq!(fault(&stream(&many)), Fault::Choice);
    let search = |index: u64| {
        ("output_item.added", json!({"output_index": index, "item": {"type": "web_search_call"}}))
    };
    let many: Vec<_> = (0..1025).map(search).collect();
    assert_eq!(fault(&stream(&many)), Fault::Choice);
    let piece = |index: u64| {
        ("output_text.delta", json!({"output_index": 0, "content_index": index, "delta": "a"}))
    };
    let many: Vec<_> = (0..1025).map(piece).collect();
    assert_eq!(fault(&stream(&many)), Fault::Choice);
    let id = "x".repeat(1025);
    assert_eq!(
        fault(&stream(&[("output_text.delta", json!({"item_id": id, "delta": "leak"}))])),
        Fault::Choice
    );
}

#[test]
fn text_is_bounded_and_says_so() {
    let piece = "x".repeat(1 << 19);
    let mut events = vec![message(0)];
    events.extend((0..33).map(|_| text(0, &piece)));
    events.extend([text(0, "leak"), completed()]);
    let (_, out, progress) = crate::support::relay(&plan(), [stream(&events).as_bytes()]);
    assert_eq!(progress, Progress::Done);
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("leak"));
    let last: Value =
        serde_json::from_str(text.trim_end().rsplit_once("data: ").unwrap().1).unwrap();
    assert_eq!(last["response"]["incomplete_details"]["reason"], "max_output_tokens");
    let shown = last["response"]["output"][0]["content"][0]["text"].as_str().unwrap();
    assert_eq!(shown.len(), 16 << 20);
}

#[test]
fn a_failure_ends_the_stream_once() {
    let mut relay = Relay::new(&plan());
    let mut out = Vec::new();
    relay.push(stream(&[text(0, "a")]).as_bytes(), &mut out);
    assert_eq!(relay.end(&mut out), Progress::Fault(Fault::Truncated));
    relay.fail(&failure(b"{\"error\":{}}"), &mut out);
    relay.fail(&failure(b"{\"error\":{}}"), &mut out);
    assert_eq!(read(&out).ends[&0], End::Failed);
    let text = String::from_utf8(out).unwrap();
    let last: Value =
        serde_json::from_str(text.trim_end().rsplit_once("data: ").unwrap().1).unwrap();
    let error = json!({"code": "server_error", "message": "it broke"});
    assert_eq!(
        (&last["response"]["error"], &last["response"]["status"]),
        (&error, &json!("failed"))
    );
    assert!(!text.contains("completed\"") && !text.contains("[DONE]"), "{text}");
}

#[test]
fn a_failure_before_anything_else_has_a_beginning() {
    for (code, theirs) in [
        ("rate_limit_exceeded", "rate_limit_exceeded"),
        ("insufficient_quota", "rate_limit_exceeded"),
        ("model_suspended", "server_error"),
    ] {
        let mut relay = Relay::new(&plan());
        let mut out = Vec::new();
        relay.fail(&Failure { code, message: "a \"b\"\n", envelope: b"" }, &mut out);
        assert_eq!(read(&out).ends[&0], End::Failed);
        let text = String::from_utf8(out).unwrap();
        let last: Value =
            serde_json::from_str(text.trim_end().rsplit_once("data: ").unwrap().1).unwrap();
        assert_eq!(last["response"]["error"], json!({"code": theirs, "message": "a \"b\"\n"}));
    }
}

#[test]
fn a_failure_releases_nothing() {
    let mut relay = Relay::new(&strict());
    let mut out = Vec::new();
    relay.push(
        stream(&[text(0, "a bom"), ("output_text.done", json!({"output_index": 0}))]).as_bytes(),
        &mut out,
    );
    relay.fail(&failure(b""), &mut out);
    assert!(!String::from_utf8(out).unwrap().contains("bom"));
}

#[test]
fn whole_answers_are_judged_alike() {
    let fault = |body: &str| whole(&plan(), body.as_bytes()).unwrap_err();
    for body in [
        "<html>",
        "",
        "[]",
        "{\"status\":\"completed\",\"output\":[]} x",
        "{\"status\":\"completed\",\"output\":[7]}",
        "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":7}]}",
    ] {
        assert_eq!(fault(body), Fault::NotAnEvent, "{body}");
    }
    assert_eq!(fault("{}"), Fault::Truncated);
    assert_eq!(fault("{\"status\":\"queued\",\"output\":[]}"), Fault::Truncated);
    let error = "{\"status\":\"failed\",\"error\":{\"code\":503,\"message\":\"leak\"}}";
    assert_eq!(fault(error), Fault::Upstream { status: Some(503) });
    assert_eq!(fault("{\"object\":\"error\",\"code\":400}"), Fault::Upstream { status: Some(400) });
}
