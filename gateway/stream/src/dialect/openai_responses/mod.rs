//! `/v1/responses`: an answer as a list of items, and a stream of events about them.
//!
//! A backend's events are read into items and pieces of items ([`items`]); what may be shown of
//! them is told anew ([`story`]), under our own ids and numbers, in the order of the reference
//! whatever the order of the backend. Of its items, messages, reasoning and calls of functions
//! pass. What a tool of the host did (a search, code that ran) is dropped: no such tool can be
//! asked for here. What asks the caller to do something that cannot be shown is a fault.
//!
//! - All text of all messages is one text for filters: clients join it (`output_text`). So where
//!   there are filters, a message stays open until the next begins or the answer ends, and what
//!   was held back at its end is shown there. Every other piece is a text of its own.
//! - A `done` that brings text of which no delta came is taken as the text; otherwise its text is
//!   not read: what the caller's `done` says is what was shown.
//! - Annotations do not pass. They cite what tools of the host found, and point into the text as
//!   it was before a filter masked it. Nor do `logprobs`, nor `encrypted_content`, which no filter
//!   can read.

mod event;
mod incoming;
mod items;
mod kinds;
mod object;
mod output;
mod parts;
mod read;
mod story;
mod told;

use super::{Chunk, Dialect, Part, Scribe};
use crate::answer::Answer;
use crate::moderation::{Form, Moderation};
use crate::plan::{Failure, Fault, Plan};
use crate::relay::Whole;
use crate::report::Report;
use crate::shown::Showing;
use crate::usage::Usage;
use event::Wire;
use read::Reader;
use story::Story;

#[derive(Debug)]
pub(crate) struct Responses;

/// One stream of events.
#[derive(Debug)]
struct Events {
    reader: Reader,
    story: Story,
}

impl Dialect for Responses {
    fn scribe(&self, plan: &Plan) -> Box<dyn Scribe> {
        Box::new(Events { reader: Reader::default(), story: Story::new(plan, Wire::events()) })
    }

    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault> {
        let (mut reader, mut story) = (Reader::default(), Story::new(plan, Wire::silent()));
        let chunk = reader.whole(body)?;
        let mut answer = Answer::whole(plan);
        answer.report.usage = chunk.usage.and_then(|usage| usage.within(plan.usage_max));
        let (mut out, mut showing) = (Vec::new(), Showing::of(plan));
        let mut show = |shown: &mut Part<'_>| {
            if let Some(showing) = &mut showing {
                showing.note(shown);
            }
            story.write(shown, reader.blocks(), &mut out);
        };
        chunk.parts.into_iter().try_for_each(|part| answer.pass(part, |shown| show(shown)))?;
        answer.sign(showing.filter(|_| !story.is_cut()));
        if let Some(moderation) = &plan.moderation {
            story.moderation = Some(moderation.json(Form::One, &answer.report));
        }
        story.whole(answer.report.usage(), &mut out);
        Ok(answer.into_whole(out))
    }
}

impl Scribe for Events {
    fn read<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        self.reader.event(data)
    }

    fn write(&mut self, part: &Part<'_>, out: &mut Vec<u8>) {
        self.story.write(part, self.reader.blocks(), out);
    }

    fn is_cut(&self) -> bool {
        self.story.is_cut()
    }

    fn moderate(&mut self, moderation: &Moderation, report: &Report, _: &mut Vec<u8>) {
        self.story.moderation = Some(moderation.json(Form::One, report));
    }

    fn close(&mut self, usage: Option<Usage>, out: &mut Vec<u8>) {
        self.story.close(usage, out);
    }

    fn fail(&mut self, failure: &Failure<'_>, out: &mut Vec<u8>) {
        self.story.fail(failure, out);
    }
}
