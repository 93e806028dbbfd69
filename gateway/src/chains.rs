//! The filters of each profile, built once at load.

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
    chains: HashMap<ProfileId, Arc<Chain>, RandomState>,
    /// Whether any filter of any profile looks at prompts.
    screen: bool,
}

impl Chains {
    /// Builds every profile, noting what cannot be.
    pub(crate) fn build(profiles: &[ProfileSpec], problems: &mut Problems) -> Self {
        let built = profiles
            .iter()
            .filter_map(|profile| Some((profile.id.clone(), Chain::build(profile, problems)?)));
        let chains: HashMap<_, _, _> = built.collect();
        let screen = chains.values().any(|chain| chain.looks_at(Place::Prompt));
        Self { chains, screen }
    }

    /// The filters of a profile.
    pub(crate) fn find(&self, profile: &ProfileId) -> Option<&Arc<Chain>> {
        self.chains.get(profile)
    }

    /// Whether filters look at prompts of this tier, at one stage or another.
    pub(crate) fn screen(&self, tier: &Tier) -> bool {
        let looks = |stage| {
            let chain = tier.profiles.at(stage).and_then(|profile| self.find(profile));
            chain.is_some_and(|chain| chain.looks_at(Place::Prompt))
        };
        self.screen && ReleaseStage::ALL.into_iter().any(looks)
    }

    /// What was published some day, by the profile and the place of its filter.
    pub(crate) fn dated(&self) -> impl Iterator<Item = (&ProfileId, usize, Dated)> {
        let chains = self.chains.iter();
        chains.flat_map(|(id, chain)| chain.dated().map(move |(place, dated)| (id, place, dated)))
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
