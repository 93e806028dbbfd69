//! The kill switch: what was ordered to stop, and how every call hears of it.
//!
//! Orders come from the journal of this node, from the kill file, from the records and from the
//! program, and are put together as one set: any one way in is enough. What is new is put in force
//! and the bell rings: every connection is woken, and each call on it judges itself anew ([`Watch`]).
//! Then it is written to the journal.

mod file;
mod journal;
mod refusal;
mod watch;

pub(crate) use file::{KillFile, text};
pub(crate) use journal::recorded;
pub(crate) use watch::{Call, Watch};

use crate::journal as log;
use crate::metrics::Metrics;
use crate::refuse::Refusal;
use crate::signal::Signal;
use arc_swap::ArcSwap;
use journal::Journal;
use sluice_config::kill::{KillFacts, KillOrders, KillSet};
use sluice_config::words::{Clock, Country, KillDirective, Restore};
use sluice_store::Known;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What carries out directives; one for a node, and it outlives snapshots.
#[derive(Debug)]
pub(crate) struct KillSwitch {
    set: ArcSwap<KillSet>,
    kept: Mutex<Kept>,
    /// Every connection waits for it.
    bell: Signal,
    /// Whether calls under way must end because the node does.
    ending: AtomicBool,
    /// Whether the journal lacks something.
    behind: AtomicBool,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
}

/// All that was heard, and where it is written down.
#[derive(Debug)]
struct Kept {
    orders: KillOrders,
    journal: Option<Journal>,
}

