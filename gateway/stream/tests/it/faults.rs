//! What is no answer is never shown as one.

use crate::support::{Seen, event, failure, plan, relay, saying};
use serde_json::json;
use sluice_config::words::Operation;
use sluice_stream::{Fault, Plan, Progress, Relay, whole};

const ERROR: &[u8] = br#"{"error":{"message":"the backend failed","code":"upstream_error"}}"#;

fn progress(stream: &str) -> Progress {
    let (_, out, progress) = relay(&plan(Operation::Chat), [stream.as_bytes()]);
    let seen = Seen::read(&out);
    assert_eq!(seen.done, progress == Progress::Done);
    assert!(!String::from_utf8(out).unwrap().contains("leak"), "{stream}");
    progress
}

fn fault(stream: &str) -> Fault {
    match progress(stream) {
        Progress::Fault(fault) => fault,
        other => unreachable_progress(stream, other),
    }
}

#[track_caller]
fn unreachable_progress(stream: &str, progress: Progress) -> Fault {
    assert_eq!(progress, Progress::Fault(Fault::NotAnEvent), "{stream}");
    Fault::NotAnEvent
}

#[test]
fn garbage_is_not_an_event() {
    for stream in [
        "<html>\n<body>leak</body>",
        "{\"id\":\"leak\",\"choices\":[]}\n",
        "data: leak\n\n",
        "data: {\"choices\": \"leak\"}\n\n",
        "data: {\"leak\": 1}\n\n",
        "data: [1]\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"leak\",\"content\":\"b\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"leak\"}}],\"choices\":[]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":7}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"leak\\ud83d\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"leak\"}}]} x\n\n",
    ] {
        assert_eq!(fault(stream), Fault::NotAnEvent, "{stream}");
    }
    let (_, out, broken) =
        relay(&plan(Operation::Chat), [&b"data: {\"choices\":\xff\xfe}\n\n"[..]]);
    assert_eq!((out.len(), broken), (0, Progress::Fault(Fault::NotAnEvent)));
}

#[test]
fn errors_inside_a_stream_do_not_show() {
    let upstream = |status| Fault::Upstream { status };
    let nested = "data: {\"error\":{\"message\":\"leak\",\"code\":503}}\n\ndata: [DONE]\n\n";
    assert_eq!(fault(nested), upstream(Some(503)));
    assert_eq!(fault("data: {\"error\":\"leak\",\"choices\":7}\n\n"), upstream(None));
    let flat = "data: {\"object\":\"error\",\"message\":\"leak\",\"code\":400}\n\n";
    assert_eq!(fault(flat), upstream(Some(400)));
    assert_eq!(fault("event: error\ndata: leak\n\n"), upstream(None));
}

#[test]
fn an_end_without_a_finish_is_none() {
    let begun = event(0, &json!({"content": "a"}), None);
    assert_eq!(fault(&begun), Fault::Truncated);
    assert_eq!(fault(&format!("{begun}data: [DONE]\n\n")), Fault::Truncated);
    assert_eq!(fault(""), Fault::Truncated);
    assert_eq!(fault("data: [DONE]\n\n"), Fault::Truncated);
    // The blank line is missing, so the finish never came.
    assert_eq!(fault(event(0, &json!({}), Some("stop")).trim_end()), Fault::Truncated);
    let other = event(1, &json!({"content": "b"}), Some("stop"));
    assert_eq!(fault(&format!("{begun}{other}data: [DONE]\n\n")), Fault::Truncated);
}

#[test]
fn an_end_without_its_mark_is_one() {
    let stream = event(0, &json!({"content": "a"}), Some("stop"));
    assert_eq!(progress(&stream), Progress::Done);
    assert_eq!(progress(&format!("{stream}data: [DONE]")), Progress::Done);
}

#[test]
fn nothing_passes_after_the_end() {
    let done = saying(&[json!({"content": "a"})]);
    assert_eq!(progress(&format!("{done}data: leak\n\n<html>")), Progress::Done);
    let late = event(0, &json!({"content": "a"}), Some("stop"))
        + &event(0, &json!({"content": "leak"}), Some("length"));
    assert_eq!(progress(&late), Progress::Done);
}

#[test]
fn bounds_hold() {
    assert_eq!(fault(&event(2, &json!({"content": "leak"}), None)), Fault::Choice);
    assert_eq!(fault(&format!("data: {}", "x".repeat(1 << 20))), Fault::TooLarge);
}

#[test]
fn a_failure_ends_the_stream_once() {
    let mut relay = Relay::new(&plan(Operation::Chat));
    let mut out = Vec::new();
    relay.push(event(0, &json!({"content": "a"}), None).as_bytes(), &mut out);
    assert_eq!(relay.end(&mut out), Progress::Fault(Fault::Truncated));
    relay.fail(&failure(ERROR), &mut out);
    relay.fail(&failure(ERROR), &mut out);
    assert_eq!(relay.push(b"data: {}\n\n", &mut out), Progress::Fault(Fault::Truncated));
    let text = String::from_utf8(out).unwrap();
    let error = std::str::from_utf8(ERROR).unwrap();
    assert!(text.ends_with(&format!("}}]}}\n\ndata: {error}\n\ndata: [DONE]\n\n")), "{text}");
    assert_eq!(text.matches("[DONE]").count(), 1);
}

