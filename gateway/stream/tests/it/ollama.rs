//! Answers of Ollama's API, from backends of several makes and of odd minds.

use crate::fixtures::body;
use crate::speak::ollama::{Chat, Generate};
use crate::speak::{Channel, End, Heard, Speak};
use crate::support::{chain, failure, plan, relay};
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_stream::{Fault, Finish, Plan, Progress, Relay, Report, Usage, whole};

fn asked(operation: Operation) -> Plan {
    Plan { choices_max: 1, ..plan(operation) }
}

fn filtered(filters: &Value) -> Plan {
    Plan {
        chain: Some(chain(filters, sluice_config::words::Strategy::Window)),
        ..asked(Operation::OllamaChat)
    }
}

fn streamed(plan: &Plan, wire: &[u8]) -> (String, Heard, Report, Progress) {
    let (relayed, out, progress) = relay(plan, [wire]);
    let (_, slow, _) = relay(plan, wire.chunks(1));
    assert_eq!(out, slow, "it depends on how it is cut");
    let heard = match plan.operation {
        Operation::OllamaChat => Chat.read(&out),
        _ => Generate.read(&out),
    };
    (String::from_utf8(out).unwrap(), heard, relayed.report().clone(), progress)
}

fn chat(lines: &[Value]) -> (String, Heard, Report, Progress) {
    let wire: String = lines.iter().map(|line| line.to_string() + "\n").collect();
    streamed(&asked(Operation::OllamaChat), wire.as_bytes())
}

fn said(heard: &Heard, channel: Channel) -> &str {
    heard.texts.get(&(0, channel)).map_or("", String::as_str)
}

fn content(text: &str) -> Value {
    json!({"message": {"role": "assistant", "content": text}, "done": false})
}

fn calls(calls: &Value) -> Value {
    json!({"message": {"role": "assistant", "content": "", "tool_calls": calls}, "done": false})
}

fn end(reason: &str) -> Value {
    json!({"message": {"role": "assistant", "content": ""}, "done": true, "done_reason": reason,
        "prompt_eval_count": 3, "eval_count": 4})
}

#[test]
fn chats_pass() {
    let (out, heard, report, progress) =
        streamed(&asked(Operation::OllamaChat), &body("ollama/chat_stream"));
    assert_eq!(progress, Progress::Done);
    assert_eq!(said(&heard, Channel::Reasoning), "Why blue?");
    assert_eq!(said(&heard, Channel::Content), "The sky is\nblue.");
    assert_eq!(report.usage, Some(Usage { prompt: 26, completion: 9 }));
    assert!(out.ends_with(
        "{\"model\":\"open\",\"created_at\":\"2023-11-14T22:13:20Z\",\
         \"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\
         \"done_reason\":\"stop\",\"prompt_eval_count\":26,\"eval_count\":9}\n"
    ));
    let whole = whole(&asked(Operation::OllamaChat), &body("ollama/chat")).unwrap();
    assert_eq!(Chat.read_whole(&whole.body), heard);
    assert_eq!(whole.report.usage, report.usage);
}

#[test]
fn generated_texts_pass() {
    let asked = asked(Operation::OllamaGenerate);
    let (out, heard, report, progress) = streamed(&asked, &body("ollama/generate_stream"));
    assert_eq!((progress, report.finish), (Progress::Done, Finish::Length));
    assert_eq!(said(&heard, Channel::Content), "The sky");
    assert!(out.contains("\"done_reason\":\"length\"") && !out.contains("context"), "{out}");
    let whole = whole(&asked, &body("ollama/generate")).unwrap();
    assert_eq!(
        String::from_utf8(whole.body).unwrap(),
        r#"{"model":"open","created_at":"2023-11-14T22:13:20Z","response":"The sky","thinking":"Why?","done":true,"done_reason":"length","prompt_eval_count":26,"eval_count":4}"#
    );
}

