//! What filters do to answers.

use crate::support::{Seen, event, failure, filtered, relay, saying};
use serde_json::{Value, json};
use sluice_stream::{Action, Finish, Plan, Progress, Relay, VerdictCount, whole};

fn strict() -> Plan {
    filtered(&json!([{"kind": "patterns", "literals": ["bomb"], "category": "weapons"}]))
}

fn masking() -> Plan {
    filtered(&json!([
        {"kind": "redact", "classes": ["email", "secrets"]},
        {"kind": "patterns", "literals": ["bomb"], "action": "redact"},
    ]))
}

fn seen(plan: &Plan, stream: &str) -> (Seen, Relay, Progress) {
    let (relay, out, progress) = relay(plan, [stream.as_bytes()]);
    (Seen::read(&out), relay, progress)
}

fn call(name: Option<&str>, arguments: &str) -> Value {
    let id = name.map(|_| "call_abc");
    json!({"tool_calls": [{"index": 0, "id": id, "type": "function",
        "function": {"name": name, "arguments": arguments}}]})
}

#[test]
fn every_channel_is_looked_at() {
    for channel in ["content", "reasoning", "reasoning_content", "refusal"] {
        let deltas =
            [json!({channel: "a b"}), json!({channel: "O\u{200b}"}), json!({channel: "mb c"})];
        let (seen, relay, progress) = seen(&strict(), &saying(&deltas));
        assert_eq!(progress, Progress::Stopped, "{channel}");
        assert_eq!(seen.text(0, channel), "a ");
        assert_eq!(seen.finishes[&0], "content_filter");
        assert!(seen.done);
        assert_eq!(relay.report().finish, Finish::ContentFilter);
        let verdict = VerdictCount {
            filter: "patterns",
            category: "weapons".into(),
            action: Action::Block,
            shadow: false,
            count: 1,
        };
        assert_eq!(relay.report().verdicts, [verdict]);
    }
}

#[test]
fn calls_of_tools_are_looked_at() {
    let deltas =
        [call(Some("make_"), ""), call(Some("bo"), ""), call(Some("mb"), ""), call(None, "{}")];
    let (seen_, _, progress) = seen(&strict(), &saying(&deltas));
    assert_eq!(progress, Progress::Stopped);
    assert_eq!(seen_.texts.len(), 0, "{seen_:?}");
    // Escapes inside the arguments stand for what they mean.
    let deltas = [call(Some("ask"), "{\"q\":\"a b"), call(None, "\\u006"), call(None, "Fmb\"}")];
    let (seen, _, progress) = seen(&strict(), &saying(&deltas));
    assert_eq!(progress, Progress::Stopped);
    assert_eq!(seen.text(0, "tool 0 name"), "ask");
    assert_eq!(seen.text(0, "tool 0 arguments"), "{\"q\":\"a ");
}

#[test]
fn a_call_passes_whole() {
    let deltas = [call(Some("ask"), ""), call(None, "{\"q\":"), call(None, "\"b\"}")];
    let stream: String = deltas.iter().map(|delta| event(0, delta, None)).collect();
    let stream = stream + &event(0, &json!({}), Some("tool_calls")) + "data: [DONE]\n\n";
    let (_, out, progress) = relay(&strict(), [stream.as_bytes()]);
    assert_eq!(progress, Progress::Done);
    let first = String::from_utf8(out.clone()).unwrap();
    assert!(first.contains("\"tool_calls\":[{\"index\":0,\"id\":\"call_abc\",\"type\":\"function\",\"function\":{\"name\":\"ask\",\"arguments\":\"{\\\"q\\\":\"}}]"), "{first}");
    let seen = Seen::read(&out);
    assert_eq!(seen.text(0, "tool 0 arguments"), "{\"q\":\"b\"}");
    assert_eq!(seen.finishes[&0], "tool_calls");
}

#[test]
fn an_id_that_says_it_is_ours() {
    let deltas = [
        json!({"tool_calls": [{"index": 0, "id": "bomb:0", "function": {"name": "f", "arguments": "{}"}}]}),
    ];
    let (_, out, _) = relay(&strict(), [saying(&deltas).as_bytes()]);
    assert!(String::from_utf8(out).unwrap().contains("\"id\":\"call_0\""));
}

#[test]
fn a_stop_ends_its_own_choice() {
    let stream = event(0, &json!({"content": "a bo"}), None)
        + &event(1, &json!({"content": "so"}), None)
        + &event(0, &json!({"content": "mb b"}), None)
        + &event(1, &json!({"content": " on"}), Some("length"))
        + "data: [DONE]\n\n";
    let (seen, _, progress) = seen(&Plan { choices_max: 2, ..strict() }, &stream);
    assert_eq!(progress, Progress::Stopped);
    assert_eq!((seen.text(0, "content"), seen.text(1, "content")), ("a ", "so on"));
    assert_eq!((&*seen.finishes[&0], &*seen.finishes[&1]), ("content_filter", "length"));
}

#[test]
fn text_around_a_call_is_one_text() {
    let deltas = [json!({"content": "a bo"}), call(Some("f"), "{}"), json!({"content": "mb"})];
    let (seen, _, progress) = seen(&strict(), &saying(&deltas));
    assert_eq!(progress, Progress::Stopped);
    assert_eq!(seen.text(0, "content"), "a ");
}

