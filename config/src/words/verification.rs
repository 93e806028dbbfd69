//! How well it is known who somebody is.

use super::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How well it is known who somebody is. Ordered: a later one is known better.
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
pub enum Verification {
    /// Not at all.
    #[default]
    Anonymous,
    /// An address that answers.
    Email,
    /// A means of payment, or an account of a domain that signs in.
    Payment,
    /// An identity document.
    Identity,
    /// An organisation that was looked up.
    Organisation,
    /// By hand, with somebody who vouches.
    Vetted,
}

impl Verification {
    /// Every level, from the least known.
    pub const ALL: [Self; 6] = [
        Self::Anonymous,
        Self::Email,
        Self::Payment,
        Self::Identity,
        Self::Organisation,
        Self::Vetted,
    ];

    /// The word used in the configuration and in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Email => "email",
            Self::Payment => "payment",
            Self::Identity => "identity",
            Self::Organisation => "organisation",
            Self::Vetted => "vetted",
        }
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How well somebody was known when it was looked at.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Verified {
    /// How well.
    pub level: Verification,
    /// Until when that holds, if not for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}
