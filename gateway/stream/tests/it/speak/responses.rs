//! `/v1/responses`.
//!
//! A message ends whenever something else is said, and after a few pieces of text: text that comes
//! then is of another, and since a client joins them, all must be judged as one. Reasoning goes on
//! where it was, in one item.

use super::{Channel, End, Heard, Said, Speak, event, events};
use serde_json::{Value, json};
use sluice_config::words::Operation;
use std::collections::BTreeMap;

pub(super) struct Responses;

impl Speak for Responses {
    fn operation(&self) -> Operation {
        Operation::Response
    }

    fn channels(&self) -> &'static [Channel] {
        use Channel::{Arguments, Content, Name, Reasoning, Refusal};
        &[Content, Reasoning, Refusal, Name, Arguments]
    }

    fn choices(&self) -> u64 {
        1
    }

    fn stream(&self, said: &[Said]) -> Vec<u8> {
        let mut told = Told::default();
        told.event("response.created", json!({"response": {"id": "theirs", "output": []}}));
        let items = items(said);
        for (index, (item, pieces)) in items.iter().enumerate() {
            told.item(index, item, pieces);
        }
        let output: Vec<Value> =
            items.iter().map(|(item, pieces)| whole(item, pieces, "completed")).collect();
        let response = json!({"id": "theirs", "status": "completed", "output": output});
        told.event("response.completed", json!({"response": response}));
        told.out.into_bytes()
    }

    fn whole(&self, said: &[Said]) -> Vec<u8> {
        let items = items(said);
        let output = items.iter().map(|(item, pieces)| whole(item, pieces, "completed"));
        let output: Vec<Value> = output.collect();
        json!({"id": "theirs", "object": "response", "status": "completed", "output": output})
            .to_string()
            .into_bytes()
    }

    fn read(&self, wire: &[u8]) -> Heard {
        let mut client = Client::default();
        for (name, data) in events(wire) {
            let data: Value = serde_json::from_str(&data).unwrap();
            assert_eq!(data["type"], *name);
            client.event(&name, &data);
        }
        client.heard
    }

    fn read_whole(&self, body: &[u8]) -> Heard {
        let mut heard = Heard { done: true, ..Heard::default() };
        last(&serde_json::from_slice(body).unwrap(), &mut heard);
        heard
    }
}