#[test]
fn what_was_held_comes_before_the_end() {
    let stream = event(0, &json!({"role": "assistant", "content": ""}), None)
        + &event(0, &json!({"content": "a bo"}), None)
        + &event(0, &json!({"content": "m"}), Some("stop"));
    let (_, out, progress) = relay(&strict(), [stream.as_bytes()]);
    assert_eq!(progress, Progress::Done);
    let text = String::from_utf8(out).unwrap();
    let deltas: Vec<&str> =
        text.split("\"delta\":").skip(1).map(|it| it.split("}],").next().unwrap()).collect();
    let deltas: Vec<&str> = deltas.iter().map(|it| it.split("}]}").next().unwrap()).collect();
    assert_eq!(
        deltas,
        [
            "{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null",
            "{\"content\":\"a \"},\"finish_reason\":null",
            "{\"content\":\"bom\"},\"finish_reason\":null",
            "{},\"finish_reason\":\"stop\"",
        ]
    );
}

#[test]
fn masks_stand_in_place() {
    let deltas = [
        json!({"content": "write jane@ex"}),
        json!({"content": "ample.org a bo"}),
        json!({"content": "mb!"}),
    ];
    let (seen, relay, progress) = seen(&masking(), &saying(&deltas));
    assert_eq!(progress, Progress::Done);
    assert_eq!(seen.text(0, "content"), "write [email] a [removed]!");
    assert_eq!(seen.finishes[&0], "stop");
    let counts: Vec<_> =
        relay.report().verdicts.iter().map(|it| (it.filter, &*it.category, it.count)).collect();
    assert_eq!(counts, [("redact", "email", 1), ("patterns", "listed", 1)]);
}

#[test]
fn logprobs_are_withheld_from_filtered_answers() {
    let choice = json!({"index": 0, "delta": {"content": "a"}, "finish_reason": "stop",
        "logprobs": {"content": [{"token": "a", "logprob": -1.0, "bytes": [97], "top_logprobs": [
            {"token": "bomb", "logprob": -2.0}]}]}});
    let stream = format!("data: {}\n\n", json!({"choices": [choice]}));
    let (_, out, _) = relay(&strict(), [stream.as_bytes()]);
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("bomb") && !text.contains("logprob"), "{text}");
}

#[test]
fn a_failure_releases_nothing() {
    let mut relay = Relay::new(&strict());
    let mut out = Vec::new();
    relay.push(event(0, &json!({"content": "a bom"}), None).as_bytes(), &mut out);
    relay.end(&mut out);
    relay.fail(&failure(b"{\"error\":{}}"), &mut out);
    assert!(!String::from_utf8(out).unwrap().contains("bom"));
}

#[test]
fn too_much_to_hold_stops_and_shows_nothing() {
    let plan = Plan { hold_bytes_max: 512, ..strict() };
    let deltas = [
        json!({"content": "a b"}),
        json!({"content": "\u{200b}".repeat(400)}),
        json!({"content": "ok"}),
    ];
    let (seen, relay, progress) = seen(&plan, &saying(&deltas));
    assert_eq!(progress, Progress::Stopped);
    assert_eq!(seen.text(0, "content"), "a ");
    assert_eq!(&*relay.report().verdicts[0].category, "hold_overflow");
}

#[test]
fn what_comes_after_a_stop_is_not_counted() {
    let deltas = [json!({"content": "a bomb"}), json!({"content": "more and more"})];
    let plan = Plan { choices_max: 2, ..strict() };
    let (_, relay, _) = seen(&plan, &saying(&deltas));
    assert_eq!((relay.report().pieces, relay.report().bytes), (1, 6));
    let plan = Plan { choices_max: 1, ..strict() };
    let mut relay = Relay::new(&plan);
    let stream = event(0, &json!({"content": "a bomb"}), None);
    assert_eq!(relay.push(stream.as_bytes(), &mut Vec::new()), Progress::Stopped);
}

#[test]
fn whole_answers_are_filtered_alike() {
    let message = json!({"role": "assistant", "content": "to jane@example.org: a BOMB b",
        "reasoning_content": "hm jane@example.org", "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"b\":1}"}}]});
    let body =
        json!({"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]});
    let masked = whole(&masking(), body.to_string().as_bytes()).unwrap();
    let answer: Value = serde_json::from_slice(&masked.body).unwrap();
    let message = &answer["choices"][0]["message"];
    assert_eq!(message["content"], "to [email]: a [removed] b");
    assert_eq!(message["reasoning_content"], "hm [email]");
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], "{\"b\":1}");
    assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
    assert!(!masked.stopped);

    let stopped = whole(&strict(), body.to_string().as_bytes()).unwrap();
    let answer: Value = serde_json::from_slice(&stopped.body).unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], "to jane@example.org: a ");
    assert!(answer["choices"][0]["message"].get("tool_calls").is_none());
    assert_eq!(answer["choices"][0]["finish_reason"], "content_filter");
    assert!(stopped.stopped);
    assert_eq!(stopped.report.finish, Finish::ContentFilter);
}