#[test]
fn a_failure_does_not_touch_what_has_ended() {
    let mut relay = Relay::new(&plan(Operation::Chat));
    let mut out = Vec::new();
    relay.push(saying(&[json!({"content": "a"})]).as_bytes(), &mut out);
    let ended = out.clone();
    relay.fail(&failure(ERROR), &mut out);
    assert_eq!(out, ended);
}

#[test]
fn odd_streams_pass_as_plain_ones() {
    let plain = saying(&[json!({"role": "assistant", "content": ""}), json!({"content": "aé\n"})]);
    let (_, wanted, _) = relay(&plan(Operation::Chat), [plain.as_bytes()]);
    let id_lines = plain.replace("data: ", ": keep-alive\n\nid: 7\nretry: 1\ndata:");
    for odd in [
        plain.replace('\n', "\r"),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        plain.replace("\"delta\"", "\ndata: \"delta\""),
        id_lines.replace("event: message\n", ""),
        plain.replace("data:", "event: message\ndata:"),
        plain.replace("\"choices\"", "\"x\":{\"delta\":[1]},\"choices\""),
    ] {
        let (_, out, progress) = relay(&plan(Operation::Chat), odd.as_bytes().chunks(3));
        assert_eq!(progress, Progress::Done, "{odd}");
        assert_eq!(out, wanted, "{odd}");
    }
}

#[test]
fn reasons_are_the_dialects_own() {
    for (theirs, ours) in [("eos_token", "stop"), ("abort", "stop"), ("length", "length")] {
        let stream = event(0, &json!({"content": "a"}), Some(theirs));
        let (_, out, _) = relay(&plan(Operation::Chat), [stream.as_bytes()]);
        assert_eq!(Seen::read(&out).finishes[&0], ours);
    }
    let stream = event(0, &json!({"content": "a"}), Some("")) + &event(0, &json!({}), Some("stop"));
    let (_, out, _) = relay(&plan(Operation::Chat), [stream.as_bytes()]);
    assert_eq!(Seen::read(&out).text(0, "content"), "a");
}

#[test]
fn odd_usage_is_no_usage_and_no_fault() {
    // The last is one more than the plan says it can be.
    for usage in
        ["-1", "1.5", "\"7\"", "18446744073709551616", "null", "[]", "9007199254740993", "1048577"]
    {
        let stream = format!(
            "{}data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":{usage},\"completion_tokens\":{usage}}}}}\n\ndata: [DONE]\n\n",
            event(0, &json!({"content": "a"}), Some("stop")),
        );
        let plan = Plan { show_usage: true, ..plan(Operation::Chat) };
        let (relay, out, progress) = relay(&plan, [stream.as_bytes()]);
        assert_eq!((relay.report().usage, progress), (None, Progress::Done), "{usage}");
        assert_eq!(Seen::read(&out).usage, None);
    }
}

#[test]
fn content_cannot_forge_a_frame() {
    let text = "\n\ndata: [DONE]\n\n\r\ndata: {\"error\":1}\u{85}\u{2028}";
    let (_, out, _) =
        relay(&plan(Operation::Chat), [saying(&[json!({"content": text})]).as_bytes()]);
    assert_eq!(Seen::read(&out).text(0, "content"), text);
}

#[test]
fn whole_answers_are_judged_alike() {
    let fault = |body: &str| whole(&plan(Operation::Chat), body.as_bytes()).unwrap_err();
    for body in [
        "<html>",
        "",
        "[]",
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":[{\"finish_reason\":\"stop\"}]}",
        "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]} x",
    ] {
        assert_eq!(fault(body), Fault::NotAnEvent, "{body}");
    }
    assert_eq!(fault("{\"choices\":[{\"message\":{\"content\":\"a\"}}]}"), Fault::Truncated);
    let twice = "{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}";
    assert_eq!(fault(&format!("{{\"choices\":[{twice},{twice}]}}")), Fault::NotAnEvent);
    let far = "{\"choices\":[{\"index\":2,\"message\":{},\"finish_reason\":\"stop\"}]}";
    assert_eq!(fault(far), Fault::Choice);
}

#[test]
fn embeddings_pass_as_numbers_only() {
    let body = |embedding: &str| {
        format!(
            "{{\"id\":\"x\",\"data\":[{{\"index\":0,\"embedding\":{embedding},\"text\":\"leak\"}}],\"model\":\"theirs\",\"usage\":{{\"prompt_tokens\":5,\"total_tokens\":5}}}}"
        )
    };
    for embedding in ["[0.1,-2e-3]", "\"AACAPw==\""] {
        let whole = whole(&plan(Operation::Embedding), body(embedding).as_bytes()).unwrap();
        assert_eq!(
            String::from_utf8(whole.body).unwrap(),
            format!(
                "{{\"object\":\"list\",\"data\":[{{\"object\":\"embedding\",\"index\":0,\"embedding\":{embedding}}}],\"model\":\"open\",\"usage\":{{\"prompt_tokens\":5,\"total_tokens\":5}}}}"
            ),
        );
        assert_eq!(whole.report.usage.unwrap().prompt, 5);
    }
    for embedding in ["\"some text\"", "[\"text\"]", "{\"a\":1}", "7"] {
        let fault = whole(&plan(Operation::Embedding), body(embedding).as_bytes()).unwrap_err();
        assert_eq!(fault, Fault::NotAnEvent, "{embedding}");
    }
}
