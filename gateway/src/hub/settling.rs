//! Three lists that were read one after the other, while requests moved between them.
//!
//! A request that moves while we page may be in two lists, or in none; one that leaves a list shifts
//! the pages behind it. So the lists are read again where they contradict themselves, and where
//! something known is in none of them: it is gone only once two readings in a row say so.

use super::names::RequestId;
use super::request::HubRequest;
use std::collections::{BTreeMap, BTreeSet};

/// Readings of one poll.
const READINGS_MAX: u32 = 4;

/// What the readings so far come to.
#[derive(Debug)]
pub(super) struct Settling<'k> {
    known: BTreeSet<&'k RequestId>,
    /// What the last reading had lost.
    lost: Option<BTreeSet<&'k RequestId>>,
    left: u32,
}

/// What to do after a reading.
#[derive(Debug)]
pub(super) enum Next {
    /// Nothing: so it is.
    Seen(Vec<HubRequest>),
    /// Read again.
    Again,
    /// Leave it for now: it moves too fast.
    Unsettled,
}

impl<'k> Settling<'k> {
    pub(super) fn new(known: &'k [HubRequest]) -> Self {
        let known = known.iter().map(|request| &request.id).collect();
        Self { known, lost: None, left: READINGS_MAX }
    }

    /// Takes what one reading of all lists has brought.
    pub(super) fn hear(&mut self, read: Vec<HubRequest>) -> Next {
        self.left = self.left.saturating_sub(1);
        let before = self.lost.take();
        if let Some(seen) = once(read) {
            let lost: BTreeSet<_> =
                self.known.iter().copied().filter(|id| !seen.contains_key(*id)).collect();
            let again = before.is_some_and(|before| lost.is_subset(&before));
            if lost.is_empty() || again {
                return Next::Seen(seen.into_values().collect());
            }
            self.lost = Some(lost);
        }
        if self.left == 0 { Next::Unsettled } else { Next::Again }
    }
}

/// Each request once, unless one is said to have come to two things.
fn once(read: Vec<HubRequest>) -> Option<BTreeMap<RequestId, HubRequest>> {
    let mut all: BTreeMap<RequestId, HubRequest> = BTreeMap::new();
    for request in read {
        let status = request.status;
        let held = all.entry(request.id.clone()).or_insert(request);
        if held.status != status {
            return None;
        }
    }
    Some(all)
}
