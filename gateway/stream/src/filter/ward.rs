//! What a filter asks a guard, and what the guard's judgement means to it.

use super::rule::{OnError, Place, Rule};
use crate::guard::{Category, Judgement, Verdict};
use crate::report::{Action, Report, VerdictCount, Voice};
use serde::Deserialize;
use sluice_config::words::Strategy;
use std::sync::Arc;

/// A text that is longer than its guard can read in full.
pub const TOO_LONG: &str = "too_long";
/// A guard said something that is no verdict.
const UNPARSABLE: &str = "unparsable";
/// A guard gave no judgement.
pub(crate) const UNAVAILABLE: &str = "unavailable";
/// A guard found something and did not say what.
const UNSAFE: &str = "unsafe";

/// Which guard a filter asks, and about what.
#[derive(Clone, Debug, PartialEq)]
pub struct Asks {
    /// Its name in the configuration.
    pub guard: Arc<str>,
    /// Which texts it is asked about.
    pub when: When,
    /// Which turns of a prompt are judged.
    pub turns: Turns,
    /// Bytes of text between two questions about one answer, at most.
    pub stride_bytes_max: usize,
}

/// Which answers a guard is asked about.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// All of them.
    #[default]
    Always,
    /// Those of which a filter before it holds something back to the end: a cheap filter that finds
    /// what is suspicious, and a guard that decides.
    Held,
}

/// Which turns of a conversation are judged when it is asked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Turns {
    /// The last, which the guard reads together with those before it.
    #[default]
    Last,
    /// Each that is not the model's: a caller may make up what was said before.
    All,
}

/// One filter of a chain that asks a guard.
#[derive(Clone, Debug, PartialEq)]
pub struct Ward {
    /// The kind of the filter.
    pub(super) kind: &'static str,
    /// Which guard, about what.
    pub asks: Asks,
    /// What is done about what it finds.
    pub rule: Rule,
    /// Where the filter is written.
    pub path: String,
}

/// What came of asking a guard.
pub type Heard = Result<Judgement, Silence>;

/// Why there is no judgement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Silence {
    /// The text is longer than the guard can read in full.
    TooLong,
    /// It was not there, or not in time.
    Unavailable,
}

/// A judgement was needed and there is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unheard;

/// Why a text may not pass.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Stop {
    /// A guard found this.
    Found(Arc<str>),
    /// A guard was not heard.
    Unheard,
}

/// What a judgement means to one filter.
#[derive(Debug, Default, PartialEq)]
struct Opinion {
    found: Vec<Arc<str>>,
    /// Whether something is to be done about it.
    minded: bool,
}

impl Opinion {
    fn of(word: &str, minded: bool) -> Self {
        Self { found: vec![word.into()], minded }
    }
}

impl Ward {
    /// Whether an answer waits for its judgement.
    pub fn waits(&self, strategy: Strategy) -> bool {
        !self.rule.shadow && self.rule.action.acts() && strategy != Strategy::DetectOnly
    }

    /// Whether what is there in one piece waits for it: what is to be told of it must be known.
    pub fn waits_whole(&self, strategy: Strategy) -> bool {
        let told = self.rule.action == Action::Annotate && !self.rule.shadow;
        told || self.waits(strategy)
    }

    /// Whether it is asked about answers.
    pub fn looks_at_answers(&self) -> bool {
        self.rule.places.iter().any(|place| *place != Place::Prompt)
    }

    /// Whether it is asked about prompts.
    pub fn looks_at_prompts(&self) -> bool {
        self.rule.places.contains(&Place::Prompt)
    }

    /// Counts what was heard, and says whether it ends what was judged.
    ///
    /// # Errors
    ///
    /// Nothing was heard, and without it nothing may be shown.
    pub(crate) fn weigh(&self, heard: &Heard, report: &mut Report) -> Result<bool, Unheard> {
        let Rule { action, shadow, on_error, .. } = self.rule;
        let ends = action.ends() && !shadow;
        let (opinion, action) = match heard {
            Ok(judgement) => match self.opinion(judgement) {
                // A text may have provoked it.
                None if on_error == OnError::Closed => (Opinion::of(UNPARSABLE, true), action),
                None => (Opinion::of(UNPARSABLE, false), Action::Score),
                Some(opinion) => (opinion, action),
            },
            // What cannot be read in full never passes unread, whatever else may.
            Err(Silence::TooLong) => (Opinion::of(TOO_LONG, true), action),
            Err(Silence::Unavailable) => {
                report.count(self.voice(Action::Score), &UNAVAILABLE.into());
                let closed = ends && on_error == OnError::Closed;
                return if closed { Err(Unheard) } else { Ok(false) };
            }
        };
        opinion.found.iter().for_each(|category| report.count(self.voice(action), category));
        Ok(ends && opinion.minded)
    }

    /// What was heard of a text that is there in one piece: counted, and whether it stops it.
    pub fn heed(&self, heard: &Heard) -> (Vec<VerdictCount>, Option<Stop>) {
        let mut report = Report::default();
        let stop = match self.weigh(heard, &mut report) {
            Ok(true) => report.verdicts.first().map(|said| Stop::Found(Arc::clone(&said.category))),
            Ok(false) => None,
            Err(Unheard) => Some(Stop::Unheard),
        };
        (report.verdicts, stop)
    }

    /// What was heard of a text about which nothing is done: what was found, and how sure the guard
    /// is of it. What is no verdict is never safe.
    ///
    /// # Errors
    ///
    /// Nothing was heard.
    pub fn score(&self, heard: &Heard) -> Result<Vec<(Arc<str>, f64)>, Silence> {
        let judgement = heard.as_ref().map_err(|silence| *silence)?;
        let opinion = self.opinion(judgement).unwrap_or_else(|| Opinion::of(UNPARSABLE, true));
        let score = |category: &str| {
            let own = judgement.scores.iter().find(|(known, _)| known.as_str() == category);
            own.map(|(_, score)| *score).or(judgement.score).unwrap_or(1.0)
        };
        let found = opinion.found.into_iter();
        Ok(found.map(|category| (Arc::clone(&category), score(&category))).collect())
    }

    fn voice(&self, action: Action) -> Voice {
        Voice { filter: self.kind, action, shadow: self.rule.shadow }
    }

    /// What of a judgement concerns this filter; `None` if it is no verdict.
    fn opinion(&self, judgement: &Judgement) -> Option<Opinion> {
        let Judgement { verdict, categories, score, scores, .. } = judgement;
        let named = &self.rule.categories;
        let wanted = |word: &&str| named.is_empty() || named.iter().any(|it| it == word);
        let least = self.rule.threshold;
        let found: Vec<&str> = match (verdict, least) {
            (Verdict::Unparsable, _) => return None,
            (_, Some(least)) if !scores.is_empty() => {
                let high = scores.iter().filter(|(_, score)| *score >= least);
                high.map(|(category, _)| category.as_str()).collect()
            }
            _ => {
                let high = least.and_then(|least| Some((*score)? >= least));
                if !high.unwrap_or(*verdict != Verdict::Safe) {
                    return Some(Opinion::default());
                }
                if categories.is_empty() {
                    return Some(Opinion::of(UNSAFE, true));
                }
                categories.iter().map(Category::as_str).collect()
            }
        };
        let found: Vec<Arc<str>> = found.into_iter().filter(wanted).map(Arc::from).collect();
        Some(Opinion { minded: !found.is_empty(), found })
    }
}

#[cfg(test)]
mod tests;
