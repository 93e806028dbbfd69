//! What somebody says they use models for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A declared use.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To find out whether a model fits.
    Evaluation,
    /// To find things out and publish them.
    Research,
    /// To make models safer, red teaming included.
    Safety,
    /// To teach and to learn.
    Education,
    /// For oneself, without pay.
    Personal,
    /// For money, directly or not.
    Commercial,
    /// In what others rely on.
    Production,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 7] = [
        Self::Evaluation,
        Self::Research,
        Self::Safety,
        Self::Education,
        Self::Personal,
        Self::Commercial,
        Self::Production,
    ];

    /// The word used in the configuration and in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::Research => "research",
            Self::Safety => "safety",
            Self::Education => "education",
            Self::Personal => "personal",
            Self::Commercial => "commercial",
            Self::Production => "production",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Evaluation => 1,
            Self::Research => 1 << 1,
            Self::Safety => 1 << 2,
            Self::Education => 1 << 3,
            Self::Personal => 1 << 4,
            Self::Commercial => 1 << 5,
            Self::Production => 1 << 6,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// All that somebody declared. None is "has not said", which allows nothing that asks for a purpose.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(from = "Vec<Purpose>", into = "Vec<Purpose>")]
pub struct Purposes(u8);

impl Purposes {
    /// Whether nothing was declared.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this was declared.
    pub fn has(self, purpose: Purpose) -> bool {
        self.0 & purpose.bit() != 0
    }

    /// These and one more.
    #[must_use]
    pub fn with(self, purpose: Purpose) -> Self {
        Self(self.0 | purpose.bit())
    }

    /// All of both.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Each, in the order of [`Purpose::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Purpose> {
        Purpose::ALL.into_iter().filter(move |purpose| self.has(*purpose))
    }
}

impl FromIterator<Purpose> for Purposes {
    fn from_iter<I: IntoIterator<Item = Purpose>>(purposes: I) -> Self {
        purposes.into_iter().fold(Self::default(), Self::with)
    }
}

impl From<Vec<Purpose>> for Purposes {
    fn from(purposes: Vec<Purpose>) -> Self {
        purposes.into_iter().collect()
    }
}

impl From<Purposes> for Vec<Purpose> {
    fn from(purposes: Purposes) -> Self {
        purposes.iter().collect()
    }
}
