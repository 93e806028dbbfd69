//! What chat and completions share.

use super::{Chunk, Part, openai_error};
use crate::plan::{Fault, Plan};
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
    Ok(Chunk { parts, usage: usage.flatten() })
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

/// Writes what every frame of a stream begins with.
pub(super) fn head(plan: &Plan, object: &'static str) -> Vec<u8> {
    let mut head = b"data: ".to_vec();
    begin(plan, object, &mut head);
    head.extend_from_slice(b"\"choices\":[");
    head
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
