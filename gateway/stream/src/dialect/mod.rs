//! Wire forms of answers. To add one: one file or folder here and one line in [`registry`].

mod embeddings;
mod mould;
mod openai;
mod openai_chat;
mod openai_completions;
mod openai_error;
mod part;
pub(crate) mod registry;

pub(crate) use mould::Mould;
pub(crate) use part::{Channel, Chunk, Logprobs, Part, Slot, Tool};

use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use std::fmt;

/// How one operation's answers stand on the wire.
pub(crate) trait Dialect: fmt::Debug + Sync {
    /// What every frame of a stream begins with, up to its list of choices.
    fn head(&self, plan: &Plan) -> Vec<u8>;

    /// Reads the data of one event.
    fn read<'a>(&self, data: &'a str) -> Result<Chunk<'a>, Fault>;

    /// Writes one choice of a frame.
    fn write(&self, part: &Part<'_>, out: &mut Vec<u8>);

    /// Reads, filters and writes an answer that is not streamed.
    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault>;
}

/// The fault behind an event that is named an error, whatever its data looks like.
pub(crate) fn error_event(data: &str) -> Fault {
    match openai_error::instead(data) {
        Fault::NotAnEvent => openai_error::flat(data),
        fault => fault,
    }
}
