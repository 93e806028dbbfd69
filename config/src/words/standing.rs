//! How somebody behaves, and what that leaves them.

use super::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a principal, an organisation or an end user behaves. Ordered: a later one leaves less, and
/// has all that an earlier one brings.
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
pub enum Standing {
    /// As they should.
    #[default]
    Good,
    /// They were told; nothing else changes.
    Warned,
    /// A quarter of each ceiling is left.
    Throttled,
    /// All of a streamed answer waits for its filters.
    Buffered,
    /// Only what is public, and no grant counts.
    Restricted,
    /// No call is taken, until somebody has looked.
    Suspended,
    /// No call is taken.
    Banned,
}

impl Standing {
    /// Every standing, from the best.
    pub const ALL: [Self; 7] = [
        Self::Good,
        Self::Warned,
        Self::Throttled,
        Self::Buffered,
        Self::Restricted,
        Self::Suspended,
        Self::Banned,
    ];

    /// The word used in records and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warned => "warned",
            Self::Throttled => "throttled",
            Self::Buffered => "buffered",
            Self::Restricted => "restricted",
            Self::Suspended => "suspended",
            Self::Banned => "banned",
        }
    }

    /// Whether calls are taken at all.
    pub fn may_call(self) -> bool {
        self < Self::Suspended
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was done about how somebody behaves: while it is open, they stand no better.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sanction {
    /// How they stand.
    pub standing: Standing,
    /// When it ends by itself. A ban never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Standing {
    /// The worst that is left of some sanctions at `now`.
    pub fn under(sanctions: &[Sanction], now: Timestamp) -> Self {
        let open = |one: &&Sanction| one.expires.is_none_or(|expires| now < expires);
        let open = sanctions.iter().filter(open);
        open.map(|one| one.standing).max().unwrap_or_default()
    }
}
