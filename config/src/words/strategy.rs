//! How much of a streamed answer waits for its filters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much of a streamed answer waits for its filters.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Deserialize,
    Eq,
    Hash,
    JsonSchema,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
)]
#[serde(rename_all = "snake_case")]
// INVARIANT: a later one leaks less; a call may raise that of its profile.
pub enum Strategy {
    /// Nothing waits, and nothing is done about what is found: it is counted.
    DetectOnly,
    /// The third token of what may become a match waits: two may have been shown.
    TokenDebounce,
    /// What may become a match waits: no byte of one is shown.
    #[default]
    Window,
    /// All of the answer waits for its end.
    FullBuffer,
}

impl Strategy {
    /// Every strategy, from leaking to strict.
    pub const ALL: [Self; 4] =
        [Self::DetectOnly, Self::TokenDebounce, Self::Window, Self::FullBuffer];

    /// The word used in the configuration and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DetectOnly => "detect_only",
            Self::TokenDebounce => "token_debounce",
            Self::Window => "window",
            Self::FullBuffer => "full_buffer",
        }
    }

    /// The strategy for a text that is there in one piece: where nothing is shown early, nothing
    /// of a match need be.
    #[must_use]
    pub fn whole(self) -> Self {
        match self {
            Self::TokenDebounce => Self::Window,
            other => other,
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_one_leaks_less() {
        assert!(Strategy::ALL.is_sorted());
        for strategy in Strategy::ALL {
            assert_eq!(serde_json::json!(strategy), strategy.as_str());
            assert!(strategy.whole() >= strategy);
        }
    }
}
