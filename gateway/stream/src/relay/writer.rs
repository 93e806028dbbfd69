//! The part of a relay that reads events and writes frames.

use crate::answer::{Answer, Ruling};
use crate::dialect::{Framing, Mould, Part, Scribe, registry};
use crate::moderation::Moderation;
use crate::plan::{Fault, Plan, Progress};
use crate::report::Finish;
use crate::shown::Showing;
use crate::sse::Event;
use crate::usage::Usage;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Writer {
    pub(super) scribe: Box<dyn Scribe>,
    mould: Mould,
    pub(super) answer: Answer,
    usage_max: Usage,
    /// Whether the usage known is the last word, not a running count.
    last_usage: bool,
    /// What was shown, if someone signs for it.
    showing: Option<Showing>,
    /// Whether a text, or a call of a tool, was shown.
    pub(super) has_shown: bool,
    /// What is to be said of what filters found, if the caller asked.
    moderation: Option<Arc<Moderation>>,
    framing: Framing,
    /// Whether the backend has said all, and only guards are to be heard.
    pub(super) over: bool,
}

impl Writer {
    pub(super) fn new(plan: &Plan) -> Self {
        let dialect = registry::find(plan.operation);
        Self {
            scribe: dialect.scribe(plan),
            mould: Mould::default(),
            answer: Answer::streamed(plan),
            usage_max: plan.usage_max,
            last_usage: false,
            showing: Showing::of(plan),
            has_shown: false,
            moderation: plan.moderation.clone(),
            framing: dialect.framing(),
            over: false,
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        if event.data.is_empty() {
            return Ok(Progress::More);
        }
        let done = match self.mould.read(event) {
            Some(part) => self.part(part, out).map(|()| false),
            None => self.chunk(event, out),
        }?;
        self.go_on(done, out)
    }

    fn go_on(&mut self, done: bool, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        if self.scribe.is_stopped() {
            self.answer.report.ended(Finish::ContentFilter);
            self.answer.report.stopped();
            self.showing.iter_mut().for_each(Showing::stop);
            self.close(out);
            return Ok(Progress::Stopped);
        }
        if self.answer.is_stopped() {
            self.close(out);
            return Ok(Progress::Stopped);
        }
        if done { self.done(out) } else { Ok(Progress::More) }
    }

    pub(super) fn heard(
        &mut self,
        asked: (u32, usize),
        rulings: &[Ruling],
        out: &mut Vec<u8>,
    ) -> Result<Progress, Fault> {
        let Self { scribe, answer, showing, has_shown, .. } = self;
        answer.heard(asked, rulings, |shown| {
            *has_shown |= shown.says();
            write(scribe, showing.as_mut(), shown, out);
        })?;
        self.go_on(self.over, out)
    }

    /// Reads an event strictly, and says whether it is the last.
    fn chunk(&mut self, event: Event<'_>, out: &mut Vec<u8>) -> Result<bool, Fault> {
        let data = std::str::from_utf8(event.data).map_err(|_| Fault::NotAnEvent)?;
        if event.name == b"error" {
            return Err(self.scribe.error(data));
        }
        let chunk = self.scribe.read(data)?;
        self.mould.learn(event.name, data, &chunk);
        let last = chunk.parts.is_empty();
        if let Some(usage) = chunk.usage
            && (last || !self.last_usage)
        {
            self.answer.report.usage = usage.within(self.usage_max);
            self.last_usage = last;
        }
        chunk.parts.into_iter().try_for_each(|part| self.part(part, out))?;
        Ok(chunk.done)
    }

    fn part(&mut self, part: Part<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        let Self { scribe, answer, showing, has_shown, .. } = self;
        answer.pass(part, |shown| {
            *has_shown = *has_shown || shown.says();
            write(scribe, showing.as_mut(), shown, out);
        })
    }

    pub(super) fn done(&mut self, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        if !self.answer.is_complete() {
            return Err(Fault::Truncated);
        }
        if !self.answer.is_settled() {
            self.over = true;
            return Ok(Progress::More);
        }
        self.close(out);
        Ok(Progress::Done)
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        let showing = self.showing.take().filter(|_| !self.scribe.is_cut());
        let receipt = showing.and_then(Showing::receipt);
        if let Some(receipt) = receipt
            && self.framing == Framing::Events
        {
            // A comment: no client takes it for an event.
            out.extend_from_slice(b": receipt ");
            out.extend_from_slice(receipt.as_bytes());
            out.extend_from_slice(b"\n\n");
        }
        if let Some(moderation) = &self.moderation {
            self.scribe.moderate(moderation, &self.answer.report, out);
        }
        self.scribe.close(self.answer.report.usage(), out);
    }
}

fn write(
    scribe: &mut Box<dyn Scribe>,
    showing: Option<&mut Showing>,
    shown: &mut Part<'_>,
    out: &mut Vec<u8>,
) {
    // A scribe that has stopped writes nothing more.
    if let Some(showing) = showing.filter(|_| !scribe.is_stopped()) {
        showing.note(shown);
    }
    if !shown.is_silent() {
        scribe.write(shown, out);
    }
}
