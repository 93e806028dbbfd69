//! `/v1/messages`.

use super::{Channel, End, Heard, Said, Speak, all_of, event, events};
use serde_json::{Value, json};
use sluice_config::words::Operation;
use std::collections::BTreeSet;

pub(crate) struct Messages;

impl Speak for Messages {
    fn operation(&self) -> Operation {
        Operation::Message
    }

    fn channels(&self) -> &'static [Channel] {
        &[Channel::Content, Channel::Reasoning, Channel::Name, Channel::Arguments]
    }

    fn choices(&self) -> u64 {
        1
    }

    fn stream(&self, said: &[Said]) -> Vec<u8> {
        let mut out = String::new();
        let mut say = |kind: &str, mut data: Value| {
            data["type"] = kind.into();
            event(kind, &data, &mut out);
        };
        say(
            "message_start",
            json!({"message": {"id": "theirs", "type": "message",
            "role": "assistant", "content": [], "model": "theirs", "stop_reason": null,
            "usage": {"input_tokens": 1, "output_tokens": 0}}}),
        );
        let mut begun: Vec<usize> = Vec::new();
        for (place, one) in said.iter().enumerate() {
            let block = block(one.channel);
            if !begun.contains(&block) {
                let content = json!({"index": block, "content_block": started(block, said)});
                say("content_block_start", content);
                begun.push(block);
            }
            if let Some(delta) = delta(one) {
                say("content_block_delta", json!({"index": block, "delta": delta}));
            }
            if said[place + 1..].iter().all(|it| self::block(it.channel) != block) {
                say("content_block_stop", json!({"index": block}));
            }
        }
        say(
            "message_delta",
            json!({"delta": {"stop_reason": "end_turn", "stop_sequence": null},
            "usage": {"output_tokens": 1 << 10}}),
        );
        say("message_stop", json!({}));
        out.into_bytes()
    }

    fn whole(&self, said: &[Said]) -> Vec<u8> {
        let mut content = Vec::new();
        let blocks: BTreeSet<usize> = said.iter().map(|one| block(one.channel)).collect();
        for block in blocks {
            let text = |channel| all_of(said, 0, channel).unwrap_or_default();
            let mut whole = started(block, said);
            match (block, all_of(said, 0, Channel::Arguments)) {
                (0, _) => whole["thinking"] = text(Channel::Reasoning).into(),
                (1, _) => whole["text"] = text(Channel::Content).into(),
                (_, Some(arguments)) => whole["input"] = serde_json::from_str(&arguments).unwrap(),
                (_, None) => {}
            }
            content.push(whole);
        }
        json!({"id": "theirs", "type": "message", "role": "assistant", "content": content,
            "model": "theirs", "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": 1, "output_tokens": 1 << 10}})
        .to_string()
        .into_bytes()
    }

    fn read(&self, wire: &[u8]) -> Heard {
        let mut message = Message::default();
        for (name, data) in events(wire) {
            message.event(&name, &serde_json::from_str(&data).unwrap());
        }
        message.heard
    }

    fn read_whole(&self, body: &[u8]) -> Heard {
        let message: Value = serde_json::from_slice(body).unwrap();
        named(&message, &["id", "type", "role", "model", "content", "usage"], END);
        let mut heard = Heard { done: true, ..Heard::default() };
        for block in message["content"].as_array().unwrap() {
            shown(block);
            heard.say(0, Channel::Content, &block["text"]);
            heard.say(0, Channel::Reasoning, &block["thinking"]);
            heard.say(0, Channel::Name, &block["name"]);
            if block["input"].as_object().is_some_and(|input| !input.is_empty()) {
                heard.say(0, Channel::Arguments, &block["input"].to_string().into());
            }
        }
        heard.ends.insert(0, end(&message));
        heard
    }
}

/// Which block a backend says it in.
fn block(channel: Channel) -> usize {
    match channel {
        Channel::Reasoning => 0,
        Channel::Content | Channel::Refusal => 1,
        Channel::Name | Channel::Arguments => 2,
    }
}

/// A block as it starts.
fn started(block: usize, said: &[Said]) -> Value {
    match block {
        0 => json!({"type": "thinking", "thinking": "", "signature": "theirs"}),
        1 => json!({"type": "text", "text": "", "citations": null}),
        _ => json!({"type": "tool_use", "id": "c", "input": {},
            "name": all_of(said, 0, Channel::Name).unwrap_or_default()}),
    }
}

fn delta(said: &Said) -> Option<Value> {
    let text = &said.text;
    match said.channel {
        Channel::Content | Channel::Refusal => Some(json!({"type": "text_delta", "text": text})),
        Channel::Reasoning => Some(json!({"type": "thinking_delta", "thinking": text})),
        Channel::Arguments => Some(json!({"type": "input_json_delta", "partial_json": text})),
        Channel::Name => None,
    }
}

