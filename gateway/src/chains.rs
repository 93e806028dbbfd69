//! The filters of each profile, built once at load.

use crate::guard::Guards;
use crate::wards::Wards;
use foldhash::fast::RandomState;
use sluice_config::policy::Tier;
use sluice_config::words::{ProfileId, ReleaseStage};
use sluice_config::{Problems, ProfileSpec};
use sluice_stream::filter::{Chain, Dated, Place};
use std::collections::HashMap;
use std::sync::Arc;

/// The filters of each profile.
#[derive(Debug)]
pub(crate) struct Chains {
    profiles: HashMap<ProfileId, Profile, RandomState>,
    /// Whether any filter of any profile looks at prompts, or asks a guard, which has to know what
    /// was asked.
    screen: bool,
}

/// The filters of one profile, and whom they ask.
#[derive(Debug)]
struct Profile {
    chain: Arc<Chain>,
    wards: Option<Arc<Wards>>,
}

impl Chains {
    /// Builds every profile, noting what cannot be.
    pub(crate) fn build(
        profiles: &[ProfileSpec],
        guards: &Guards,
        problems: &mut Problems,
    ) -> Self {
        let built = profiles.iter().filter_map(|profile| {
            let chain = Chain::build(profile, problems)?;
            let wards = match chain.wards() {
                [] => None,
                _ => Some(Wards::assemble(&profile.id, &chain, guards, problems)?),
            };
            Some((profile.id.clone(), Profile { chain, wards }))
        });
        let profiles: HashMap<_, _, _> = built.collect();
        let screen = profiles.values().any(Profile::screens);
        Self { profiles, screen }
    }

    /// The filters of a profile.
    pub(crate) fn find(&self, profile: &ProfileId) -> Option<&Arc<Chain>> {
        self.profiles.get(profile).map(|profile| &profile.chain)
    }

    /// The guards that filters of a profile ask, if they ask any.
    pub(crate) fn wards(&self, profile: &ProfileId) -> Option<&Arc<Wards>> {
        self.profiles.get(profile)?.wards.as_ref()
    }

    /// Whether filters look at prompts of this tier, at one stage or another.
    pub(crate) fn screen(&self, tier: &Tier) -> bool {
        let looks = |stage| {
            let profile = tier.profiles.at(stage).and_then(|id| self.profiles.get(id));
            profile.is_some_and(Profile::screens)
        };
        self.screen && ReleaseStage::ALL.into_iter().any(looks)
    }

    /// What was published some day, by the profile and the place of its filter.
    pub(crate) fn dated(&self) -> impl Iterator<Item = (&ProfileId, usize, Dated)> {
        let profiles = self.profiles.iter();
        profiles.flat_map(|(id, profile)| {
            profile.chain.dated().map(move |(place, dated)| (id, place, dated))
        })
    }

    /// What to say of each list that is too old.
    pub(crate) fn stale(&self, now_seconds: u64) -> impl Iterator<Item = String> {
        self.dated().filter_map(move |(profile, place, dated)| {
            let days = dated.stale_days(now_seconds)?;
            let most = dated.max_age_days?;
            Some(format!(
                "the list of filters.{profile}[{place}] is {days} days old, and {most} is the \
                 most it may be; fetch the new one"
            ))
        })
    }
}

impl Profile {
    /// Whether it needs the texts of prompts.
    fn screens(&self) -> bool {
        self.wards.is_some() || self.chain.looks_at(Place::Prompt)
    }
}
