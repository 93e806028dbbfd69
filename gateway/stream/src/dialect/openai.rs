//! What chat and completions share.

use super::{Chunk, Part, Scribe, on_one_line, openai_error};
use crate::plan::{Failure, Fault, Plan};
use crate::report::Finish;
use crate::usage::Usage;
use crate::wire::{self, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Answer<'a, C> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<Text<'a>>,
    choices: Option<Vec<C>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

/// What ends a stream.
const DONE: &str = "[DONE]";

/// A stream of chunks, each with a list of choices.
#[derive(Debug)]
pub(super) struct Chunks {
    /// What every frame begins with, up to its list of choices.
    head: Vec<u8>,
    form: Form,
    show_usage: bool,
}

/// How the choices of a chunk are read and written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) object: &'static str,
    pub(super) read: for<'a> fn(&'a str) -> Result<Chunk<'a>, Fault>,
    pub(super) write: fn(&Part<'_>, &mut Vec<u8>),
}

impl Chunks {
    pub(super) fn new(plan: &Plan, form: Form) -> Self {
        let mut head = b"data: ".to_vec();
        begin(plan, form.object, &mut head);
        head.extend_from_slice(b"\"choices\":[");
        Self { head, form, show_usage: plan.show_usage }
    }
}

impl Scribe for Chunks {
    fn read<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        if data.trim_ascii() == DONE {
            return Ok(Chunk { done: true, ..Chunk::default() });
        }
        (self.form.read)(data)
    }

    fn write(&mut self, part: &Part<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        (self.form.write)(part, out);
        out.extend_from_slice(b"]}\n\n");
    }

    fn close(&mut self, usage: Option<Usage>, out: &mut Vec<u8>) {
        if let Some(usage) = usage.filter(|_| self.show_usage) {
            out.extend_from_slice(&self.head);
            out.extend_from_slice(b"],\"usage\":");
            usage.write(out);
            out.extend_from_slice(b"}\n\n");
        }
        done(out);
    }

    fn fail(&mut self, failure: &Failure<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"data: ");
        on_one_line(failure.envelope, out);
        out.extend_from_slice(b"\n\n");
        done(out);
    }
}

fn done(out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(DONE.as_bytes());
    out.extend_from_slice(b"\n\n");
}

/// Reads one event or one whole answer. Fields that are not named are dropped; one that is
/// written twice is a fault, and so is an error that the backend reports.
pub(super) fn read<'a, C: Deserialize<'a>>(
    data: &'a str,
    part: impl Fn(C) -> Part<'a>,
) -> Result<Chunk<'a>, Fault> {
    // A struct could be read from a list too.
    if !data.trim_ascii_start().starts_with('{') {
        return Err(Fault::NotAnEvent);
    }
    let answer: Answer<'_, C> =
        serde_json::from_str(data).map_err(|_| openai_error::instead(data))?;
    if let Some(error) = answer.error {
        return Err(openai_error::nested(error));
    }
    if answer.object.is_some_and(|object| object.as_str() == "error") {
        return Err(openai_error::flat(data));
    }
    let usage = answer.usage.map(Usage::read);
    let parts = match answer.choices {
        Some(choices) => choices.into_iter().map(part).collect(),
        None if usage.is_some() => Vec::new(),
        None => return Err(Fault::NotAnEvent),
    };
    Ok(Chunk { parts, usage: usage.flatten(), done: false })
}

/// Writes `{"id":…,"object":…,"created":…,"model":…,`, as every answer begins.
pub(super) fn begin(plan: &Plan, object: &'static str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    wire::string(&plan.id, out);
    out.extend_from_slice(b",\"object\":");
    wire::plain(object, out);
    out.extend_from_slice(b",\"created\":");
    wire::number(plan.created, out);
    out.extend_from_slice(b",\"model\":");
    wire::string(&plan.model, out);
    out.push(b',');
}

/// Writes `"choices":[…]`.
pub(super) fn choices(
    parts: &[Part<'_>],
    choice: impl Fn(&Part<'_>, &mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(b"\"choices\":");
    wire::list(parts, out, choice);
}

/// Writes the end of a choice.
pub(super) fn finish(finish: Finish, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"finish_reason\":");
    match finish {
        Finish::Open => out.extend_from_slice(b"null"),
        known => wire::plain(known.as_str(), out),
    }
    out.push(b'}');
}