impl KillSwitch {
    /// Reads what was in force before, so that it still is. The bell wakes every connection.
    ///
    /// # Errors
    ///
    /// The journal cannot be opened: what must stay stopped is not known.
    pub(crate) fn open(
        journal: Option<&Path>,
        bell: Signal,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> io::Result<Self> {
        let opened = journal.map(Journal::open).transpose()?;
        let (journal, orders) =
            opened.map_or_else(Default::default, |(journal, found)| (Some(journal), found));
        let set = ArcSwap::from_pointee(KillSet::of(&orders, clock.now()));
        let kept = Mutex::new(Kept { orders, journal });
        let (ending, behind) = (AtomicBool::new(false), AtomicBool::new(false));
        let switch = Self { set, kept, bell, ending, behind, clock, metrics };
        switch.count(&switch.lock());
        // Until a bad one is read.
        switch.metrics.families.kill_file_ok.set(1);
        Ok(switch)
    }

    /// Takes orders: puts what is new in force, has every call look, and writes it down. Waits for
    /// the disk. What cannot be written down holds all the same.
    pub(crate) fn hear(&self, heard: KillOrders) {
        let mut kept = self.lock();
        self.take(&mut kept, heard);
    }

    /// Lets go of what has expired, and mends the journal if another process has changed it or it
    /// could not be written.
    pub(crate) fn tick(&self) {
        let mut kept = self.lock();
        self.take(&mut kept, KillOrders::default());
        let now = self.clock.now();
        if kept.orders.held(now).count() != self.set.load().len() {
            self.set.store(Arc::new(KillSet::of(&kept.orders, now)));
            self.count(&kept);
        }
    }

    fn take(&self, kept: &mut Kept, heard: KillOrders) {
        let now = self.clock.now();
        let disturbed = kept.journal.as_ref().is_some_and(Journal::is_disturbed);
        let others = kept.journal.as_ref().filter(|_| disturbed).map(Journal::found);
        let news = kept.orders.news(heard.merge(others.unwrap_or_default()));
        let anew = disturbed || self.behind.load(Ordering::Acquire);
        if news.is_empty() && !anew {
            return;
        }
        let mut merged = kept.orders.clone().merge(news.clone());
        if merged.fits().is_err() {
            merged = merged.pruned(now);
        }
        if let Err(error) = merged.fits() {
            self.metrics.families.kill_errors.with_label_values(&["full"]).inc();
            return log::error("orders of the kill switch were not taken", error);
        }
        // In force first: a disk that hangs stops nobody from being stopped. What a crash forgets of a
        // restore is only that something may go on.
        if !news.is_empty() {
            self.set.store(Arc::new(KillSet::of(&merged, now)));
            self.bell.ring();
        }
        if let Some(journal) = &mut kept.journal {
            let written = journal.keep(&news, &merged, anew.then_some(now));
            self.note_written(written);
        }
        kept.orders = merged;
        if !news.is_empty() {
            self.count(kept);
            tell(&news);
        }
    }

    /// Says once that the journal fails, and once that it does no longer.
    fn note_written(&self, written: io::Result<()>) {
        let was = self.behind.swap(written.is_err(), Ordering::AcqRel);
        if written.is_err() {
            self.metrics.families.kill_errors.with_label_values(&["journal"]).inc();
        }
        match (written, was) {
            (Err(error), false) => {
                log::error("the kill journal cannot be written; the order holds", error);
            }
            (Ok(()), true) => log::info("the kill journal can be written again", ""),
            (Ok(()), false) | (Err(_), true) => {}
        }
    }

    /// Refuses a caller whom a directive stops, whatever they ask for.
    pub(crate) fn admits(&self, known: &Known, region: Option<Country>) -> Result<(), Refusal> {
        let set = self.set.load();
        if set.is_empty() {
            return Ok(());
        }
        let (tier, principal) = (Some(&known.principal.tier), Some(&known.principal.id));
        let (organisation, project) = (&known.holder.organisation, &known.holder.project);
        let facts = KillFacts {
            tier,
            principal,
            organisation: organisation.as_ref(),
            project: project.as_ref(),
            region,
            ..KillFacts::default()
        };
        match set.hit_caller(&facts, self.clock.now()) {
            // Its body is not read.
            Some(directive) => Err(self.refused(directive).closing()),
            None => Ok(()),
        }
    }

    /// Refuses a call that a directive stops; one that none does is watched from here on.
    pub(crate) fn watch(self: &Arc<Self>, call: Call) -> Result<Watch, Refusal> {
        // Before the set is read: what is ordered in between is heard as news.
        let rung = self.bell.rung();
        let set = self.set.load();
        if !set.is_empty()
            && let Some(directive) = set.hit(&call.facts(), self.clock.now())
        {
            return Err(self.refused(directive));
        }
        if self.ending.load(Ordering::SeqCst) {
            return Err(refusal::ended());
        }
        Ok(Watch::new(Arc::clone(self), call, rung))
    }

    /// Whether a call may be answered by the fallback of its model because of a directive.
    pub(crate) fn falls_back(&self) -> bool {
        self.set.load().falls_back()
    }

    /// Calls under way end: the node does, and waits no longer.
    pub(crate) fn end_calls(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.bell.ring();
    }

    /// Whether all that holds is written down.
    pub(crate) fn is_written(&self) -> bool {
        !self.behind.load(Ordering::Acquire)
    }

    fn refused(&self, directive: &KillDirective) -> Refusal {
        let labels = [directive.scope.word(), directive.mode.as_str()];
        self.metrics.families.kill_refused.with_label_values(&labels).inc();
        refusal::refused(directive)
    }

    fn cut(&self, directive: &KillDirective) -> Refusal {
        let labels = [directive.scope.word(), directive.mode.as_str()];
        self.metrics.families.kill_cut.with_label_values(&labels).inc();
        refusal::cut(directive)
    }

    fn count(&self, kept: &Kept) {
        let gauge = &self.metrics.families.kill_directives;
        gauge.reset();
        for ((scope, mode), count) in kept.orders.counts(self.clock.now()) {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            gauge.with_label_values(&[scope, mode]).set(count);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes down who ordered what, for operators.
fn tell(news: &KillOrders) {
    news.directives.iter().for_each(|directive| tell_kill(directive));
    news.restores.iter().for_each(|restore| tell_restore(restore));
}

fn tell_kill(it: &KillDirective) {
    let (id, scope, mode) = (it.id.as_str(), it.scope.to_string(), it.mode.as_str());
    tracing::warn!(id, scope, mode, by = &*it.by, reason = &*it.reason, "kill directive");
}

fn tell_restore(it: &Restore) {
    tracing::warn!(id = it.kill.as_str(), by = &*it.by, reason = &*it.reason, "restored");
}
