//! `/v1/chat/completions`.

use super::{Channel, End, Heard, Said, Speak, all_of, choices, event, events};
use serde_json::{Value, json};
use sluice_config::words::Operation;

pub(super) struct Chat;

impl Speak for Chat {
    fn operation(&self) -> Operation {
        Operation::Chat
    }

    fn channels(&self) -> &'static [Channel] {
        use Channel::{Arguments, Content, Name, Reasoning, Refusal};
        &[Content, Reasoning, Refusal, Name, Arguments]
    }

    fn stream(&self, said: &[Said]) -> Vec<u8> {
        let mut out = String::new();
        let mut say = |choice: u64, delta: Value, finish: Option<&str>| {
            let choice = json!({"index": choice, "delta": delta, "finish_reason": finish});
            event("", &json!({"id": "theirs", "choices": [choice]}), &mut out);
        };
        for Said { choice, channel, text } in said {
            say(*choice, delta(*channel, text), None);
        }
        for choice in choices(said) {
            say(choice, json!({}), Some("stop"));
        }
        (out + "data: [DONE]\n\n").into_bytes()
    }

    fn whole(&self, said: &[Said]) -> Vec<u8> {
        let choices = choices(said).into_iter().map(|choice| {
            let text = |channel| all_of(said, choice, channel);
            let (name, arguments) = (text(Channel::Name), text(Channel::Arguments));
            let called = arguments.is_some() || name.is_some();
            let call = json!({"id": "c", "type": "function", "function": {
                "name": name.unwrap_or_default(), "arguments": arguments.unwrap_or_default()}});
            let calls = if called { vec![call] } else { Vec::new() };
            let message = json!({"role": "assistant", "content": text(Channel::Content),
                "reasoning": text(Channel::Reasoning), "refusal": text(Channel::Refusal),
                "tool_calls": calls});
            json!({"index": choice, "message": message, "finish_reason": "stop"})
        });
        json!({"id": "theirs", "choices": choices.collect::<Vec<_>>()}).to_string().into_bytes()
    }

    fn read(&self, wire: &[u8]) -> Heard {
        let mut heard = Heard::default();
        for (name, data) in events(wire) {
            assert!(name.is_empty() && !heard.done);
            if data == "[DONE]" {
                heard.done = true;
                continue;
            }
            let frame: Value = serde_json::from_str(&data).unwrap();
            if frame.get("error").is_some() {
                heard.ends.insert(u64::MAX, End::Failed);
                continue;
            }
            frame["choices"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(|it| choice(it, "delta", &mut heard));
        }
        heard
    }

    fn read_whole(&self, body: &[u8]) -> Heard {
        let answer: Value = serde_json::from_slice(body).unwrap();
        let mut heard = Heard { done: true, ..Heard::default() };
        answer["choices"]
            .as_array()
            .unwrap()
            .iter()
            .for_each(|it| choice(it, "message", &mut heard));
        heard
    }
}

fn call(function: &Value) -> Value {
    json!({"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": function}]})
}

fn delta(channel: Channel, text: &str) -> Value {
    match channel {
        Channel::Content => json!({"content": text}),
        Channel::Reasoning => json!({"reasoning": text}),
        Channel::Refusal => json!({"refusal": text}),
        Channel::Name => call(&json!({"name": text})),
        Channel::Arguments => call(&json!({"arguments": text})),
    }
}

fn choice(choice: &Value, key: &str, heard: &mut Heard) {
    let (index, said) = (choice["index"].as_u64().unwrap(), &choice[key]);
    assert!(!heard.ends.contains_key(&index), "text after the end");
    heard.say(index, Channel::Content, &said["content"]);
    heard.say(index, Channel::Reasoning, &said["reasoning"]);
    heard.say(index, Channel::Refusal, &said["refusal"]);
    for call in said["tool_calls"].as_array().into_iter().flatten() {
        heard.say(index, Channel::Name, &call["function"]["name"]);
        heard.say(index, Channel::Arguments, &call["function"]["arguments"]);
    }
    match choice["finish_reason"].as_str() {
        None => {}
        Some("content_filter") => drop(heard.ends.insert(index, End::Filtered)),
        Some(_) => drop(heard.ends.insert(index, End::Stop)),
    }
}
