//! An answer choice by choice: what of it may be shown. Streamed and whole answers pass here.

mod choice;
mod tools;

use crate::dialect::{Chunk, Part};
use crate::filter::Chain;
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::report::{Finish, Report};
use choice::{Choice, With};
use std::sync::Arc;

/// An answer under way.
#[derive(Debug)]
pub(crate) struct Answer {
    chain: Option<Arc<Chain>>,
    choices_max: u32,
    hold_bytes_max: usize,
    choices: Vec<Choice>,
    pub(crate) report: Report,
}

impl Answer {
    pub(crate) fn new(chain: Option<Arc<Chain>>, choices_max: u32, hold_bytes_max: usize) -> Self {
        Self {
            chain: chain.filter(|chain| !chain.is_empty()),
            choices_max,
            hold_bytes_max,
            choices: Vec::new(),
            report: Report::default(),
        }
    }

    /// Takes what the backend says of a choice next, and shows what may be shown now: of one
    /// choice, in order. What the backend says after the end of a choice is dropped.
    pub(crate) fn pass<'a>(
        &mut self,
        part: Part<'a>,
        mut show: impl FnMut(Part<'a>),
    ) -> Result<(), Fault> {
        let choice = Self::choice(&mut self.choices, part.index, self.choices_max)?;
        if choice.finish != Finish::Open {
            return Ok(());
        }
        self.report.piece(part.bytes());
        if let Some(chain) = &self.chain {
            let hold_bytes_max = self.hold_bytes_max;
            let mut with = With { chain, hold_bytes_max, report: &mut self.report };
            return choice.filter(part, &mut with, &mut show);
        }
        choice.finish = part.finish;
        if part.finish != Finish::Open {
            self.report.ended(part.finish);
        }
        show(part);
        Ok(())
    }

    fn choice(choices: &mut Vec<Choice>, index: u32, max: u32) -> Result<&mut Choice, Fault> {
        if index >= max {
            return Err(Fault::Choice);
        }
        let known = choices.iter().position(|choice| choice.index == index);
        let at = known.unwrap_or(choices.len());
        if known.is_none() {
            choices.push(Choice::new(index));
        }
        choices.get_mut(at).ok_or(Fault::Choice)
    }

    /// A whole answer that was written.
    pub(crate) fn into_whole(self, body: Vec<u8>) -> Whole {
        let stopped = self.was_stopped();
        Whole { body, report: self.report, stopped }
    }

    /// Whether a choice has begun.
    fn knows(&self, index: u32) -> bool {
        self.choices.iter().any(|known| known.index == index)
    }

    /// Whether every choice that began has ended.
    pub(crate) fn is_complete(&self) -> bool {
        !self.choices.is_empty() && self.choices.iter().all(|one| one.finish != Finish::Open)
    }

    /// Whether nothing can come any more because filters ended what was under way.
    pub(crate) fn is_stopped(&self) -> bool {
        let ended = self.choices.iter().filter(|one| one.finish != Finish::Open).count();
        ended >= usize::try_from(self.choices_max).unwrap_or(usize::MAX) && self.was_stopped()
    }

    /// Whether a filter ended a choice.
    pub(crate) fn was_stopped(&self) -> bool {
        self.choices.iter().any(|choice| choice.stopped)
    }
}

/// Filters the choices of a whole answer: what of each may be shown, and how it ended.
pub(crate) fn choices<'a>(plan: &Plan, chunk: &mut Chunk<'a>) -> Result<Answer, Fault> {
    if chunk.parts.is_empty() {
        return Err(Fault::NotAnEvent);
    }
    let mut answer = Answer::new(plan.chain.clone(), plan.choices_max, plan.hold_bytes_max);
    answer.report.usage = chunk.usage.and_then(|usage| usage.within(plan.usage_max));
    for part in &mut chunk.parts {
        if answer.knows(part.index) {
            return Err(Fault::NotAnEvent);
        }
        if part.finish == Finish::Open {
            return Err(Fault::Truncated);
        }
        let mut whole: Option<Part<'a>> = None;
        answer.pass(std::mem::take(part), |more| match &mut whole {
            Some(whole) => whole.append(more),
            None => whole = Some(more),
        })?;
        *part = whole.unwrap_or_default();
    }
    Ok(answer)
}

/// Bytes that a whole answer mostly has beside its text.
const FRAME_BYTES: usize = 512;

/// Filters a whole answer of OpenAI's and writes it: `choices` writes all up to the end of its
/// choices.
pub(crate) fn whole(
    plan: &Plan,
    mut chunk: Chunk<'_>,
    write: impl FnOnce(&[Part<'_>], &mut Vec<u8>),
) -> Result<Whole, Fault> {
    let answer = choices(plan, &mut chunk)?;
    let said: usize = chunk.parts.iter().map(Part::bytes).sum();
    let mut body = Vec::with_capacity(said + said / 16 + plan.model.len() + FRAME_BYTES);
    write(&chunk.parts, &mut body);
    if let Some(usage) = answer.report.usage() {
        body.extend_from_slice(b",\"usage\":");
        usage.write(&mut body);
    }
    body.push(b'}');
    Ok(answer.into_whole(body))
}
