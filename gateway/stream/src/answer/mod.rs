//! An answer choice by choice: what of it may be shown. Streamed and whole answers pass here.

mod choice;
mod gate;
mod judged;
mod tools;
mod watch;

use crate::dialect::{Chunk, Part};
use crate::filter::Chain;
use crate::moderation::Form;
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::report::{Finish, Report};
use crate::shown::Showing;
use choice::{Choice, With};
use sluice_config::words::Strategy;
use std::sync::Arc;
pub use watch::{Ask, Question, Ruling};
use watch::{Hearing, Watch};

/// An answer under way.
#[derive(Debug)]
pub(crate) struct Answer {
    chain: Option<Arc<Chain>>,
    strategy: Strategy,
    choices_max: u32,
    hold_bytes_max: usize,
    buffer_bytes_max: usize,
    choices: Vec<Choice>,
    hearing: Hearing,
    rulings: Option<Vec<Ruling>>,
    pub(crate) report: Report,
    /// Room for the next text that is shown: a stream makes none for each token.
    spare: String,
    /// The receipt for all of it.
    receipt: Option<String>,
}

impl Answer {
    /// An answer that comes piece by piece.
    pub(crate) fn streamed(plan: &Plan) -> Self {
        let chain = plan.chain.as_ref();
        Self {
            strategy: plan.strategy(),
            chain: chain.filter(|chain| !chain.is_empty()).cloned(),
            hearing: Hearing::Streamed,
            rulings: None,
            choices_max: plan.choices_max,
            hold_bytes_max: plan.hold_bytes_max,
            buffer_bytes_max: plan.buffer_bytes_max,
            // Most answers have one.
            choices: Vec::with_capacity(1),
            report: Report::default(),
            spare: String::new(),
            receipt: None,
        }
    }

    /// An answer that is there in one piece.
    pub(crate) fn whole(plan: &Plan) -> Self {
        let streamed = Self::streamed(plan);
        let strategy = streamed.strategy.whole();
        Self { strategy, hearing: Hearing::Whole, rulings: plan.rulings.clone(), ..streamed }
    }

    /// Takes what the backend says of a choice next, and shows what may be shown now: of one
    /// choice, in order. What the backend says after the end of a choice is dropped.
    pub(crate) fn pass<'a>(
        &mut self,
        mut part: Part<'a>,
        mut show: impl FnMut(&mut Part<'a>),
    ) -> Result<(), Fault> {
        let at = self.choice(part.index)?;
        let Some(choice) = self.choices.get_mut(at) else { return Err(Fault::Choice) };
        if choice.finish != Finish::Open {
            return Ok(());
        }
        self.report.piece(part.bytes());
        if let Some(chain) = &self.chain {
            let (strategy, hold_bytes_max) = (self.strategy, self.hold_bytes_max);
            let (report, spare) = (&mut self.report, &mut self.spare);
            let buffer_bytes_max = self.buffer_bytes_max;
            let rulings = self.rulings.as_deref();
            let mut with =
                With { chain, strategy, hold_bytes_max, buffer_bytes_max, rulings, report, spare };
            return choice.filter(part, &mut with, &mut |part| {
                let mut shown = std::mem::take(part);
                show(&mut shown);
                part.texts = shown.texts.owned();
            });
        }
        choice.finish = part.finish;
        if part.finish != Finish::Open {
            choice.settled = true;
            self.report.ended(part.finish);
        }
        show(&mut part);
        Ok(())
    }

    fn choice(&mut self, index: u32) -> Result<usize, Fault> {
        if index >= self.choices_max {
            return Err(Fault::Choice);
        }
        let known = self.choices.iter().position(|choice| choice.index == index);
        if known.is_none() {
            let (strategy, hearing) = (self.strategy, self.hearing);
            let chain = self.chain.as_deref();
            let watch = chain.and_then(|chain| Watch::new(chain, strategy, hearing));
            self.choices.push(Choice::new(index, strategy, watch));
        }
        Ok(known.unwrap_or(self.choices.len() - 1))
    }