/// What is said, by item: a run of text or of refusal each; all reasoning; the call.
fn items(said: &[Said]) -> Vec<(&'static str, Vec<&Said>)> {
    let mut items: Vec<(&'static str, Vec<&Said>)> = Vec::new();
    for said in said {
        let kind = match said.channel {
            Channel::Content | Channel::Refusal => "message",
            Channel::Reasoning => "reasoning",
            Channel::Name | Channel::Arguments => "function_call",
        };
        let last = items.len().saturating_sub(1);
        let open = items.iter_mut().enumerate().rfind(|(at, (known, pieces))| {
            *known == kind && (kind != "message" || (*at == last && goes_on(pieces, said)))
        });
        match open {
            Some((_, (_, pieces))) => pieces.push(said),
            None => items.push((kind, vec![said])),
        }
    }
    // A call has a name before it has arguments.
    for (_, pieces) in items.iter_mut().filter(|(kind, _)| *kind == "function_call") {
        pieces.sort_by_key(|said| said.channel != Channel::Name);
    }
    items
}

/// Pieces of text one message has at most.
const TEXTS_MAX: usize = 3;

/// Whether a message goes on with what is said next.
fn goes_on(pieces: &[&Said], next: &Said) -> bool {
    let text = next.channel == Channel::Content;
    pieces[0].channel == next.channel && (!text || pieces.len() < TEXTS_MAX)
}

fn joined(pieces: &[&Said], channel: Channel) -> String {
    pieces.iter().filter(|said| said.channel == channel).map(|said| &*said.text).collect()
}

/// An item with all that is said in it. A call must have a name: one of which none is said has an
/// empty one in the words of the check, and `f` on the wire.
fn whole(item: &str, pieces: &[&Said], status: &str) -> Value {
    match item {
        "function_call" => {
            json!({"type": item, "id": "theirs", "call_id": "c", "name": named(pieces),
                "arguments": joined(pieces, Channel::Arguments), "status": status})
        }
        "reasoning" => {
            let text = joined(pieces, Channel::Reasoning);
            json!({"type": item, "id": "theirs", "summary": [], "encrypted_content": text,
                "content": [{"type": "reasoning_text", "text": text}]})
        }
        _ if pieces[0].channel == Channel::Refusal => {
            let part = json!({"type": "refusal", "refusal": joined(pieces, Channel::Refusal)});
            json!({"type": item, "id": "theirs", "status": status, "content": [part]})
        }
        _ => {
            let text = joined(pieces, Channel::Content);
            let note = json!({"type": "url_citation", "url": text, "title": text});
            let part = json!({"type": "output_text", "text": text, "annotations": [note]});
            json!({"type": item, "id": "theirs", "status": status, "content": [part]})
        }
    }
}

/// The name of a call.
const UNNAMED: &str = "f";

fn named(pieces: &[&Said]) -> String {
    let name = joined(pieces, Channel::Name);
    if name.is_empty() { UNNAMED.into() } else { name }
}

#[derive(Default)]
struct Told {
    out: String,
    number: u64,
}

impl Told {
    fn event(&mut self, name: &str, mut data: Value) {
        data["type"] = json!(name);
        data["sequence_number"] = json!(self.number);
        self.number += 1;
        event(name, &data, &mut self.out);
    }

    fn item(&mut self, index: usize, item: &str, pieces: &[&Said]) {
        let added = match item {
            "function_call" => json!({"type": item, "call_id": "c", "name": named(pieces),
                "arguments": "", "status": "in_progress"}),
            _ => json!({"type": item, "content": [], "summary": [], "status": "in_progress"}),
        };
        self.event("response.output_item.added", json!({"output_index": index, "item": added}));
        let (stem, key) = match pieces[0].channel {
            Channel::Content => ("output_text", "text"),
            Channel::Refusal => ("refusal", "refusal"),
            Channel::Reasoning => ("reasoning_text", "text"),
            Channel::Name | Channel::Arguments => ("function_call_arguments", "arguments"),
        };
        let mut all = String::new();
        for said in pieces.iter().filter(|said| said.channel != Channel::Name) {
            all += &said.text;
            let data = json!({"output_index": index, "content_index": 0, "delta": said.text});
            self.event(&format!("response.{stem}.delta"), data);
        }
        let data = json!({"output_index": index, "content_index": 0, key: all});
        self.event(&format!("response.{stem}.done"), data);
        let item = whole(item, pieces, "completed");
        self.event("response.output_item.done", json!({"output_index": index, "item": item}));
    }
}

/// A client that holds every event to the reference.
#[derive(Default)]
struct Client {
    heard: Heard,
    next: u64,
    /// Items by their index: what their last event said, or what is open of them.
    items: Vec<Value>,
    /// Pieces that are open, with their text.
    open: BTreeMap<(u64, String), String>,
}

impl Client {
    fn event(&mut self, name: &str, data: &Value) {
        assert!(!self.heard.done && self.heard.ends.is_empty(), "an event after the end: {data}");
        assert_eq!(data["sequence_number"], self.next, "{data}");
        self.next += 1;
        match (self.next, name) {
            (1, "response.created") | (2, "response.in_progress") => {
                assert_eq!(data["response"]["status"], "in_progress");
                return;
            }
            (1 | 2, _) => panic!("{name} comes too early"),
            _ => {}
        }
        let stem = name.strip_prefix("response.").unwrap();
        match stem {
            "completed" | "incomplete" | "failed" => self.last(stem, &data["response"]),
            "output_item.added" => self.item_added(data),
            "output_item.done" => self.item_done(data),
            "content_part.added" | "reasoning_summary_part.added" => {
                self.is_of(data);
                let part = (data["output_index"].as_u64().unwrap(), place(data));
                assert!(self.open.insert(part, String::new()).is_none(), "{data}");
            }
            "content_part.done" | "reasoning_summary_part.done" => {
                let text = self.open.remove(&(data["output_index"].as_u64().unwrap(), place(data)));
                let part = &data["part"];
                let shown = part.get("text").or(part.get("refusal")).unwrap();
                assert_eq!(text.as_deref(), shown.as_str(), "{data}");
            }
            _ => self.text(stem, data),
        }
    }

    fn is_of(&self, data: &Value) -> usize {
        let at = usize::try_from(data["output_index"].as_u64().unwrap()).unwrap();
        assert_eq!(self.items[at]["id"], data["item_id"], "{data}");
        assert_eq!(self.items[at]["status"], "in_progress", "{data}");
        at
    }

    fn item_added(&mut self, data: &Value) {
        assert_eq!(data["output_index"], self.items.len());
        let item = &data["item"];
        assert_eq!(item["status"], "in_progress");
        if item["type"] == "function_call" {
            self.heard.say(0, Channel::Name, &name(item));
        }
        self.items.push(item.clone());
    }

    fn item_done(&mut self, data: &Value) {
        let at = usize::try_from(data["output_index"].as_u64().unwrap()).unwrap();
        assert_eq!(self.items[at]["id"], data["item"]["id"]);
        assert!(self.open.keys().all(|(item, _)| usize::try_from(*item).unwrap() != at), "{data}");
        self.items[at] = data["item"].clone();
    }

    fn text(&mut self, stem: &str, data: &Value) {
        let at = self.is_of(data);
        let (stem, when) = stem.rsplit_once('.').unwrap();
        let channel = match stem {
            "output_text" => Channel::Content,
            "refusal" => Channel::Refusal,
            "reasoning_text" | "reasoning_summary_text" => Channel::Reasoning,
            "function_call_arguments" => Channel::Arguments,
            _ => panic!("{stem}"),
        };
        if channel == Channel::Arguments {
            if when == "delta" {
                let known = self.items[at]["arguments"].as_str().unwrap().to_owned();
                self.items[at]["arguments"] = json!(known + data["delta"].as_str().unwrap());
            } else {
                assert_eq!(self.items[at]["arguments"], data["arguments"]);
            }
        } else {
            let part = (data["output_index"].as_u64().unwrap(), place(data));
            let text = self.open.get_mut(&part).unwrap();
            if when == "delta" {
                text.push_str(data["delta"].as_str().unwrap());
            } else {
                let shown = data.get("text").or(data.get("refusal")).unwrap();
                assert_eq!(shown, text, "{data}");
            }
        }
        if when == "delta" {
            self.heard.say(0, channel, &data["delta"]);
        }
    }

    /// The last event says the same as all before it.
    fn last(&mut self, name: &str, response: &Value) {
        assert_eq!(response["status"], name);
        if name == "failed" {
            self.heard.ends.insert(0, End::Failed);
            return;
        }
        assert!(self.open.is_empty(), "{:?}", self.open);
        assert_eq!(response["output"], json!(self.items));
        let mut again = Heard { done: true, ..Heard::default() };
        last(response, &mut again);
        // What clients join is joined in the order it came in; other items may come together.
        let joined = |heard: &Heard| heard.texts.get(&(0, Channel::Content)).cloned();
        assert_eq!(joined(&again), joined(&self.heard));
        self.heard = again;
    }
}

/// Which piece of its item an event is about.
fn place(data: &Value) -> String {
    let at = ["content_index", "summary_index"].map(|key| data.get(key).map(Value::to_string));
    at.into_iter().flatten().next().unwrap()
        + if data.get("summary_index").is_some() { "s" } else { "" }
}

/// The name of a call, where one was said.
fn name(item: &Value) -> Value {
    if item["name"] == UNNAMED { Value::Null } else { item["name"].clone() }
}

fn last(response: &Value, heard: &mut Heard) {
    for item in response["output"].as_array().unwrap() {
        if item["type"] == "function_call" {
            heard.say(0, Channel::Name, &name(item));
            heard.say(0, Channel::Arguments, &item["arguments"]);
        }
        let parts = ["summary", "content"].into_iter().filter_map(|key| item[key].as_array());
        for part in parts.flatten() {
            assert!(part.get("annotations").is_none_or(|notes| *notes == json!([])));
            match part["type"].as_str().unwrap() {
                "output_text" => heard.say(0, Channel::Content, &part["text"]),
                "refusal" => heard.say(0, Channel::Refusal, &part["refusal"]),
                "reasoning_text" | "summary_text" => {
                    heard.say(0, Channel::Reasoning, &part["text"]);
                }
                other => panic!("{other}"),
            }
        }
        assert!(item.get("encrypted_content").is_none());
    }
    let filtered = response["incomplete_details"]["reason"] == "content_filter";
    heard.ends.insert(0, if filtered { End::Filtered } else { End::Stop });
}