/// Fields that an end may have besides.
const END: &[&str] = &["stop_reason", "stop_sequence", "stop_details"];

/// Nothing is in it but these fields, all of the first among them.
fn named(value: &Value, all: &[&str], some: &[&str]) {
    let fields = value.as_object().unwrap();
    assert!(all.iter().all(|name| fields.contains_key(*name)), "{value}");
    let known = |name: &&String| all.contains(&name.as_str()) || some.contains(&name.as_str());
    assert!(fields.keys().all(|name| known(&name)), "{value}");
}

/// A block is one of the dialect.
fn shown(block: &Value) {
    match block["type"].as_str().unwrap() {
        "text" => named(block, &["type", "text"], &[]),
        "thinking" => {
            named(block, &["type", "thinking", "signature"], &[]);
            assert_eq!(block["signature"], "");
        }
        "tool_use" => {
            named(block, &["type", "id", "name", "input"], &[]);
            assert!(block["input"].is_object());
        }
        other => panic!("{other}"),
    }
}

fn end(end: &Value) -> End {
    assert!(end["stop_reason"].is_string(), "{end}");
    if end["stop_reason"] != "refusal" {
        assert!(end.get("stop_details").is_none());
        return End::Stop;
    }
    let details = &end["stop_details"];
    named(details, &["type", "category", "explanation"], &[]);
    assert_eq!(details["type"], "refusal");
    End::Filtered
}

/// A message as a client puts it together.
#[derive(Default)]
struct Message {
    begun: bool,
    /// The type of each block, while it is open.
    blocks: Vec<Option<String>>,
    ended: bool,
    heard: Heard,
}

impl Message {
    fn event(&mut self, name: &str, data: &Value) {
        assert!(!self.heard.done && !self.heard.ends.contains_key(&u64::MAX), "after the end");
        assert_eq!(data["type"], name);
        match name {
            "error" => {
                self.heard.ends.insert(u64::MAX, End::Failed);
            }
            "message_start" => self.start(data),
            _ => {
                assert!(self.begun, "{name} came first");
                self.block_event(name, data);
            }
        }
    }

    fn start(&mut self, data: &Value) {
        named(data, &["type", "message"], &[]);
        assert!(!std::mem::replace(&mut self.begun, true));
        let message = &data["message"];
        let fields = ["id", "type", "role", "model", "content", "usage"];
        named(message, &fields, &["stop_reason", "stop_sequence"]);
        assert_eq!((&message["id"], &message["model"]), (&json!("answer-1"), &json!("open")));
        assert_eq!((&message["content"], &message["stop_reason"]), (&json!([]), &Value::Null));
    }

    fn block_event(&mut self, name: &str, data: &Value) {
        let place = data["index"].as_u64().map(|index| usize::try_from(index).unwrap());
        match name {
            "content_block_start" => {
                named(data, &["type", "index", "content_block"], &[]);
                assert_eq!(place, Some(self.blocks.len()));
                let block = &data["content_block"];
                shown(block);
                self.heard.say(0, Channel::Name, &block["name"]);
                self.blocks.push(Some(block["type"].as_str().unwrap().to_owned()));
            }
            "content_block_delta" => {
                named(data, &["type", "index", "delta"], &[]);
                let block = self.blocks[place.unwrap()].clone().unwrap();
                self.delta(&block, &data["delta"]);
            }
            "content_block_stop" => {
                named(data, &["type", "index"], &[]);
                self.blocks[place.unwrap()].take().unwrap();
            }
            "message_delta" => {
                named(data, &["type", "delta", "usage"], &[]);
                assert!(self.blocks.iter().all(Option::is_none), "a block is open");
                assert!(!std::mem::replace(&mut self.ended, true));
                named(&data["delta"], &[], END);
                named(&data["usage"], &["output_tokens"], &["input_tokens"]);
                self.heard.ends.insert(0, end(&data["delta"]));
            }
            "message_stop" => {
                named(data, &["type"], &[]);
                assert!(self.ended);
                self.heard.done = true;
            }
            other => panic!("{other}"),
        }
    }

    fn delta(&mut self, block: &str, delta: &Value) {
        let (of, field, channel) = match delta["type"].as_str().unwrap() {
            "text_delta" => ("text", "text", Channel::Content),
            "thinking_delta" => ("thinking", "thinking", Channel::Reasoning),
            "input_json_delta" => ("tool_use", "partial_json", Channel::Arguments),
            other => panic!("{other}"),
        };
        named(delta, &["type", field], &[]);
        assert_eq!(block, of);
        self.heard.say(0, channel, &delta[field]);
    }
}
