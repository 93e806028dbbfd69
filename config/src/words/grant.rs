//! What somebody has beyond their tier: for a purpose, until a date, under conditions.

use super::{GrantId, Limit, ModelId, Purpose, ReleaseStage, Timestamp, Verification};
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An addition to what a tier gives: to a principal, a project, an organisation or an end user.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its name in the books, `grant_…`.
    pub id: GrantId,
    /// What it adds.
    pub gives: Gives,
    /// What must hold of a call for it to count.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub conditions: Conditions,
    /// Whether it counts at all.
    #[serde(default)]
    pub state: GrantState,
    /// When it begins to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Timestamp>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Where it came from: `operator`, `request`, `hub`.
    pub source: Box<str>,
    /// Why it was given.
    pub reason: Box<str>,
}

/// What a grant adds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Gives {
    /// A model that the tier does not reach.
    Model {
        /// Its canonical name.
        name: ModelId,
        /// The stage it was given at: dormant while the revision is at a more closed one.
        from: ReleaseStage,
    },
    /// A ceiling in place of the tier's own of the same unit, window and scope.
    Limit(Limit),
    /// Answers pass the filters without this category.
    Relax {
        /// The category, as filters name it, for example `policy:cyber`.
        category: Arc<str>,
    },
    /// Tokens that are spent before those of the tier's quotas.
    Credit {
        /// How many, in all.
        tokens: u64,
        /// Who pays for them.
        sponsor: Box<str>,
        /// What they are for.
        purpose: Purpose,
    },
}

/// What must hold of a call for a grant to count. Where it does not, the call is judged as if there
/// was no grant; it is not refused for that.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    /// The project lets prompts and answers be kept.
    #[serde(skip_serializing_if = "is_false")]
    pub data_retention: bool,
    /// The project lets people read them.
    #[serde(skip_serializing_if = "is_false")]
    pub human_review: bool,
    /// The caller proved itself with more than one factor.
    #[serde(skip_serializing_if = "is_false")]
    pub mfa: bool,
    /// Where calls may come from; anywhere, if none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpNet>,
    /// How well the caller must be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// A purpose that must have been declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Conditions {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A condition that is not met, in the words of the records.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unmet {
    /// The project does not let prompts and answers be kept.
    DataRetention,
    /// The project does not let people read them.
    HumanReview,
    /// One factor only.
    Mfa,
    /// From elsewhere.
    Address,
    /// Not known well enough.
    Verification,
    /// Declared for something else.
    Purpose,
}

impl Unmet {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DataRetention => "data_retention",
            Self::HumanReview => "human_review",
            Self::Mfa => "mfa",
            Self::Address => "address",
            Self::Verification => "verification",
            Self::Purpose => "purpose",
        }
    }
}

/// Whether a grant counts.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// Not decided yet.
    Pending,
    /// It counts.
    #[default]
    Active,
    /// It does not, for now.
    Suspended,
    /// It never will again.
    Revoked,
    /// It never did.
    Rejected,
}

impl GrantState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Active, Self::Suspended, Self::Revoked, Self::Rejected];

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Rejected => "rejected",
        }
    }

    /// Whether a grant may go from this state to that one.
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending, Self::Active | Self::Rejected)
                | (Self::Active, Self::Suspended | Self::Revoked)
                | (Self::Suspended, Self::Active | Self::Revoked)
        )
    }
}

impl Grant {
    /// Whether it counts at `now`, whatever its conditions.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state == GrantState::Active
            && self.starts.is_none_or(|starts| starts <= now)
            && self.expires.is_none_or(|expires| now < expires)
    }
}
