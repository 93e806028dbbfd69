//! How far a revision really is out: what records say of it, over the first stage of the file.

use super::{ModelId, PrincipalId, ReleaseStage, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;

/// Whether a revision serves, whatever its stage.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpState {
    /// It does.
    #[default]
    Active,
    /// It does; but no grant is given and no place in a cohort is taken.
    Frozen,
    /// It takes no new calls; those under way end by themselves.
    Draining,
    /// It takes no calls, for now.
    Suspended,
    /// It takes no calls, ever again.
    Retired,
}

impl OpState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Active, Self::Frozen, Self::Draining, Self::Suspended, Self::Retired];

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Draining => "draining",
            Self::Suspended => "suspended",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for OpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a revision is now.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// How far it is out.
    pub stage: ReleaseStage,
    /// Whether it serves.
    #[serde(default)]
    pub op_state: OpState,
    /// Who is let in at this stage.
    #[serde(default)]
    pub cohort: Cohort,
    /// When its end was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Timestamp>,
    /// When it is to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sunset: Option<Timestamp>,
    /// What to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<ModelId>,
}

impl Release {
    /// A revision at a stage, open to everyone that the stage lets in.
    pub fn at(stage: ReleaseStage) -> Self {
        Self {
            stage,
            op_state: OpState::Active,
            cohort: Cohort::default(),
            deprecated: None,
            sunset: None,
            successor: None,
        }
    }
}

/// Who is let in at a stage: not more than so many, not more than such a part.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cohort {
    /// Which part of principals, in percent: 100 is all. Who is in stays in while it grows.
    pub percent: u8,
    /// The most principals; no bound, if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principals_max: Option<u32>,
    /// Who has a place, where places are bounded or nobody new is let in.
    #[serde(skip)]
    pub members: HashSet<PrincipalId>,
}

impl Default for Cohort {
    fn default() -> Self {
        Self { percent: 100, principals_max: None, members: HashSet::new() }
    }
}

impl Cohort {
    /// Whether the ramp of the revision called `release` has reached a principal. It depends on both
    /// names and nothing else: who is in stays in while the percentage grows, and each revision has
    /// its own first ones.
    pub fn reached(&self, release: &str, principal: &PrincipalId) -> bool {
        if self.percent >= 100 {
            return true;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(release.as_bytes()).update(&[0]).update(principal.as_str().as_bytes());
        let digest = hasher.finalize();
        let [a, b, c, d, ..] = *digest.as_bytes();
        // Of 2^32 places; 100 does not divide them, by less than any cohort can tell.
        let place = (u64::from(u32::from_be_bytes([a, b, c, d])) * 100) >> 32;
        place < u64::from(self.percent)
    }

    /// Whether a principal has a place.
    pub fn has(&self, principal: &PrincipalId) -> bool {
        self.members.contains(principal)
    }

    /// Whether every place is taken.
    pub fn is_full(&self) -> bool {
        self.principals_max
            .is_some_and(|most| u32::try_from(self.members.len()).unwrap_or(u32::MAX) >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(percent: u8) -> Cohort {
        Cohort { percent, ..Cohort::default() }
    }

    proptest! {
        #[test]
        fn who_is_in_stays_in_while_the_ramp_grows(
            name in "[a-z]{1,12}", low in 0..=100_u8, more in 0..=100_u8,
        ) {
            let (low, high) = (low.min(more), low.max(more));
            let principal = PrincipalId::new(&name);
            let reached = |percent| at(percent).reached("m@1", &principal);
            prop_assert!(!reached(low) || reached(high));
            prop_assert!(!reached(0) && reached(100));
        }
    }

    #[test]
    fn a_tenth_is_about_a_tenth_and_another_one_each_time() {
        let ids: Vec<_> = (0..10_000).map(|n| PrincipalId::new(&format!("p{n}"))).collect();
        let of = |release| -> HashSet<_> {
            ids.iter().filter(|id| at(10).reached(release, id)).collect()
        };
        let (one, other) = (of("m@1"), of("m@2"));
        assert!((800..1_200).contains(&one.len()), "{}", one.len());
        assert!(one.intersection(&other).count() < 200);
    }
}
