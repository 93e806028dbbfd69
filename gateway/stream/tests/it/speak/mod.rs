//! Every dialect as tests speak it: what a backend writes, and what a caller shows of an answer.

pub(crate) mod anthropic;
mod chat;
mod completions;
pub(crate) mod ollama;
mod responses;

use serde_json::Value;
use sluice_config::words::Operation;
use std::collections::{BTreeMap, BTreeSet};

/// A dialect, from both ends.
pub(crate) trait Speak: Sync {
    /// What is asked for.
    fn operation(&self) -> Operation;

    /// The channels a backend can say something on.
    fn channels(&self) -> &'static [Channel];

    /// Choices an answer may have.
    fn choices(&self) -> u64 {
        2
    }

    /// The stream of a backend that says these one after the other, and then ends every choice.
    fn stream(&self, said: &[Said]) -> Vec<u8>;

    /// The same as one whole answer.
    fn whole(&self, said: &[Said]) -> Vec<u8>;

    /// What a client makes of a stream, complete or not. Checks its form: the order of its events,
    /// and that nothing is in it that the dialect does not name.
    fn read(&self, wire: &[u8]) -> Heard;

    /// What a client makes of a whole answer.
    fn read_whole(&self, body: &[u8]) -> Heard;
}

/// Where something is said.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Channel {
    Content,
    Reasoning,
    Refusal,
    /// The name of a call of a tool.
    Name,
    /// The arguments of a call of a tool: all of them together are JSON.
    Arguments,
}

/// A piece of text that a backend generates.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) choice: u64,
    pub(crate) channel: Channel,
    pub(crate) text: String,
}

/// How a choice ended, as the client of a dialect is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// By itself.
    Stop,
    /// A filter ended it.
    Filtered,
    /// With an error.
    Failed,
}

/// What stands around the text of arguments.
pub(crate) const AROUND: (&str, &str) = ("{\"a\":\"", "\"}");

/// These, with arguments made JSON: what was said of them becomes the inside of a string.
pub(crate) fn as_json(said: &[Said]) -> Vec<Said> {
    let mut all = said.to_vec();
    for choice in choices(said) {
        let mut of =
            all.iter_mut().filter(|it| it.choice == choice && it.channel == Channel::Arguments);
        if let Some(first) = of.next() {
            first.text.insert_str(0, AROUND.0);
            let text = AROUND.1.to_owned();
            all.push(Said { choice, channel: Channel::Arguments, text });
        }
    }
    all
}

/// The choices of which something is said.
pub(crate) fn choices(said: &[Said]) -> BTreeSet<u64> {
    said.iter().map(|said| said.choice).collect()
}

/// All that is said on a channel of a choice, if anything is.
pub(crate) fn all_of(said: &[Said], choice: u64, channel: Channel) -> Option<String> {
    let of = said.iter().filter(|it| it.choice == choice && it.channel == channel);
    of.map(|it| it.text.clone()).reduce(|one, more| one + &more)
}

/// What a client shows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Heard {
    /// Text by choice and channel, over all blocks and calls, in order.
    pub(crate) texts: BTreeMap<(u64, Channel), String>,
    pub(crate) ends: BTreeMap<u64, End>,
    /// Whether the answer is complete.
    pub(crate) done: bool,
}

impl Heard {
    fn say(&mut self, choice: u64, channel: Channel, text: &Value) {
        if let Some(text) = text.as_str().filter(|text| !text.is_empty()) {
            self.texts.entry((choice, channel)).or_default().push_str(text);
        }
    }
}

/// Every dialect that carries text.
pub(crate) const ALL: &[&dyn Speak] = &[
    &chat::Chat,
    &completions::Completions,
    &anthropic::Messages,
    &ollama::Chat,
    &ollama::Generate,
    &responses::Responses,
];

/// Writes an event of a backend; without a name, if it is empty.
fn event(name: &str, data: &Value, out: &mut String) {
    if !name.is_empty() {
        out.extend(["event: ", name, "\n"]);
    }
    out.extend(["data: ", &data.to_string(), "\n\n"]);
}

/// The events of a stream of server-sent events: names and data.
pub(crate) fn events(wire: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(wire).unwrap();
    assert!(text.is_empty() || text.ends_with("\n\n"), "{text}");
    let event = |frame: &str| {
        let mut event = (String::new(), String::new());
        for line in frame.split('\n') {
            match line.split_once(": ").unwrap() {
                ("event", name) => event.0.push_str(name),
                ("data", data) => event.1.push_str(data),
                _ => panic!("{line}"),
            }
        }
        event
    };
    text.split_terminator("\n\n").map(event).collect()
}
