//! Every text of a prompt, for the filters that look at prompts.
//!
//! A backend joins the parts of one message before the model reads them, so they are judged
//! joined. Everything else that is a string is judged by itself: names, ids, descriptions in
//! schemas, and keys that are none of the dialect's.

use super::scan::{Kind, View};
use crate::call::{Place, Speaker, Written};

/// Keys under which the texts of a message stand.
const PROSE: &[&str] = &[
    "content",
    "documents",
    "input",
    "instructions",
    "output",
    "prompt",
    "query",
    "reasoning",
    "reasoning_content",
    "refusal",
    "suffix",
    "system",
    "text",
    "text_1",
    "text_2",
    "thinking",
];

/// Members in which callers ask; what stands elsewhere comes before what is asked.
const ASKED: &[&str] = &["documents", "input", "messages", "prompt", "query", "text_1", "text_2"];

/// Members whose items say who they are from.
const TALK: &[&str] = &["input", "messages"];

/// Keys and values of the wire itself, which say nothing to a model.
const WIRE: &[&str] = &[
    "arguments",
    "array",
    "assistant",
    "boolean",
    "call_id",
    "description",
    "developer",
    "function",
    "id",
    "index",
    "input_text",
    "integer",
    "message",
    "name",
    "number",
    "object",
    "output_text",
    "parameters",
    "properties",
    "required",
    "role",
    "schema",
    "strict",
    "string",
    "tool",
    "tool_call_id",
    "tool_calls",
    "type",
    "user",
];

/// Appends the texts of one member of a body that is sent on.
pub(super) fn of_member(name: &'static str, value: View<'_, '_>, texts: &mut Vec<Written>) {
    let group = texts.last().map_or(0, |last| last.group + 1);
    let unsaid = if ASKED.contains(&name) { Speaker::User } else { Speaker::System };
    if value.kind() != Kind::Array {
        return Walk { member: name, group, speaker: unsaid, found: texts }.walk(name, value);
    }
    for (nth, item) in (0..).zip(value.items()) {
        let told = if TALK.contains(&name) { speaker(item) } else { None };
        let speaker = told.unwrap_or(unsaid);
        Walk { member: name, group: group + nth, speaker, found: texts }.walk(name, item);
    }
}

/// Who a message says it is from.
fn speaker(message: View<'_, '_>) -> Option<Speaker> {
    if message.kind() != Kind::Object {
        return None;
    }
    let word = message.member("role").or_else(|| message.member("type")).and_then(View::text)?;
    Some(match &*word {
        "system" | "developer" => Speaker::System,
        "assistant" | "function_call" | "reasoning" => Speaker::Model,
        "tool" | "function" | "function_call_output" => Speaker::Tool,
        _ => Speaker::User,
    })
}

struct Walk<'t> {
    member: &'static str,
    group: u32,
    speaker: Speaker,
    found: &'t mut Vec<Written>,
}

impl Walk<'_> {
    /// Depth is bounded: the scan refused what is deeper.
    fn walk(&mut self, key: &str, value: View<'_, '_>) {
        match value.kind() {
            Kind::String => self.text(key, value),
            Kind::Array => value.items().for_each(|item| self.walk(key, item)),
            Kind::Object => {
                for (key, value) in value.members() {
                    self.key(&key);
                    self.walk(&key, value);
                }
            }
            Kind::Key | Kind::Number | Kind::Bool | Kind::Null => {}
        }
    }

    fn key(&mut self, key: &str) {
        if !is_wire(key) {
            self.push(Place::Key, key);
        }
    }

    fn text(&mut self, key: &str, value: View<'_, '_>) {
        let Some(text) = value.text() else { return };
        if PROSE.contains(&key) {
            self.push(Place::Prose(value.span()), &text);
        } else if !is_wire(&text) {
            self.push(Place::Word(value.span()), &text);
        }
    }

    fn push(&mut self, place: Place, text: &str) {
        if !text.is_empty() {
            let (member, group, speaker) = (self.member, self.group, self.speaker);
            self.found.push(Written { member, group, speaker, place, text: text.into() });
        }
    }
}

fn is_wire(word: &str) -> bool {
    WIRE.contains(&word) || PROSE.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::super::scan::{Limits, scan};
    use super::*;

    fn texts(body: &str) -> Vec<(u32, &'static str, String)> {
        let limits = Limits { depth_max: 16, keys_max: 100 };
        let tape = scan(body.as_bytes(), limits).unwrap();
        let mut texts = Vec::new();
        for (key, value) in tape.root().members() {
            let name = ["messages", "prompt", "tools", "system"].into_iter().find(|it| *it == key);
            of_member(name.unwrap(), value, &mut texts);
        }
        let told = |Written { group, place, text, .. }: Written| {
            let kind = match &place {
                Place::Prose(_) => "prose",
                Place::Word(_) => "word",
                Place::Key => "key",
            };
            if let Place::Prose(span) | Place::Word(span) = place {
                let quoted: String = serde_json::from_slice(&body.as_bytes()[span]).unwrap();
                assert_eq!(quoted, *text);
            }
            (group, kind, text.into_string())
        };
        texts.into_iter().map(told).collect()
    }

    fn text(group: u32, kind: &'static str, text: &str) -> (u32, &'static str, String) {
        (group, kind, text.to_owned())
    }

    #[test]
    fn the_parts_of_a_message_are_one_group() {
        let body = r#"{"messages":[{"role":"system","content":"a\nb","name":"n"},
            {"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}]}"#;
        let expected = [
            text(0, "prose", "a\nb"),
            text(0, "word", "n"),
            text(1, "prose", "c"),
            text(1, "prose", "d"),
        ];
        assert_eq!(texts(body), expected);
    }

    #[test]
    fn no_string_is_left_out() {
        let body = r#"{"prompt":["a","b"],"system":"s","tools":[{"type":"function","function":
            {"name":"f","description":"d","parameters":{"type":"object","properties":
            {"k":{"enum":["v",1,true,null]}}}}}]}"#;
        let expected = [
            text(0, "prose", "a"),
            text(1, "prose", "b"),
            text(2, "prose", "s"),
            text(3, "word", "f"),
            text(3, "word", "d"),
            text(3, "key", "k"),
            text(3, "key", "enum"),
            text(3, "word", "v"),
        ];
        assert_eq!(texts(body), expected);
    }
}
