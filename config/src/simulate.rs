//! What another configuration would have changed: decisions of a log are taken again, by the
//! configuration in force and by the candidate, for the holders there are now. Pure, as the decision is.

mod line;

pub use line::{Decided, LINE_BYTES_MAX};

use crate::decide::{Asker, View, entitle};
use crate::words::{Denial, Holder, PrincipalId, Timestamp};
use crate::{Policy, World};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// Pairs of a principal and a model that are told apart; what comes after is counted together.
pub const PAIRS_MAX: usize = 100_000;

/// What decisions are taken by, and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Bench<'b> {
    /// The configuration in force.
    pub present: &'b Policy,
    /// The one that is considered.
    pub candidate: &'b Policy,
    /// What records say now.
    pub world: &'b World,
    /// Everybody there is, as records say now.
    pub holders: &'b HashMap<PrincipalId, Holder>,
    /// When it is.
    pub now: Timestamp,
}

/// What would change.
#[derive(Debug, Default, Serialize)]
pub struct Simulation {
    /// Decisions that were taken again.
    pub decisions: u64,
    /// Those of principals that there are no more.
    pub gone: u64,
    /// Lines that were no decisions.
    pub unread: u64,
    /// Who would gain what, and what stood against it until now.
    pub gains: Vec<Change>,
    /// Who would lose what, and why.
    pub losses: Vec<Change>,
    /// Changes beyond [`PAIRS_MAX`].
    pub more: u64,
    #[serde(skip)]
    seen: BTreeMap<(bool, PrincipalId, String), Counted>,
}

/// What would change for a principal and a model.
#[derive(Debug, PartialEq, Serialize)]
pub struct Change {
    /// Who.
    pub principal: PrincipalId,
    /// What they asked for.
    pub model: String,
    /// How often.
    pub calls: u64,
    /// The first reason: the word of a denial.
    pub because: &'static str,
}

#[derive(Debug)]
struct Counted {
    calls: u64,
    because: &'static str,
}

impl Simulation {
    /// Takes every decision of a log again.
    pub fn of<'l>(bench: Bench<'_>, lines: impl IntoIterator<Item = &'l str>) -> Self {
        let mut all = Self::default();
        for line in lines {
            all.take(bench, line);
        }
        all.finish()
    }

    /// Takes the decision of one line again.
    pub fn take(&mut self, bench: Bench<'_>, line: &str) {
        let Ok(decided) = Decided::read(line) else {
            self.unread += 1;
            return;
        };
        let Some(holder) = bench.holders.get(&decided.principal) else {
            self.gone += 1;
            return;
        };
        self.decisions += 1;
        let decide = |policy| {
            let view = View { policy, world: bench.world };
            let asker = Asker { holder, call: decided.call(bench.now) };
            entitle(view, asker, &decided.model, &decided.ask).map(|_| ())
        };
        let (before, after) = (decide(bench.present), decide(bench.candidate));
        match (before, after) {
            (Err(denial), Ok(())) => self.note(true, decided, &denial),
            (Ok(()), Err(denial)) => self.note(false, decided, &denial),
            (Ok(()), Ok(())) | (Err(_), Err(_)) => {}
        }
    }

    fn note(&mut self, gain: bool, decided: Decided, denial: &Denial) {
        let key = (gain, decided.principal, decided.model);
        if let Some(counted) = self.seen.get_mut(&key) {
            counted.calls += 1;
        } else if self.seen.len() < PAIRS_MAX {
            self.seen.insert(key, Counted { calls: 1, because: denial.as_str() });
        } else {
            self.more += 1;
        }
    }

    /// Puts what was counted in order.
    #[must_use]
    pub fn finish(mut self) -> Self {
        for ((gain, principal, model), Counted { calls, because }) in std::mem::take(&mut self.seen)
        {
            let list = if gain { &mut self.gains } else { &mut self.losses };
            list.push(Change { principal, model, calls, because });
        }
        self
    }
}

impl fmt::Display for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (verb, was, changes) in
            [("gains", "it was", &self.gains), ("loses", "it would be", &self.losses)]
        {
            for Change { principal, model, calls, because } in changes {
                writeln!(f, "{principal} {verb} {model}: {calls} calls; {was} {because}")?;
            }
        }
        let Self { decisions, gone, unread, more, .. } = self;
        write!(f, "{decisions} decisions taken again; {} gains, ", self.gains.len())?;
        write!(f, "{} losses; {gone} of principals that are gone, ", self.losses.len())?;
        write!(f, "{unread} lines not read, {more} changes beyond the bound")
    }
}

#[cfg(test)]
mod tests;