    /// Has a receipt signed for all that is shown of a whole answer, if someone signs.
    pub(crate) fn seal(&mut self, plan: &Plan, shown: &[Part<'_>]) {
        let Some(mut showing) = Showing::of(plan) else { return };
        for part in shown {
            showing.note(part);
        }
        self.sign(Some(showing));
    }

    /// Has a receipt signed for what was shown, if someone signs.
    pub(crate) fn sign(&mut self, showing: Option<Showing>) {
        self.receipt = showing.and_then(Showing::receipt);
    }

    /// A whole answer that was written.
    pub(crate) fn into_whole(mut self, body: Vec<u8>) -> Whole {
        let stopped = self.was_stopped();
        let questions = match self.rulings {
            None => {
                let asked = std::iter::from_fn(|| self.question());
                asked.filter(|question| !question.asks.is_empty()).collect()
            }
            Some(_) => Vec::new(),
        };
        self.report.ended_after = None;
        Whole { body, report: self.report, stopped, receipt: self.receipt, questions }
    }

    /// Whether a choice has begun.
    fn knows(&self, index: u32) -> bool {
        self.choices.iter().any(|known| known.index == index)
    }

    /// What guards are asked next.
    pub(crate) fn question(&mut self) -> Option<Question> {
        self.choices.iter_mut().find_map(Choice::question)
    }

    /// Guards were heard about a choice, up to a byte of its text.
    pub(crate) fn heard<'a>(
        &mut self,
        (choice, upto): (u32, usize),
        rulings: &[Ruling],
        mut show: impl FnMut(&mut Part<'a>),
    ) -> Result<(), Fault> {
        let Some(chain) = &self.chain else { return Ok(()) };
        let mut ends = false;
        for ruling in rulings {
            ends |= watch::weigh(chain, ruling, &mut self.report)?;
        }
        let asked = self.choices.iter_mut().find(|known| known.index == choice);
        if let Some(choice) = asked {
            choice.heard((upto, ends), &mut self.report, &mut |part| {
                let mut shown = std::mem::take(part);
                show(&mut shown);
                part.texts = shown.texts.owned();
            });
        }
        Ok(())
    }

    /// Whether the end of every choice that ended is shown: no guard is to be heard first.
    pub(crate) fn is_settled(&self) -> bool {
        self.choices.iter().all(|one| one.settled || one.finish == Finish::Open)
    }

    /// Whether every choice that began has ended.
    pub(crate) fn is_complete(&self) -> bool {
        !self.choices.is_empty() && self.choices.iter().all(|one| one.finish != Finish::Open)
    }

    /// Whether nothing can come any more because filters ended what was under way.
    pub(crate) fn is_stopped(&self) -> bool {
        let ended = self.choices.iter().filter(|one| one.settled).count();
        ended >= usize::try_from(self.choices_max).unwrap_or(usize::MAX) && self.was_stopped()
    }

    /// Bytes of text that came and wait for filters, or for the end.
    pub(crate) fn waiting(&self) -> usize {
        self.choices.iter().map(Choice::waiting).sum()
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
    let mut answer = Answer::whole(plan);
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
            Some(whole) => whole.append(std::mem::take(more)),
            None => whole = Some(std::mem::take(more)),
        })?;
        *part = whole.unwrap_or_default();
    }
    Ok(answer)
}

/// Filters a whole answer of one choice, whose parts are its blocks in order: what of them may be
/// shown, in one part, and how it ended.
pub(crate) fn joined<'a>(plan: &Plan, chunk: Chunk<'a>) -> Result<(Part<'a>, Answer), Fault> {
    let mut answer = Answer::whole(plan);
    answer.report.usage = chunk.usage.and_then(|usage| usage.within(plan.usage_max));
    let mut whole = Part::default();
    for part in chunk.parts {
        answer.pass(part, |more| whole.append(std::mem::take(more)))?;
    }
    if !answer.is_complete() {
        return Err(Fault::Truncated);
    }
    Ok((whole, answer))
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
    let mut answer = choices(plan, &mut chunk)?;
    answer.seal(plan, &chunk.parts);
    let said: usize = chunk.parts.iter().map(Part::bytes).sum();
    let mut body = Vec::with_capacity(said + said / 16 + plan.model.len() + FRAME_BYTES);
    write(&chunk.parts, &mut body);
    if let Some(usage) = answer.report.usage() {
        body.extend_from_slice(b",\"usage\":");
        usage.write(&mut body);
    }
    if let Some(moderation) = &plan.moderation {
        body.extend_from_slice(b",\"moderation\":");
        body.extend(moderation.json(Form::Listed, &answer.report));
    }
    body.push(b'}');
    Ok(answer.into_whole(body))
}