#[test]
fn calls_pass_whole() {
    let wire = body("ollama/tools_stream");
    let (out, heard, ..) = streamed(&asked(Operation::OllamaChat), &wire);
    assert_eq!(said(&heard, Channel::Name), "get_weatherget_timeget_news");
    assert!(out.contains(r#""name":"get_weather","arguments":{"city":"Paris","days":[1,2]}}"#));
    assert!(out.contains(r#""name":"get_time","arguments":{}}"#), "{out}");
    let kept = streamed(&filtered(&json!([{"kind": "patterns", "literals": ["zzz"]}])), &wire);
    assert_eq!(kept.0, out);
}

#[test]
fn what_is_not_known_may_be_null() {
    let (out, heard, report, progress) =
        streamed(&asked(Operation::OllamaChat), &body("ollama/sglang_chat_stream"));
    assert_eq!((progress, report.usage), (Progress::Done, None));
    assert_eq!(said(&heard, Channel::Content), "The sky");
    assert!(!out.contains("eval_count"), "{out}");
}

#[test]
fn an_error_inside_a_stream_is_a_fault() {
    let (out, _, _, progress) =
        streamed(&asked(Operation::OllamaChat), &body("ollama/error_stream"));
    assert_eq!(progress, Progress::Fault(Fault::Upstream { status: None }));
    assert!(!out.contains("runner"), "{out}");
    let error = br#"{"error":"model not found"}"#;
    let fault = whole(&asked(Operation::OllamaGenerate), error).unwrap_err();
    assert_eq!(fault, Fault::Upstream { status: None });
}

#[test]
fn a_failure_is_a_last_line() {
    let (mut relay, mut out) = (Relay::new(&asked(Operation::OllamaChat)), Vec::new());
    relay.push((content("a").to_string() + "\n").as_bytes(), &mut out);
    relay.fail(&failure(b"{\"error\":\n\"it broke\"}"), &mut out);
    let heard = Chat.read(&out);
    assert_eq!((heard.done, heard.ends[&u64::MAX]), (false, End::Failed));
    assert!(out.ends_with(b"{\"error\": \"it broke\"}\n"));
}

#[test]
fn a_stop_is_a_last_line_like_any() {
    let blocks = filtered(&json!([{"kind": "patterns", "literals": ["bomb"]}]));
    let call = json!([{"function": {"name": "f", "arguments": {"a": "x bomb"}}}]);
    let wire = format!("{}\n{}\n{}\n", content("a bo"), calls(&call), end("stop"));
    let (out, heard, report, progress) = streamed(&blocks, wire.as_bytes());
    assert_eq!((progress, report.finish), (Progress::Stopped, Finish::ContentFilter));
    assert_eq!((heard.ends[&0], heard.done), (End::Filtered, true));
    // What cannot be shown whole is not shown: a caller would make the call without the rest.
    assert!(!out.contains("tool_calls"), "{out}");
    let message = json!({"message": {"content": "a", "tool_calls": call}, "done": true});
    let stopped = whole(&blocks, message.to_string().as_bytes()).unwrap();
    assert!(stopped.stopped);
    assert_eq!(Chat.read_whole(&stopped.body).ends[&0], End::Filtered);
}

#[test]
fn arguments_a_filter_made_no_object_end_the_answer() {
    let masks = filtered(
        &json!([{"kind": "patterns", "literals": ["{\"a\""], "action": "redact", "mask": "#"}]),
    );
    let call = json!([{"function": {"name": "f", "arguments": {"a": 1}}},
        {"function": {"name": "g", "arguments": {"b": 1}}}]);
    let wire = format!("{}\n{}\n{}\n", calls(&call), content("never"), end("stop"));
    let (out, heard, report, progress) = streamed(&masks, wire.as_bytes());
    assert_eq!((progress, report.finish), (Progress::Stopped, Finish::ContentFilter));
    assert_eq!((heard.ends[&0], heard.done), (End::Filtered, true));
    assert!(!out.contains("tool_calls") && !out.contains("never"), "{out}");
    let message = json!({"message": {"tool_calls": call}, "done": true}).to_string();
    let masked = whole(&masks, message.as_bytes()).unwrap();
    assert_eq!(masked.report.finish, Finish::ContentFilter);
    assert!(masked.stopped);
    assert_eq!(Chat.read_whole(&masked.body).ends[&0], End::Filtered);
}

#[test]
fn calls_in_one_line_and_over_lines_are_different_calls() {
    let one =
        |name: &str, text: &str| json!({"function": {"name": name, "arguments": {"t": text}}});
    let (_, heard, ..) = chat(&[
        calls(&json!([one("f", "1"), one("f", "2")])),
        calls(&json!([one("f", "3")])),
        end("stop"),
    ]);
    assert_eq!(said(&heard, Channel::Arguments), r#"{"t":"1"}{"t":"2"}{"t":"3"}"#);
    let (_, heard, ..) = chat(&[calls(&json!([{"function": {"name": "f"}}])), end("stop")]);
    assert_eq!(said(&heard, Channel::Name), "f");
}

#[test]
fn an_end_without_its_line_break_is_one() {
    let wire = format!("{}\r\n\n{}", content("a"), end("length"));
    let (_, heard, _, progress) = streamed(&asked(Operation::OllamaChat), wire.as_bytes());
    assert_eq!((progress, said(&heard, Channel::Content)), (Progress::Done, "a"));
    // Text on the last line is text, and nothing comes behind it.
    let mut last = end("unload");
    last["message"]["content"] = "b".into();
    let (out, heard, ..) = chat(&[content("a"), last, content("leak")]);
    assert_eq!((said(&heard, Channel::Content), heard.done), ("ab", true));
    assert!(out.contains("\"done_reason\":\"stop\"") && !out.contains("leak"), "{out}");
}

#[test]
fn what_is_no_answer_is_a_fault() {
    for odd in ["[]", "leak", "{}", "{\"done\":false}", "data: {}", "{\"message\":7}", "<html>"] {
        let wire = format!("{odd}\n");
        let progress = streamed(&asked(Operation::OllamaChat), wire.as_bytes()).3;
        assert_eq!(progress, Progress::Fault(Fault::NotAnEvent), "{odd}");
    }
    for odd in [
        r#"{"message":{"content":"a","content":"leak"}}"#,
        r#"{"message":{"content":"a"},"message":{"content":"leak"}}"#,
        r#"{"message":{"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}"#,
        r#"{"message":{"tool_calls":[{"function":{"arguments":{}}}]}}"#,
        r#"{"message":{"tool_calls":[{"name":"f"}]}}"#,
    ] {
        let progress = streamed(&asked(Operation::OllamaChat), odd.as_bytes()).3;
        assert_eq!(progress, Progress::Fault(Fault::NotAnEvent), "{odd}");
    }
    let (_, heard, _, progress) = chat(&[content("a")]);
    assert_eq!((progress, heard.done), (Progress::Fault(Fault::Truncated), false));
    let unended = whole(&asked(Operation::OllamaChat), content("a").to_string().as_bytes());
    assert_eq!(unended.unwrap_err(), Fault::Truncated);
}

#[test]
fn arguments_stay_on_their_line() {
    let line = "{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\r\"a\":\r1}}}]},\"done\":true}\n";
    let (out, heard, ..) = streamed(&asked(Operation::OllamaChat), line.as_bytes());
    assert_eq!(said(&heard, Channel::Arguments), r#"{"a":1}"#);
    assert!(!out.contains('\r'), "{out:?}");
}

#[test]
fn the_backends_own_filter_ends_an_answer_well() {
    let (_, heard, report, progress) = chat(&[content("a"), end("content_filter")]);
    assert_eq!((progress, report.finish), (Progress::Done, Finish::ContentFilter));
    assert_eq!((heard.ends[&0], heard.done), (End::Filtered, true));
}

#[test]
fn bounds_hold() {
    let call = json!({"function": {"name": "f", "arguments": {}}});
    let of = |count| calls(&Value::Array(vec![call.clone(); count]));
    assert_eq!(chat(&[of(1000), of(24), end("stop")]).3, Progress::Done);
    assert_eq!(chat(&[of(1000), of(25)]).3, Progress::Fault(Fault::Choice));
}

#[test]
fn counts_that_cannot_be_true_are_not_shown() {
    let mut last = end("stop");
    last["prompt_eval_count"] = json!((1 << 20) + 1);
    let (out, _, report, progress) = chat(&[content("a"), last]);
    assert_eq!((report.usage, progress), (None, Progress::Done));
    assert!(!out.contains("eval_count"), "{out}");
}
