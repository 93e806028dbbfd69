//! What may be spent, how fast, by whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU64;

/// What is counted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Calls, over a minute: a token bucket whose burst is the ceiling.
    Requests,
    /// Prompt and completion tokens together, over a minute, a day or a month.
    Tokens,
    /// Calls in flight at once; has no window.
    Concurrency,
}

/// Over how long it is counted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// No window: what is held now, for `concurrency`.
    Now,
    /// The minute of the wall clock, UTC.
    Minute,
    /// From midnight to midnight, UTC.
    Day,
    /// The calendar month, UTC.
    Month,
}

/// Who shares the count.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Each principal has its own.
    Principal,
    /// All principals of the tier together.
    Tier,
}

/// A ceiling. Zero is not a limit but a denial, so it cannot be held here.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What is counted.
    pub unit: Unit,
    /// Over how long.
    pub window: Window,
    /// Who shares it.
    pub scope: Scope,
    /// How much.
    pub ceiling: NonZeroU64,
}

impl Limit {
    /// A short name for messages, metrics and explanations, for example `tokens_per_day`.
    pub fn name(&self) -> &'static str {
        match (self.unit, self.window) {
            (Unit::Requests, _) => "requests_per_minute",
            (Unit::Concurrency, _) => "concurrency",
            (Unit::Tokens, Window::Month) => "tokens_per_month",
            (Unit::Tokens, Window::Day) => "tokens_per_day",
            (Unit::Tokens, Window::Minute | Window::Now) => "tokens_per_minute",
        }
    }
}
