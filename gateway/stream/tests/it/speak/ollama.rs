//! `/api/chat` and `/api/generate` of Ollama.

use super::{Channel, End, Heard, Said, Speak, all_of};
use serde_json::{Value, json};
use sluice_config::words::Operation;

pub(crate) struct Chat;

pub(crate) struct Generate;

impl Speak for Chat {
    fn operation(&self) -> Operation {
        Operation::OllamaChat
    }

    fn channels(&self) -> &'static [Channel] {
        &[Channel::Content, Channel::Reasoning, Channel::Name, Channel::Arguments]
    }

    fn choices(&self) -> u64 {
        1
    }

    fn stream(&self, said: &[Said]) -> Vec<u8> {
        let texts = said.iter().filter_map(|one| match one.channel {
            Channel::Content => Some(json!({"role": "assistant", "content": one.text})),
            Channel::Reasoning => {
                Some(json!({"role": "assistant", "content": "", "thinking": one.text}))
            }
            _ => None,
        });
        // A call comes in one piece.
        let called = calls(said);
        let called = called.map(|calls| json!({"role": "assistant", "tool_calls": calls}));
        let messages = texts.chain(called).map(|message| line(json!({"message": message}), false));
        let last = line(json!({"message": {"role": "assistant", "content": ""}}), true);
        messages.chain([last]).collect::<String>().into_bytes()
    }

    fn whole(&self, said: &[Said]) -> Vec<u8> {
        let text = |channel| all_of(said, 0, channel).unwrap_or_default();
        let mut message = json!({"role": "assistant", "content": text(Channel::Content),
            "thinking": text(Channel::Reasoning)});
        if let Some(calls) = calls(said) {
            message["tool_calls"] = calls;
        }
        line(json!({"message": message}), true).into_bytes()
    }

    fn read(&self, wire: &[u8]) -> Heard {
        lines(wire, "message")
    }

    fn read_whole(&self, body: &[u8]) -> Heard {
        lines(&[body, b"\n"].concat(), "message")
    }
}

impl Speak for Generate {
    fn operation(&self) -> Operation {
        Operation::OllamaGenerate
    }

    fn channels(&self) -> &'static [Channel] {
        &[Channel::Content, Channel::Reasoning]
    }

    fn choices(&self) -> u64 {
        1
    }

    fn stream(&self, said: &[Said]) -> Vec<u8> {
        let lines = said.iter().map(|one| match one.channel {
            Channel::Content => line(json!({"response": one.text}), false),
            _ => line(json!({"response": "", "thinking": one.text}), false),
        });
        lines.chain([line(json!({"response": ""}), true)]).collect::<String>().into_bytes()
    }

    fn whole(&self, said: &[Said]) -> Vec<u8> {
        let text = |channel| all_of(said, 0, channel).unwrap_or_default();
        let said =
            json!({"response": text(Channel::Content), "thinking": text(Channel::Reasoning)});
        line(said, true).into_bytes()
    }

    fn read(&self, wire: &[u8]) -> Heard {
        lines(wire, "response")
    }

    fn read_whole(&self, body: &[u8]) -> Heard {
        lines(&[body, b"\n"].concat(), "response")
    }
}

fn calls(said: &[Said]) -> Option<Value> {
    let (name, arguments) = (all_of(said, 0, Channel::Name), all_of(said, 0, Channel::Arguments));
    (name.is_some() || arguments.is_some()).then(|| {
        let arguments: Value = serde_json::from_str(arguments.as_deref().unwrap_or("{}")).unwrap();
        json!([{"id": "c", "function": {"index": 0, "name": name.unwrap_or_default(),
            "arguments": arguments}}])
    })
}

/// A line of a backend.
fn line(mut said: Value, done: bool) -> String {
    said["model"] = "theirs".into();
    said["created_at"] = "2026-01-01T00:00:00.123456789Z".into();
    said["done"] = done.into();
    if done {
        let last = json!({"done_reason": "stop", "total_duration": 7, "context": [1, 2],
            "prompt_eval_count": 1, "eval_count": 1 << 10});
        said.as_object_mut().unwrap().extend(last.as_object().unwrap().clone());
    }
    said.to_string() + "\n"
}

/// What a client makes of lines.
fn lines(wire: &[u8], field: &str) -> Heard {
    let text = std::str::from_utf8(wire).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    let mut heard = Heard::default();
    for line in text.split_terminator('\n') {
        assert!(!heard.done && heard.ends.is_empty(), "after the end");
        let line: Value = serde_json::from_str(line).unwrap();
        if line.get("error").is_some() {
            heard.ends.insert(u64::MAX, End::Failed);
            continue;
        }
        assert_eq!(
            [&line["model"], &line["created_at"]],
            [&json!("open"), &json!("2023-11-14T22:13:20Z")]
        );
        assert!(line.get(field).is_some(), "{line}");
        one(&line, &mut heard);
    }
    heard
}

const FIELDS: &[&str] = &["model", "created_at", "message", "response", "thinking", "done"];
const LAST: &[&str] = &["done_reason", "prompt_eval_count", "eval_count"];
const MESSAGE: &[&str] = &["role", "content", "thinking", "tool_calls"];

fn one(line: &Value, heard: &mut Heard) {
    let done = line["done"].as_bool().unwrap();
    let known = |name: &str| FIELDS.contains(&name) || done && LAST.contains(&name);
    assert!(line.as_object().unwrap().keys().all(|name| known(name)), "{line}");
    heard.say(0, Channel::Content, &line["response"]);
    heard.say(0, Channel::Reasoning, &line["thinking"]);
    if let Some(message) = line["message"].as_object() {
        assert!(message.keys().all(|name| MESSAGE.contains(&name.as_str())), "{line}");
        assert_eq!(message["role"], "assistant");
        heard.say(0, Channel::Content, &message["content"]);
        heard.say(0, Channel::Reasoning, message.get("thinking").unwrap_or(&Value::Null));
        for call in line["message"]["tool_calls"].as_array().into_iter().flatten() {
            heard.say(0, Channel::Name, &call["function"]["name"]);
            let arguments = call["function"]["arguments"].as_object().unwrap();
            if !arguments.is_empty() {
                let text = call["function"]["arguments"].to_string();
                heard.say(0, Channel::Arguments, &text.into());
            }
        }
    }
    if done {
        heard.done = true;
        let filtered = line["done_reason"].as_str().unwrap() == "content_filter";
        heard.ends.insert(0, if filtered { End::Filtered } else { End::Stop });
    }
}
