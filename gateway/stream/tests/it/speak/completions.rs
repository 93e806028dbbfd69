//! `/v1/completions`.

use super::{Channel, End, Heard, Said, Speak, all_of, choices, event, events};
use serde_json::{Value, json};
use sluice_config::words::Operation;

pub(super) struct Completions;

impl Speak for Completions {
    fn operation(&self) -> Operation {
        Operation::Completion
    }

    fn channels(&self) -> &'static [Channel] {
        &[Channel::Content]
    }

    fn stream(&self, said: &[Said]) -> Vec<u8> {
        let said_then = said.iter().map(|it| json!({"index": it.choice, "text": it.text}));
        let ends = choices(said).into_iter();
        let ends = ends.map(|it| json!({"index": it, "text": "", "finish_reason": "stop"}));
        let mut out = String::new();
        for choice in said_then.chain(ends) {
            event("", &json!({"id": "theirs", "choices": [choice]}), &mut out);
        }
        (out + "data: [DONE]\n\n").into_bytes()
    }

    fn whole(&self, said: &[Said]) -> Vec<u8> {
        let choices = choices(said).into_iter().map(|choice| {
            let text = all_of(said, choice, Channel::Content);
            json!({"index": choice, "text": text, "finish_reason": "stop"})
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
            frame(&serde_json::from_str(&data).unwrap(), &mut heard);
        }
        heard
    }

    fn read_whole(&self, body: &[u8]) -> Heard {
        let mut heard = Heard { done: true, ..Heard::default() };
        frame(&serde_json::from_slice(body).unwrap(), &mut heard);
        heard
    }
}

fn frame(frame: &Value, heard: &mut Heard) {
    if frame.get("error").is_some() {
        heard.ends.insert(u64::MAX, End::Failed);
    }
    for choice in frame["choices"].as_array().into_iter().flatten() {
        let index = choice["index"].as_u64().unwrap();
        assert!(!heard.ends.contains_key(&index), "text after the end");
        heard.say(index, Channel::Content, &choice["text"]);
        match choice["finish_reason"].as_str() {
            None => {}
            Some("content_filter") => drop(heard.ends.insert(index, End::Filtered)),
            Some(_) => drop(heard.ends.insert(index, End::Stop)),
        }
    }
}
