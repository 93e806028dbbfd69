//! How something is stopped.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How something is stopped. Ordered: what comes first counts first where several hold.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KillMode {
    /// New calls are refused, and those under way are cut.
    Reject,
    /// New calls are refused; those under way may finish.
    Drain,
    /// New calls are answered by the model's fallback if it has one, else refused; those under way
    /// are cut.
    Fallback,
}

impl KillMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Reject, Self::Drain, Self::Fallback];

    /// The word in files, metrics and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Drain => "drain",
            Self::Fallback => "fallback",
        }
    }

    /// Whether calls under way are cut.
    pub fn cuts(self) -> bool {
        match self {
            Self::Reject | Self::Fallback => true,
            Self::Drain => false,
        }
    }
}

impl fmt::Display for KillMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
