//! Events of a stream as a backend writes them. What no event names does not pass; a field that is
//! written twice is a fault.

use super::block::{BLOCKS_MAX, Block, Kind};
use super::end::{self, Sequence};
use super::error;
use super::usage::Counts;
use crate::dialect::{Channel, Chunk, Part, Said, Slot, Tool};
use crate::plan::Fault;
use crate::report::Finish;
use crate::wire::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

// What a field holds depends on the type, so it is read once that is known.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    index: Option<u32>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    content_block: Option<&'a RawValue>,
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Begun<'a> {
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    thinking: Option<Text<'a>>,
    #[serde(borrow)]
    partial_json: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Ended<'a> {
    #[serde(borrow)]
    stop_reason: Option<Text<'a>>,
    #[serde(borrow)]
    stop_sequence: Option<Text<'a>>,
}

/// Reads the events of one message.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The blocks that started, with what each holds.
    blocks: Vec<(u32, Kind)>,
    /// Tokens read, as told at the start.
    pub(super) prompt: Option<u64>,
    /// The stop sequence that ended it, if one did.
    pub(super) sequence: Option<Sequence>,
}

impl Reader {
    pub(super) fn read<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        // A struct could be read from a list too.
        if !data.trim_ascii_start().starts_with('{') {
            return Err(Fault::NotAnEvent);
        }
        let event: Event<'_> = serde_json::from_str(data).map_err(|_| error::instead(data))?;
        if let Some(error) = event.error {
            return Err(error::nested(error));
        }
        match event.kind.as_ref().ok_or(Fault::NotAnEvent)?.as_str() {
            "content_block_delta" => self.delta(&event),
            "content_block_start" => self.start(&event),
            "content_block_stop" => self.stop(&event),
            "message_start" => self.begin(&event),
            "message_delta" => self.end(&event),
            "message_stop" => Ok(Chunk { done: true, ..Chunk::default() }),
            "error" => Err(Fault::Upstream { status: None }),
            // `ping`, and what is not known yet.
            _ => Ok(Chunk::default()),
        }
    }

    fn begin<'a>(&mut self, event: &Event<'a>) -> Result<Chunk<'a>, Fault> {
        let begun: Begun<'_> = inside(event.message)?;
        if let Some(usage) = begun.usage {
            self.prompt = Counts::read(usage).prompt();
        }
        Ok(one(Part { role: true, ..Part::new(0) }))
    }

    fn start<'a>(&mut self, event: &Event<'a>) -> Result<Chunk<'a>, Fault> {
        let index = event.index.ok_or(Fault::NotAnEvent)?;
        // One index is one block: text of another in its place would be judged as one with it.
        if self.seen(index).is_some() {
            return Err(Fault::NotAnEvent);
        }
        let (kind, part) = inside::<Block<'_>>(event.content_block)?.part(index)?;
        self.note(index, kind)?;
        // The start of a block is no text like others, whose shape could be remembered.
        Ok(one(Part { role: true, ..part }))
    }

    fn delta<'a>(&mut self, event: &Event<'a>) -> Result<Chunk<'a>, Fault> {
        let index = event.index.ok_or(Fault::NotAnEvent)?;
        let delta: Delta<'_> = inside(event.delta)?;
        let (kind, said, text) = match delta.kind.as_str() {
            "text_delta" => (Kind::Text, Said::Content, delta.text),
            "thinking_delta" => (Kind::Thinking, Said::Reasoning, delta.thinking),
            "input_json_delta" => (Kind::Tool, Said::Arguments, delta.partial_json),
            // Signatures, citations, and what is not known yet.
            _ => return Ok(Chunk::default()),
        };
        match self.seen(index) {
            Some(Kind::Dropped) => return Ok(Chunk::default()),
            Some(seen) if seen == kind => {}
            // Text needs no more to start than itself; a call needs its name.
            None if kind != Kind::Tool => self.note(index, kind)?,
            _ => return Err(Fault::NotAnEvent),
        }
        let text = text.ok_or(Fault::NotAnEvent)?;
        let mut part = Part::new(0);
        if kind == Kind::Tool {
            let slot = Slot::Tool(index);
            part.tools.push(Tool { slot, id: None, name: None, arguments: Some(text) });
        } else {
            part.texts.push((Channel { said, block: index }, text));
        }
        Ok(one(part))
    }

    fn stop(&self, event: &Event<'_>) -> Result<Chunk<'static>, Fault> {
        let index = event.index.ok_or(Fault::NotAnEvent)?;
        // The end of a block that never began ends nothing.
        let ends = self.seen(index).map(|_| index);
        Ok(one(Part { ends, ..Part::new(0) }))
    }

    fn end<'a>(&mut self, event: &Event<'a>) -> Result<Chunk<'a>, Fault> {
        let ended: Ended<'_> = inside(event.delta)?;
        let usage = event.usage.and_then(|usage| Counts::read(usage).usage(self.prompt));
        let finish = end::finish(ended.stop_reason.as_ref());
        if finish != Finish::Open && self.sequence.is_none() {
            let reason = ended.stop_reason.as_ref().map_or("", Text::as_str);
            self.sequence = Sequence::read(reason, ended.stop_sequence);
        }
        let parts = vec![Part { finish, ..Part::new(0) }];
        Ok(Chunk { parts, usage, done: false })
    }

    fn seen(&self, index: u32) -> Option<Kind> {
        self.blocks.iter().rfind(|(seen, _)| *seen == index).map(|(_, kind)| *kind)
    }

    fn note(&mut self, index: u32, kind: Kind) -> Result<(), Fault> {
        if index >= BLOCKS_MAX {
            return Err(Fault::Choice);
        }
        self.blocks.push((index, kind));
        Ok(())
    }
}

fn one(part: Part<'_>) -> Chunk<'_> {
    Chunk { parts: vec![part], ..Chunk::default() }
}

/// Reads a field that the type of the event demands.
fn inside<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, Fault> {
    serde_json::from_str(raw.ok_or(Fault::NotAnEvent)?.get()).map_err(|_| Fault::NotAnEvent)
}
