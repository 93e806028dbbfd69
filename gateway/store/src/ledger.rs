//! What calls have cost, and the questions asked of it.

use crate::{Fut, UsageRow};
use sluice_config::words::{ModelId, PrincipalId, RevisionId, TierId, Timestamp};
use std::fmt;

/// What calls have cost.
pub trait Ledger: fmt::Debug + Send + Sync {
    /// Keeps a batch: all of it, durably, or nothing. Rows that are kept already are passed over.
    fn append<'a>(&'a self, rows: &'a [UsageRow]) -> Fut<'a, ()>;

    /// Adds up, one line for each combination that occurs, in the order of its words.
    fn summary<'a>(&'a self, query: &'a Query) -> Fut<'a, Vec<UsageLine>>;

    /// The tokens spent from `since` on, by principal and tier: what meters are seeded with.
    fn spent(&self, since: Timestamp) -> Fut<'_, Vec<Spent>>;

    /// Who used a model, or one revision of it, in the order of principal, tier and revision.
    fn used<'a>(
        &'a self,
        model: &'a ModelId,
        revision: Option<&'a RevisionId>,
    ) -> Fut<'a, Vec<Used>>;

    /// Finishes what is under way and lets go of the files.
    fn close(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// What to add up.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Query {
    /// What the lines are told apart by; nothing is one line in all.
    pub by: Vec<By>,
    /// From when; from the first row if not said.
    pub since: Option<Timestamp>,
    /// Until just before when; to the last row if not said.
    pub until: Option<Timestamp>,
}

/// What lines can be told apart by. A closed set: nothing a caller writes becomes a query.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum By {
    /// The tier.
    Tier,
    /// The model.
    Model,
    /// The principal.
    Principal,
    /// The stage of the revision.
    Stage,
    /// The operation.
    Operation,
    /// The day, UTC.
    Day,
    /// How it ended.
    Outcome,
}

impl By {
    /// Every one of them.
    pub const ALL: [Self; 7] = [
        Self::Tier,
        Self::Model,
        Self::Principal,
        Self::Stage,
        Self::Operation,
        Self::Day,
        Self::Outcome,
    ];

    /// The word for it, and the head of its column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tier => "tier",
            Self::Model => "model",
            Self::Principal => "principal",
            Self::Stage => "stage",
            Self::Operation => "operation",
            Self::Day => "day",
            Self::Outcome => "outcome",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line of a summary.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UsageLine {
    /// What it is of: one word for each of [`Query::by`], in that order.
    pub of: Vec<String>,
    /// Calls.
    pub requests: u64,
    /// Tokens of prompts.
    pub prompt_tokens: u64,
    /// Tokens of answers.
    pub completion_tokens: u64,
    /// Calls whose tokens are our own count.
    pub estimated: u64,
    /// The durations of the calls, added up.
    pub duration_ms: u64,
}

/// What a principal has spent on a tier.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spent {
    /// Who.
    pub principal: PrincipalId,
    /// On which tier.
    pub tier: TierId,
    /// Prompt and completion tokens together.
    pub tokens: u64,
}

/// Who used a revision, on which tier.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Used {
    /// Who.
    pub principal: PrincipalId,
    /// On which tier.
    pub tier: TierId,
    /// Which weights answered, or would have.
    pub revision: RevisionId,
    /// When the first call was settled.
    pub first: Timestamp,
    /// When the last one was.
    pub last: Timestamp,
    /// How many there were.
    pub calls: u64,
    /// Prompt and completion tokens together.
    pub tokens: u64,
}

/// Milliseconds of a day.
pub(crate) const DAY_MS: u64 = 86_400_000;

/// The date of a day counted from 1970, for example `2026-11-24`.
pub(crate) fn date(day: i64) -> String {
    let second = day.saturating_mul(86_400);
    jiff::Timestamp::from_second(second).map_or_else(
        |_| format!("day {day}"),
        |at| jiff::tz::Offset::UTC.to_datetime(at).date().to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(20_781), "2026-11-24");
        assert_eq!(date(i64::MAX), format!("day {}", i64::MAX));
    }

    #[test]
    fn every_word_is_read_back() {
        for by in By::ALL {
            assert_eq!(By::parse(by.as_str()), Some(by));
        }
        assert_eq!(By::parse("tier; drop table usage"), None);
    }
}
