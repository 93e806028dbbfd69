//! Answers of `/v1/responses`: every stream here is also held to the reference by its client.

mod chaos;
mod ends;
mod faults;
mod orders;
mod recorded;

use crate::speak::{self, Heard};
use crate::support;
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_stream::{Plan, Progress, Relay};

fn plan() -> Plan {
    Plan { choices_max: 1, id: "resp_a".into(), ..support::plan(Operation::Response) }
}

fn filtered(filters: &Value) -> Plan {
    Plan { chain: Some(support::chain(filters, sluice_config::words::Strategy::Window)), ..plan() }
}

/// Stops at a bomb.
fn strict() -> Plan {
    filtered(&json!([{"kind": "patterns", "literals": ["bomb"]}]))
}

/// Puts `#` in the place of a bomb.
fn masking() -> Plan {
    filtered(&json!([{"kind": "patterns", "literals": ["bomb"], "action": "redact", "mask": "#"}]))
}

/// Reads what was written, as the client of the dialect does.
fn read(wire: &[u8]) -> Heard {
    let dialect = speak::ALL.iter().find(|it| it.operation() == Operation::Response);
    dialect.unwrap().read(wire)
}

/// An answer that went through.
struct Told {
    /// The data of its events.
    events: Vec<Value>,
    progress: Progress,
    relay: Relay,
    heard: Heard,
}

impl Told {
    fn new(plan: &Plan, wire: &[u8]) -> Self {
        let (relay, out, progress) = support::relay(plan, [wire]);
        let (_, slow, _) = support::relay(plan, wire.chunks(1));
        assert_eq!(out, slow, "it depends on how it is cut");
        let events = speak::events(&out);
        let events = events.iter().map(|(_, data)| serde_json::from_str(data).unwrap()).collect();
        let text = String::from_utf8(out.clone()).unwrap();
        assert!(!text.contains("theirs") && !text.contains("leak"), "{text}");
        Self { events, progress, relay, heard: read(&out) }
    }

    /// The names of its events, without `response.` and those every answer begins with.
    fn names(&self) -> Vec<&str> {
        let names = self.events.iter().skip(2).filter_map(|event| event["type"].as_str());
        names.map(|name| name.strip_prefix("response.").unwrap()).collect()
    }

    /// The answer as its last event has it.
    fn last(&self) -> &Value {
        &self.events.last().unwrap()["response"]
    }

    fn all(&self, name: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["type"] == format!("response.{name}")).collect()
    }
}

/// The stream of a backend, of events by their names without `response.`.
fn stream(events: &[(&str, Value)]) -> String {
    let mut out = String::new();
    for (number, (name, data)) in events.iter().enumerate() {
        let mut data = data.clone();
        data["type"] = json!(format!("response.{name}"));
        data["sequence_number"] = json!(number);
        let (kind, data) = (format!("response.{name}"), data.to_string());
        out.extend(["event: ", &kind, "\ndata: ", &data, "\n\n"]);
    }
    out
}

fn told(plan: &Plan, events: &[(&str, Value)]) -> Told {
    Told::new(plan, stream(events).as_bytes())
}

fn message(index: u64) -> (&'static str, Value) {
    let item = json!({"type": "message", "id": format!("theirs_{index}"), "content": []});
    ("output_item.added", json!({"output_index": index, "item": item}))
}

fn text(index: u64, text: &str) -> (&'static str, Value) {
    ("output_text.delta", json!({"output_index": index, "content_index": 0, "delta": text}))
}

fn call(index: u64, id: &str, name: &str) -> (&'static str, Value) {
    let item = json!({"type": "function_call", "id": "theirs", "call_id": id, "name": name,
        "arguments": ""});
    ("output_item.added", json!({"output_index": index, "item": item}))
}

fn arguments(index: u64, text: &str) -> (&'static str, Value) {
    ("function_call_arguments.delta", json!({"output_index": index, "delta": text}))
}

/// The end of an item, with these fields.
fn done(index: u64, mut item: Value) -> (&'static str, Value) {
    item["id"] = json!(format!("theirs_{index}"));
    ("output_item.done", json!({"output_index": index, "item": item}))
}

fn completed() -> (&'static str, Value) {
    ("completed", json!({"response": {"id": "theirs", "status": "completed", "output": []}}))
}
