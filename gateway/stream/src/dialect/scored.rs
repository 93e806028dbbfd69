//! What rerank and score share: lists of numbers, one for each text that was asked about.

use super::openai_error;
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::report::{Finish, Report};
use crate::usage::Usage;
use crate::wire::{Number, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Texts one call can ask about; backends take fewer, and a higher index is nonsense.
const INDEX_MAX: u32 = 1 << 16;

/// One score. The text it is of stands beside it at some backends; the caller has it already, and it
/// does not pass.
#[derive(Deserialize)]
pub(super) struct Scored<'a> {
    pub(super) index: u32,
    #[serde(borrow, alias = "relevance_score")]
    pub(super) score: Number<'a>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<Text<'a>>,
    #[serde(borrow, alias = "results")]
    data: Option<Vec<Scored<'a>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

/// Reads an answer and writes it.
pub(super) fn whole(
    plan: &Plan,
    body: &str,
    write: impl FnOnce(&[Scored<'_>], Option<Usage>, &mut Vec<u8>),
) -> Result<Whole, Fault> {
    let answer: Answer<'_> = serde_json::from_str(body).map_err(|_| openai_error::instead(body))?;
    if let Some(error) = answer.error {
        return Err(openai_error::nested(error));
    }
    if answer.object.is_some_and(|object| object.as_str() == "error") {
        return Err(openai_error::flat(body));
    }
    let scores = answer.data.filter(|scores| are_sound(scores)).ok_or(Fault::NotAnEvent)?;
    let usage = answer.usage.and_then(Usage::read_prompt);
    let usage = usage.and_then(|usage| usage.within(plan.usage_max));
    let mut body = Vec::new();
    write(&scores, usage, &mut body);
    let report = Report { usage, finish: Finish::Stop, ..Report::default() };
    Ok(Whole { body, report, ..Whole::default() })
}

/// Whether each is a number, of a text of its own.
fn are_sound(scores: &[Scored<'_>]) -> bool {
    let mut indexes: Vec<u32> = scores.iter().map(|scored| scored.index).collect();
    indexes.sort_unstable();
    indexes.last().is_none_or(|last| *last < INDEX_MAX)
        && indexes.iter().zip(indexes.iter().skip(1)).all(|(one, next)| one != next)
        && scores.iter().all(|scored| scored.score.is_finite())
}
