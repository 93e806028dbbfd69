//! What the filters of a chain find where none of them acts, and the chain in which all do.

use super::chain::{Chain, Member};
use super::lane::{Lane, Script};
use super::rule::{Manner, Place};
use super::stage::Stage;
use super::ward::Ward;
use crate::report::{Action, Report, VerdictCount, Voice};
use sluice_config::words::Strategy;
use std::sync::Arc;

impl Chain {
    /// What filters that look at one of these places find in a text. Each reads all of it by
    /// itself, and nothing is done about what it finds.
    pub fn score(&self, text: &str, places: &[Place]) -> Vec<VerdictCount> {
        let (mut shown, mut report) = (String::new(), Report::default());
        let stages = self.looking(places).map(Member::watching).collect();
        let mut lane = Lane::new(stages, false);
        let _nothing_ends_it = lane.feed(text, &mut shown, &mut report);
        let _nothing_ends_it = lane.end(&mut shown, &mut report);
        report.verdicts
    }

    /// What filters that look at one of these places and are more than shadows can find.
    pub fn categories<'c>(&'c self, places: &'c [Place]) -> impl Iterator<Item = &'c str> {
        let meant = self.looking(places).filter(|member| !member.rule.shadow);
        meant.flat_map(|member| member.filter.categories())
    }

    /// The same filters, each of which ends the text it finds something in. Those that only try go
    /// on doing so, and what ends a text by another name keeps it.
    #[must_use]
    pub fn blocking(&self) -> Arc<Self> {
        let (mut members, mut wards) = (self.members.clone(), self.wards.clone());
        let rules = members.iter_mut().map(|member| &mut member.rule);
        let rules = rules.chain(wards.iter_mut().map(|ward| &mut ward.rule));
        for rule in rules.filter(|rule| !rule.action.ends()) {
            rule.action = Action::Block;
        }
        let strategy = match self.strategy {
            // It does nothing about what it finds.
            Strategy::DetectOnly => Strategy::Window,
            strategy => strategy,
        };
        Arc::new(Self { strategy, members, wards })
    }

    /// The same filters, where what a guard says is to be told: who waits for none of its words
    /// waits for them where all of a text is there.
    #[must_use]
    pub fn telling(&self, strategy_min: Strategy) -> Arc<Self> {
        let (mut wards, least) = (self.wards.clone(), self.strategy.max(strategy_min));
        let only_counts = |ward: &&mut Ward| !ward.rule.shadow && !ward.waits(least);
        for ward in wards.iter_mut().filter(only_counts) {
            ward.rule.action = Action::Annotate;
        }
        let (strategy, members) = (self.strategy, self.members.clone());
        Arc::new(Self { strategy, members, wards })
    }

    /// Whether all that guards say of an answer is known at its end.
    pub fn tells(&self, streamed: bool, strategy_min: Strategy) -> bool {
        let least = self.strategy.max(strategy_min);
        let asked = self.wards.iter().filter(|ward| ward.looks_at_answers() && !ward.rule.shadow);
        let mut unheard = asked.filter(|ward| !ward.waits(least));
        !streamed || unheard.next().is_none()
    }

    /// Whether a filter that is more than a shadow looks at one of these places.
    pub fn is_watched(&self, places: &[Place]) -> bool {
        self.looking(places).any(|member| !member.rule.shadow)
    }

    fn looking<'c>(&'c self, places: &'c [Place]) -> impl Iterator<Item = &'c Member> {
        let looks = |member: &&Member| places.iter().any(|it| member.rule.places.contains(it));
        self.members.iter().filter(looks)
    }
}

impl Member {
    fn watching(&self) -> Stage {
        let Self { kind, rule, filter } = self;
        let voice = Voice { filter: kind, action: Action::Score, shadow: rule.shadow };
        Stage::new((voice, Manner::Watches), filter.judge(Script::Prose), usize::MAX, None)
    }
}
