//! Streams and answers recorded from real servers.

use super::{Told, masking, plan, strict};
use crate::speak::Channel;
use serde_json::{Value, json};
use sluice_stream::{Fault, Finish, Plan, Progress, Usage, whole};

fn body(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/streams");
    std::fs::read(format!("{folder}/{name}.body")).unwrap()
}

fn usage(prompt: u64, completion: u64) -> Usage {
    Usage { prompt, completion }
}

const MESSAGE: [&str; 2] = ["output_item.added", "content_part.added"];
const MESSAGE_DONE: [&str; 3] = ["output_text.done", "content_part.done", "output_item.done"];

/// The names of the events of one message of so many pieces of text.
fn one_message(deltas: usize, end: &'static str) -> Vec<&'static str> {
    let deltas = vec!["output_text.delta"; deltas];
    [&MESSAGE[..], &deltas, &MESSAGE_DONE, &[end]].concat()
}

#[test]
fn vllm_streams_pass() {
    let told = Told::new(&plan(), &body("vllm/responses_stream"));
    assert_eq!(told.progress, Progress::Done);
    assert_eq!(told.heard.texts[&(0, Channel::Content)], "Awesomaxuser");
    // It ends with `completed` what its own status calls incomplete.
    assert_eq!(told.names(), one_message(6, "incomplete"));
    assert_eq!(told.last()["incomplete_details"]["reason"], "max_output_tokens");
    let report = told.relay.report();
    assert_eq!(
        (report.usage, report.finish, report.pieces),
        (Some(usage(32, 6)), Finish::Length, 6)
    );
    assert_eq!(told.last()["usage"]["total_tokens"], 38);
}

#[test]
fn llamacpp_streams_pass() {
    let told = Told::new(&plan(), &body("llamacpp/responses_stream"));
    assert_eq!(told.progress, Progress::Done);
    assert_eq!(told.heard.texts[&(0, Channel::Content)], "Awesome!");
    assert_eq!(told.names(), one_message(4, "completed"));
    assert_eq!(told.relay.report().usage, Some(usage(32, 4)));
}

#[test]
fn llamacpp_calls_pass() {
    let told = Told::new(&plan(), &body("llamacpp/responses_call_stream"));
    assert_eq!(told.progress, Progress::Done);
    let deltas = vec!["function_call_arguments.delta"; 8];
    let ends = ["function_call_arguments.done", "output_item.done", "completed"];
    assert_eq!(told.names(), [&["output_item.added"][..], &deltas, &ends].concat());
    let call = &told.last()["output"][0];
    assert_eq!((&call["name"], &call["id"]), (&Value::from("weather"), &Value::from("fc_a_0")));
    let arguments: Value = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments["city"], "Paris");
    assert_eq!(told.relay.report().finish, Finish::ToolCalls);
}

#[test]
fn whole_answers_pass() {
    for (name, status, words) in [
        ("vllm/responses", "incomplete", "Welcome to the Insider System"),
        ("llamacpp/responses", "completed", "Hello there! How can I assist you today?"),
    ] {
        let whole = whole(&plan(), &body(name)).unwrap();
        let text = String::from_utf8(whole.body).unwrap();
        for word in ["smollm2", "timings", "kv_transfer", "msg_b172", "msg_iXU7", "resp_9"] {
            assert!(!text.contains(word), "{text}");
        }
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["status"], status);
        assert_eq!(answer["output"][0]["content"][0]["text"], words);
        assert_eq!(answer["output"][0]["id"], "msg_a_0");
        let usage = whole.report.usage.unwrap();
        assert_eq!(answer["usage"]["total_tokens"], usage.prompt + usage.completion);
    }
    let call = whole(&plan(), &body("llamacpp/responses_call")).unwrap();
    assert_eq!(call.report.finish, Finish::ToolCalls);
    let answer: Value = serde_json::from_slice(&call.body).unwrap();
    assert_eq!(answer["output"][0]["name"], "weather");
}

/// A stream of these, and the same answer whole: the last of both.
fn made(plan: &Plan, name: &str) -> [Value; 2] {
    let told = Told::new(plan, &body(&format!("made/responses_{name}_stream")));
    assert!(matches!(told.progress, Progress::Done | Progress::Stopped), "{name}");
    let whole = whole(plan, &body(&format!("made/responses_{name}"))).unwrap();
    [told.last().clone(), serde_json::from_slice(&whole.body).unwrap()]
}

#[test]
fn streamed_and_whole_answers_are_the_same() {
    for name in ["says", "thinks", "calls", "cut"] {
        let [streamed, whole] = made(&plan(), name);
        assert_eq!(streamed, whole);
        let [streamed, whole] = made(&masking(), name);
        assert_eq!(streamed, whole);
        let [streamed, whole] = made(&strict(), name);
        assert_eq!(streamed["output"], whole["output"]);
        assert_eq!(streamed["incomplete_details"], whole["incomplete_details"]);
    }
}

#[test]
fn reasoning_in_parts_of_its_own_passes() {
    let [answer, _] = made(&plan(), "thinks");
    let thought = json!([{"type": "reasoning_text", "text": "Hm, a bomb?"}]);
    assert_eq!(answer["output"][0]["content"], thought);
    assert_eq!(answer["output"][1]["content"][0]["text"], "It is a bomb, I say.");
    let [masked, _] = made(&masking(), "thinks");
    assert_eq!(masked["output"][0]["content"][0]["text"], "Hm, a #?");
    assert_eq!(masked["output"][1]["content"][0]["text"], "It is a #, I say.");
}

#[test]
fn calls_whose_first_arguments_stand_twice_pass() {
    let [answer, _] = made(&plan(), "calls");
    assert_eq!(answer["output"][0]["arguments"], "{\"city\": \"Paris\"}");
}

#[test]
fn an_answer_cut_short_is_no_answer() {
    let told = Told::new(&plan(), &body("made/responses_fails_stream"));
    assert_eq!(told.progress, Progress::Fault(Fault::Truncated));
    assert_eq!(told.names(), ["output_item.added", "content_part.added", "output_text.delta"]);
}
