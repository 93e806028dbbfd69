//! Wire forms of answers. To add one: one file or folder here and one line in [`registry`].

mod anthropic;
mod embeddings;
mod mould;
mod object;
mod ollama;
mod openai;
mod openai_chat;
mod openai_completions;
mod openai_error;
mod openai_responses;
mod part;
pub(crate) mod registry;
mod rerank;
mod score;
mod scored;
mod texts;

pub(crate) use mould::Mould;
pub(crate) use part::{Channel, Chunk, Logprobs, Part, Said, Slot, Tool};
pub(crate) use texts::Texts;

use crate::moderation::Moderation;
use crate::plan::{Failure, Fault, Plan};
use crate::relay::Whole;
use crate::report::Report;
use crate::usage::Usage;
use std::fmt;

/// How one operation's answers stand on the wire.
pub(crate) trait Dialect: fmt::Debug + Sync {
    /// What tells one event of a stream from the next.
    fn framing(&self) -> Framing {
        Framing::Events
    }

    /// Begins to read and write a stream.
    fn scribe(&self, plan: &Plan) -> Box<dyn Scribe>;

    /// Reads, filters and writes an answer that is not streamed.
    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault>;
}

/// Reads one stream of a backend, and writes that of the caller.
pub(crate) trait Scribe: fmt::Debug + Send {
    /// Reads the data of one event.
    fn read<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault>;

    /// The fault behind an event that is named an error, whatever its data looks like.
    fn error(&self, data: &str) -> Fault {
        error_event(data)
    }

    /// Writes what may be shown next of a choice. Silent parts never come here.
    fn write(&mut self, part: &Part<'_>, out: &mut Vec<u8>);

    /// Whether what filters made of the answer could not be written, so that it ended there.
    fn is_stopped(&self) -> bool {
        false
    }

    /// Whether some of what it was to write was left out, so that nobody can sign for what was shown.
    fn is_cut(&self) -> bool {
        false
    }

    /// Says what filters found, right before the end. A dialect that has no place for it says
    /// nothing.
    fn moderate(&mut self, _: &Moderation, _: &Report, _: &mut Vec<u8>) {}

    /// Writes the end of an answer, all choices of which have ended; with the tokens it cost, if
    /// they are known.
    fn close(&mut self, usage: Option<Usage>, out: &mut Vec<u8>);

    /// Writes the end of an answer that broke.
    fn fail(&mut self, failure: &Failure<'_>, out: &mut Vec<u8>);
}

/// What tells one event of a stream from the next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// Server-sent events.
    Events,
    /// JSON, one value a line.
    Lines,
}

/// A stream of an operation that is never streamed: whatever comes is none.
#[derive(Debug)]
struct Unstreamed;

impl Scribe for Unstreamed {
    fn read<'a>(&mut self, _: &'a str) -> Result<Chunk<'a>, Fault> {
        Err(Fault::NotAnEvent)
    }

    fn write(&mut self, _: &Part<'_>, _: &mut Vec<u8>) {}

    fn close(&mut self, _: Option<Usage>, _: &mut Vec<u8>) {}

    fn fail(&mut self, _: &Failure<'_>, _: &mut Vec<u8>) {}
}

fn error_event(data: &str) -> Fault {
    match openai_error::instead(data) {
        Fault::NotAnEvent => openai_error::flat(data),
        fault => fault,
    }
}

/// Writes the JSON of a failure on one line.
pub(crate) fn on_one_line(json: &[u8], out: &mut Vec<u8>) {
    // A line break between two tokens of JSON is white space, but would end the line here.
    out.extend(json.iter().map(|byte| match byte {
        b'\r' | b'\n' => b' ',
        other => *other,
    }));
}
