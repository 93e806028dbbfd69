//! `/v1/completions`. Chunks and whole answers have the same shape.

mod logprobs;

pub(crate) use logprobs::CompletionLogprobs;

use super::openai::{self, Chunks, Form};
use super::{Channel, Chunk, Dialect, Logprobs, Part, Said, Scribe};
use crate::answer;
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::report::Finish;
use crate::wire::{self, Text};
use serde::Deserialize;

#[derive(Debug)]
pub(crate) struct Completions;

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: u32,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    logprobs: Option<CompletionLogprobs<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Text<'a>>,
}

const CHUNK: Form = Form { object: "text_completion", read, write };

impl Dialect for Completions {
    fn scribe(&self, plan: &Plan) -> Box<dyn Scribe> {
        Box::new(Chunks::new(plan, CHUNK))
    }

    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault> {
        answer::whole(plan, read(body)?, |parts, out| {
            openai::begin(plan, CHUNK.object, out);
            openai::choices(parts, write, out);
        })
    }
}

fn read(data: &str) -> Result<Chunk<'_>, Fault> {
    openai::read(data, part)
}

fn write(part: &Part<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"index\":");
    wire::number(u64::from(part.index), out);
    out.extend_from_slice(b",\"text\":");
    match part.texts.first() {
        Some((_, text)) => text.write(out),
        None => out.extend_from_slice(b"\"\""),
    }
    out.extend_from_slice(b",\"logprobs\":");
    match &part.logprobs {
        Some(Logprobs::Completion(logprobs)) => logprobs.write(out),
        _ => out.extend_from_slice(b"null"),
    }
    openai::finish(part.finish, out);
}

fn part(choice: Choice<'_>) -> Part<'_> {
    let Choice { index, text, logprobs, finish_reason } = choice;
    Part {
        index,
        texts: text.into_iter().map(|text| (Channel::only(Said::Content), text)).collect(),
        logprobs: logprobs.map(Logprobs::Completion),
        finish: finish_reason.map_or(Finish::Open, |word| Finish::read(word.as_str())),
        ..Part::default()
    }
}
