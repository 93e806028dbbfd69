//! A desk that keeps everything in memory.

use sluice_config::words::RepoId;
use sluice_gateway::hub::{Decision, Desk, DeskError, Event, Fut, HubRequest, Written, apply};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

#[derive(Debug, Default)]
pub(super) struct Records(Mutex<Kept>);

#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) known: BTreeMap<RepoId, Vec<HubRequest>>,
    pub(super) decided: BTreeMap<RepoId, Vec<Decision>>,
    pub(super) told: Vec<(Decision, Written)>,
    pub(super) away: bool,
}

impl Records {
    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("no test has failed")
    }

    pub(super) fn decides(&self, repo: &RepoId, decision: Decision) {
        self.kept().decided.entry(repo.clone()).or_default().push(decision);
    }

    fn with<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce(&mut Kept) -> T + Send + 'a,
    ) -> Fut<'a, T> {
        Box::pin(async move {
            let mut kept = self.kept();
            if kept.away {
                return Err(DeskError("no records".into()));
            }
            Ok(work(&mut kept))
        })
    }
}

impl Desk for Records {
    fn known<'a>(&'a self, repo: &'a RepoId) -> Fut<'a, Vec<HubRequest>> {
        self.with(move |kept| kept.known.get(repo).cloned().unwrap_or_default())
    }

    fn apply<'a>(&'a self, events: &'a [Event]) -> Fut<'a, ()> {
        self.with(move |kept| {
            for event in events {
                let known = kept.known.entry(event.repo.clone()).or_default();
                *known = apply(std::mem::take(known), std::slice::from_ref(event));
            }
        })
    }

    fn decided<'a>(&'a self, repo: &'a RepoId) -> Fut<'a, Vec<Decision>> {
        self.with(move |kept| kept.decided.get(repo).cloned().unwrap_or_default())
    }

    fn told<'a>(&'a self, repo: &'a RepoId, decision: &'a Decision, came: Written) -> Fut<'a, ()> {
        self.with(move |kept| {
            let decided = kept.decided.entry(repo.clone()).or_default();
            decided.retain(|held| held != decision);
            kept.told.push((decision.clone(), came));
        })
    }
}
