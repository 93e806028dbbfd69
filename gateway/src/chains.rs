//! The filters of each profile, built once at load.

use foldhash::fast::RandomState;
use sluice_config::policy::Tier;
use sluice_config::words::{ProfileId, ReleaseStage};
use sluice_config::{Problems, ProfileSpec};
use sluice_stream::filter::{Chain, Place};
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
}
