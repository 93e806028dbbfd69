//! Directives in force, by what they stop: one look-up a scope, and nothing is allocated.

use super::KillOrders;
use crate::words::{
    Country, EndUserId, KillDirective, KillMode, KillScope, ModelId, OrganisationId, PrincipalId,
    ProjectId, ReleaseStage, RevisionId, TierId, Timestamp,
};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// What is known of a call, as far as it got.
#[derive(Clone, Copy, Debug, Default)]
pub struct KillFacts<'f> {
    /// The model.
    pub model: Option<&'f ModelId>,
    /// The weights behind it.
    pub revision: Option<&'f RevisionId>,
    /// Their stage.
    pub stage: Option<ReleaseStage>,
    /// What the model is said to be of.
    pub categories: &'f [Arc<str>],
    /// The tier of the caller.
    pub tier: Option<&'f TierId>,
    /// Whose principal it is.
    pub organisation: Option<&'f OrganisationId>,
    /// For what.
    pub project: Option<&'f ProjectId>,
    /// Who calls.
    pub principal: Option<&'f PrincipalId>,
    /// Who sits behind the call.
    pub end_user: Option<&'f EndUserId>,
    /// Where it comes from.
    pub region: Option<Country>,
}

/// Directives that stop one thing, the first to count first.
type Held = Vec<Arc<KillDirective>>;

/// Directives in force.
#[derive(Debug, Default)]
pub struct KillSet {
    len: usize,
    falls_back: bool,
    everything: Held,
    models: HashMap<ModelId, Held>,
    revisions: HashMap<ModelId, HashMap<RevisionId, Held>>,
    stages: HashMap<ReleaseStage, Held>,
    tiers: HashMap<TierId, Held>,
    organisations: HashMap<OrganisationId, Held>,
    projects: HashMap<ProjectId, Held>,
    principals: HashMap<PrincipalId, Held>,
    end_users: HashMap<EndUserId, Held>,
    regions: HashMap<Country, Held>,
    categories: HashMap<Arc<str>, Held>,
}

impl KillSet {
    /// Those of `orders` that hold at `now`.
    pub fn of(orders: &KillOrders, now: Timestamp) -> Self {
        let mut set = Self::default();
        let mut held: Held = orders.held(now).map(Arc::clone).collect();
        held.sort_by(|one, other| order(one).cmp(&order(other)));
        for directive in held {
            set.add(directive);
        }
        set
    }

    fn add(&mut self, directive: Arc<KillDirective>) {
        self.len += 1;
        self.falls_back |= directive.mode == KillMode::Fallback;
        let held = match &directive.scope {
            KillScope::Everything => &mut self.everything,
            KillScope::Model(id) => self.models.entry(id.clone()).or_default(),
            KillScope::Revision(it) => {
                let revisions = self.revisions.entry(it.model.clone()).or_default();
                revisions.entry(it.revision.clone()).or_default()
            }
            KillScope::Stage(stage) => self.stages.entry(*stage).or_default(),
            KillScope::Tier(id) => self.tiers.entry(id.clone()).or_default(),
            KillScope::Organisation(id) => self.organisations.entry(id.clone()).or_default(),
            KillScope::Project(id) => self.projects.entry(id.clone()).or_default(),
            KillScope::Principal(id) => self.principals.entry(id.clone()).or_default(),
            KillScope::EndUser(id) => self.end_users.entry(id.clone()).or_default(),
            KillScope::Region(country) => self.regions.entry(*country).or_default(),
            KillScope::Category(text) => self.categories.entry(Arc::clone(text)).or_default(),
        };
        held.push(directive);
    }

    /// Whether nothing is stopped.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Directives in force.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether any of them asks for a fallback.
    pub fn falls_back(&self) -> bool {
        self.falls_back
    }

    /// What stops a new call, if anything does.
    pub fn hit(&self, facts: &KillFacts<'_>, now: Timestamp) -> Option<&Arc<KillDirective>> {
        if self.is_empty() {
            return None;
        }
        first(self.by_caller(facts).chain(self.by_model(facts)), now)
    }

    /// What stops a new call whatever model it asks for: judged before the model is known.
    pub fn hit_caller(&self, facts: &KillFacts<'_>, now: Timestamp) -> Option<&Arc<KillDirective>> {
        if self.is_empty() {
            return None;
        }
        first(self.by_caller(facts), now)
    }

    /// What stops a new call because of its model: judged once the caller may know of it.
    pub fn hit_model(&self, facts: &KillFacts<'_>, now: Timestamp) -> Option<&Arc<KillDirective>> {
        if self.is_empty() {
            return None;
        }
        first(self.by_model(facts), now)
    }

    /// What cuts a call under way, if anything does. One that lets calls finish hides none that
    /// does not.
    pub fn cuts(&self, facts: &KillFacts<'_>, now: Timestamp) -> Option<&Arc<KillDirective>> {
        if self.is_empty() {
            return None;
        }
        let hit = self.by_caller(facts).chain(self.by_model(facts));
        first(hit.filter(|directive| directive.mode.cuts()), now)
    }

    fn by_caller<'s>(
        &'s self,
        facts: &KillFacts<'_>,
    ) -> impl Iterator<Item = &'s Arc<KillDirective>> {
        self.everything
            .iter()
            .chain(under(&self.tiers, facts.tier))
            .chain(under(&self.organisations, facts.organisation))
            .chain(under(&self.projects, facts.project))
            .chain(under(&self.principals, facts.principal))
            .chain(under(&self.end_users, facts.end_user))
            .chain(under(&self.regions, facts.region.as_ref()))
    }

    fn by_model<'s, 'f>(
        &'s self,
        facts: &'f KillFacts<'_>,
    ) -> impl Iterator<Item = &'s Arc<KillDirective>> + use<'s, 'f> {
        let categories: &'f [Arc<str>] = facts.categories;
        let revisions = facts.model.and_then(|model| self.revisions.get(model));
        under(&self.models, facts.model)
            .iter()
            .chain(revisions.map_or(NONE, |revisions| under(revisions, facts.revision)))
            .chain(under(&self.stages, facts.stage.as_ref()))
            .chain(categories.iter().flat_map(|it| under(&self.categories, Some(it))))
    }
}

const NONE: &[Arc<KillDirective>] = &[];

fn under<'s, K: Borrow<Q> + Eq + Hash, Q: Eq + Hash + ?Sized>(
    held: &'s HashMap<K, Held>,
    key: Option<&Q>,
) -> &'s [Arc<KillDirective>] {
    if held.is_empty() {
        return NONE;
    }
    key.and_then(|key| held.get(key)).map_or(NONE, Vec::as_slice)
}

fn first<'s>(
    hit: impl Iterator<Item = &'s Arc<KillDirective>>,
    now: Timestamp,
) -> Option<&'s Arc<KillDirective>> {
    hit.filter(|it| it.holds(now)).min_by(|one, other| order(one).cmp(&order(other)))
}

/// Which counts first where several hit: the strictest, then the oldest, then by everything that
/// is written in it, so that every node says the same.
fn order(directive: &KillDirective) -> (KillMode, Timestamp, &KillDirective) {
    (directive.mode, directive.at, directive)
}
