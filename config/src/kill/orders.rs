//! All that was ordered, as a node has heard it.

use crate::words::{KILLS_MAX, KillDirective, KillId, Restore, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

/// Directives and what ended them. Orders are only ever added, so what two nodes heard is put
/// together by putting both into one set, in any order and any number of times.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct KillOrders {
    /// What was to be stopped. Two directives of one id that differ are both held.
    pub directives: BTreeSet<Arc<KillDirective>>,
    /// What ended it.
    pub restores: BTreeSet<Arc<Restore>>,
}

/// More was ordered than a node holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooMany;

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {KILLS_MAX} directives or restores; let some go")
    }
}

impl std::error::Error for TooMany {}

impl KillOrders {
    /// One directive.
    pub fn kill(directive: KillDirective) -> Self {
        Self { directives: [Arc::new(directive)].into(), restores: BTreeSet::new() }
    }

    /// One restore.
    pub fn restore(restore: Restore) -> Self {
        Self { directives: BTreeSet::new(), restores: [Arc::new(restore)].into() }
    }

    /// Whether nothing was ever ordered.
    pub fn is_empty(&self) -> bool {
        self.directives.is_empty() && self.restores.is_empty()
    }

    /// Both together.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.directives.extend(other.directives);
        self.restores.extend(other.restores);
        self
    }

    /// What of `heard` is new here.
    #[must_use]
    pub fn news(&self, heard: Self) -> Self {
        let Self { mut directives, mut restores } = heard;
        directives.retain(|directive| !self.directives.contains(directive));
        restores.retain(|restore| !self.restores.contains(restore));
        Self { directives, restores }
    }

    /// Whether this is no more than a node holds.
    ///
    /// # Errors
    ///
    /// It is more.
    pub fn fits(&self) -> Result<(), TooMany> {
        let most = self.directives.len().max(self.restores.len());
        if most > KILLS_MAX { Err(TooMany) } else { Ok(()) }
    }

    /// Those that hold: neither restored nor expired.
    pub fn held(&self, now: Timestamp) -> impl Iterator<Item = &Arc<KillDirective>> {
        let restored: HashSet<&KillId> = self.restores.iter().map(|it| &it.kill).collect();
        let held = move |it: &&Arc<KillDirective>| !restored.contains(&it.id) && it.holds(now);
        self.directives.iter().filter(held)
    }

    /// The restore of a directive, if it was given; the first, where there are several.
    pub fn restored(&self, id: &KillId) -> Option<&Arc<Restore>> {
        self.restores.iter().find(|restore| restore.kill == *id)
    }

    /// Lets go of directives that are over, where more were heard than a node holds. Those that
    /// expired go first; a restored one may go as long as its restore stays.
    #[must_use]
    pub fn pruned(mut self, now: Timestamp) -> Self {
        let restored: HashSet<KillId> = self.restores.iter().map(|it| it.kill.clone()).collect();
        self.directives.retain(|it| it.holds(now) && !restored.contains(&it.id));
        self
    }

    /// How many directives hold, by scope and mode.
    pub fn counts(&self, now: Timestamp) -> BTreeMap<(&'static str, &'static str), usize> {
        let mut counts = BTreeMap::new();
        for directive in self.held(now) {
            *counts.entry((directive.scope.word(), directive.mode.as_str())).or_default() += 1;
        }
        counts
    }
}
