//! What the checks share: a plan, and reading back what was written.

use serde_json::{Value, json};
use sluice_config::words::{Operation, ProfileId, Strategy};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use sluice_stream::filter::Chain;
use sluice_stream::{Failure, Plan, Progress, Relay, Usage};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) fn plan(operation: Operation) -> Plan {
    Plan {
        operation,
        chain: None,
        id: "answer-1".into(),
        model: "open".into(),
        created: 1_700_000_000,
        show_usage: false,
        usage_max: Usage { prompt: 1 << 20, completion: 1 << 20 },
        choices_max: 2,
        event_bytes_max: 1 << 20,
        hold_bytes_max: 1 << 16,
        buffer_bytes_max: 1 << 20,
        strategy_min: Strategy::DetectOnly,
        rulings: None,
        seal: None,
        moderation: None,
    }
}

/// An answer read back from the wire: text by choice and channel, finish by choice.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Seen {
    pub(crate) texts: BTreeMap<(u64, String), String>,
    pub(crate) finishes: BTreeMap<u64, String>,
    pub(crate) usage: Option<Value>,
    pub(crate) done: bool,
}

impl Seen {
    pub(crate) fn read(wire: &[u8]) -> Self {
        let mut seen = Self::default();
        let text = std::str::from_utf8(wire).unwrap();
        assert!(text.is_empty() || text.ends_with("\n\n"), "{text}");
        for frame in text.split_terminator("\n\n") {
            let data = frame.strip_prefix("data: ").unwrap();
            assert!(!seen.done && !data.contains('\n'), "{text}");
            if data == "[DONE]" {
                seen.done = true;
                continue;
            }
            seen.frame(&serde_json::from_str(data).unwrap());
        }
        seen
    }

    fn frame(&mut self, frame: &Value) {
        assert_eq!(frame["id"], "answer-1");
        assert_eq!(frame["model"], "open");
        assert_eq!(frame["created"], 1_700_000_000);
        assert!(frame.get("system_fingerprint").is_none());
        for choice in frame["choices"].as_array().unwrap() {
            self.choice(choice);
        }
        if let Some(usage) = frame.get("usage") {
            assert_eq!(frame["choices"].as_array().unwrap().len(), 0);
            assert!(self.usage.replace(usage.clone()).is_none());
        }
    }

    pub(crate) fn choice(&mut self, choice: &Value) {
        let index = choice["index"].as_u64().unwrap();
        assert!(!self.finishes.contains_key(&index), "text after the end");
        let said = choice.get("delta").or(choice.get("message")).unwrap_or(choice);
        for key in ["content", "reasoning", "reasoning_content", "refusal", "text"] {
            self.add(index, key.into(), &said[key]);
        }
        for (place, call) in said["tool_calls"].as_array().into_iter().flatten().enumerate() {
            let at = call["index"].as_u64().unwrap_or(place.try_into().unwrap());
            self.add(index, format!("tool {at} name"), &call["function"]["name"]);
            self.add(index, format!("tool {at} arguments"), &call["function"]["arguments"]);
        }
        self.add(index, "function name".into(), &said["function_call"]["name"]);
        self.add(index, "function arguments".into(), &said["function_call"]["arguments"]);
        if let Some(finish) = choice["finish_reason"].as_str() {
            self.finishes.insert(index, finish.into());
        }
    }

    fn add(&mut self, index: u64, channel: String, text: &Value) {
        if let Some(text) = text.as_str().filter(|text| !text.is_empty()) {
            self.texts.entry((index, channel)).or_default().push_str(text);
        }
    }

    pub(crate) fn text(&self, index: u64, channel: &str) -> &str {
        self.texts.get(&(index, channel.to_owned())).map_or("", String::as_str)
    }
}

/// Relays `input` in these pieces to its end.
pub(crate) fn relay<'i>(
    plan: &Plan,
    pieces: impl IntoIterator<Item = &'i [u8]>,
) -> (Relay, Vec<u8>, Progress) {
    let mut relay = Relay::new(plan);
    let mut out = Vec::new();
    for piece in pieces {
        relay.push(piece, &mut out);
    }
    let progress = relay.end(&mut out);
    (relay, out, progress)
}

/// An error with this envelope.
pub(crate) fn failure(envelope: &[u8]) -> Failure<'_> {
    Failure { code: "upstream_error", message: "it broke", envelope }
}

/// The chain of these filters, each an object with its `kind`.
pub(crate) fn chain(filters: &Value, stream: Strategy) -> Arc<Chain> {
    let filters = filters.as_array().unwrap().iter().enumerate().map(|(index, filter)| {
        let mut settings = filter.as_object().unwrap().clone();
        let kind = settings.remove("kind").unwrap().as_str().unwrap().to_owned();
        let path = format!("filters.strict[{index}]");
        FilterSpec { kind, settings: Value::Object(settings), path }
    });
    let (id, filters) = (ProfileId::new("strict"), filters.collect());
    let spec = ProfileSpec { id, stream, filters };
    let mut problems = Problems::default();
    let chain = Chain::build(&spec, &mut problems);
    assert!(problems.is_empty(), "{problems}");
    chain.unwrap()
}

/// A plan with a chain of these filters.
pub(crate) fn filtered(filters: &Value) -> Plan {
    Plan { chain: Some(chain(filters, Strategy::Window)), choices_max: 1, ..plan(Operation::Chat) }
}

/// One event of a choice.
pub(crate) fn event(index: u64, delta: &Value, finish: Option<&str>) -> String {
    let choice = json!({"index": index, "delta": delta, "finish_reason": finish});
    format!("data: {}\n\n", json!({"id": "theirs", "choices": [choice]}))
}

/// A stream of one choice that says these.
pub(crate) fn saying(deltas: &[Value]) -> String {
    let said: String = deltas.iter().map(|delta| event(0, delta, None)).collect();
    said + &event(0, &json!({}), Some("stop")) + "data: [DONE]\n\n"
}
