//! The ladder a release climbs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a model revision has been released. Ordered: a later stage is more open.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseStage {
    /// Known, served to no one.
    Draft,
    /// The lab's own staff.
    Internal,
    /// Invited adversarial testers.
    RedTeam,
    /// Agencies and early partners, for a stated time.
    Preview,
    /// Named outside testers.
    Trusted,
    /// Anyone who asked and was granted.
    Gated,
    /// Any account.
    Public,
    /// The weights are out; the gateway only records it.
    OpenWeights,
}

impl ReleaseStage {
    /// Every stage, from the most closed to the most open.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Internal,
        Self::RedTeam,
        Self::Preview,
        Self::Trusted,
        Self::Gated,
        Self::Public,
        Self::OpenWeights,
    ];

    /// Its place in [`Self::ALL`].
    pub fn index(self) -> usize {
        match self {
            Self::Draft => 0,
            Self::Internal => 1,
            Self::RedTeam => 2,
            Self::Preview => 3,
            Self::Trusted => 4,
            Self::Gated => 5,
            Self::Public => 6,
            Self::OpenWeights => 7,
        }
    }

    /// The word used in the configuration, in metrics and in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Internal => "internal",
            Self::RedTeam => "red_team",
            Self::Preview => "preview",
            Self::Trusted => "trusted",
            Self::Gated => "gated",
            Self::Public => "public",
            Self::OpenWeights => "open_weights",
        }
    }
}

impl fmt::Display for ReleaseStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
