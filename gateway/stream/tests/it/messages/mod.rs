//! Messages of Anthropic's API, from backends of several makes and of odd minds.

mod odd;
mod pass;
mod stops;

use crate::fixtures::body;
use crate::speak::anthropic::Messages;
use crate::speak::{Channel, End, Heard, Speak};
use crate::support::{chain, failure, plan, relay};
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_stream::{Fault, Finish, Plan, Progress, Relay, Report, Usage, whole};

/// What no fixture may show of its backend.
const THEIRS: &[&str] = &["their", "smollm2", "chatcmpl-b", "EqQB", "9f1b7c0a", "ping"];

fn asked() -> Plan {
    Plan { choices_max: 1, ..plan(Operation::Message) }
}

fn blocking(words: &[&str]) -> Plan {
    Plan {
        chain: Some(chain(
            &json!([{"kind": "patterns", "literals": words}]),
            sluice_config::words::Strategy::Window,
        )),
        ..asked()
    }
}

fn streamed(plan: &Plan, wire: &[u8]) -> (String, Heard, Report, Progress) {
    let (relayed, out, progress) = relay(plan, [wire]);
    let (_, slow, _) = relay(plan, wire.chunks(1));
    assert_eq!(out, slow, "it depends on how it is cut");
    let heard = Messages.read(&out);
    let out = String::from_utf8(out).unwrap();
    for word in THEIRS {
        assert!(!out.contains(word), "{word} of {out}");
    }
    (out, heard, relayed.report().clone(), progress)
}

fn fixture(name: &str) -> (String, Heard, Report, Progress) {
    streamed(&asked(), &body(name))
}

/// A stream of these events.
fn events(events: &[Value]) -> Vec<u8> {
    let event = |it: &Value| format!("event: {}\ndata: {it}\n\n", it["type"].as_str().unwrap());
    events.iter().map(event).collect::<String>().into_bytes()
}

fn start(index: u64, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn text_block(index: u64) -> Value {
    start(index, &json!({"type": "text", "text": ""}))
}

fn tool_block(index: u64, name: &str) -> Value {
    start(index, &json!({"type": "tool_use", "id": "t", "name": name, "input": {}}))
}

fn text(index: u64, text: &str) -> Value {
    let delta = json!({"type": "text_delta", "text": text});
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn arguments(index: u64, text: &str) -> Value {
    let delta = json!({"type": "input_json_delta", "partial_json": text});
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn end(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
        "usage": {"input_tokens": 3, "output_tokens": 4}})
}

fn over() -> Value {
    json!({"type": "message_stop"})
}

fn said(heard: &Heard, channel: Channel) -> &str {
    heard.texts.get(&(0, channel)).map_or("", String::as_str)
}
