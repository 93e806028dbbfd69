//! Receipts that can still be asked for, by the principal they were made for.

use foldhash::fast::RandomState;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde::Serialize;
use sluice_config::words::{Clock, PrincipalId};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of all receipts that are kept: some hundred thousand. The oldest go first.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes that one takes beside its text.
const ENTRY_BYTES: usize = 256;

/// Receipts by request id, for a time.
#[derive(Debug)]
pub(crate) struct Kept {
    receipts: Cache<Arc<str>, Arc<Entry>, RandomState>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Entry {
    principal: PrincipalId,
    receipt: Box<str>,
    /// Until when it can be asked for, on the steady clock.
    until: Duration,
}

/// A receipt that was taken out.
#[derive(Debug)]
pub(crate) struct Taken(Arc<Entry>);

#[derive(Serialize)]
struct Answer<'a> {
    request_id: &'a str,
    receipt: &'a str,
}

impl Kept {
    /// None yet.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let weight = |_: &Arc<str>, entry: &Arc<Entry>| {
            u32::try_from(entry.receipt.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
        };
        let receipts = Cache::builder()
            .max_capacity(BYTES_MAX)
            .weigher(weight)
            .eviction_policy(EvictionPolicy::lru())
            // Request ids are ours: no caller can choose two that collide.
            .build_with_hasher(RandomState::default());
        Self { receipts, clock }
    }

    /// Keeps the receipt of a request.
    pub(super) fn keep(
        &self,
        request_id: Arc<str>,
        principal: PrincipalId,
        receipt: &str,
        time: Duration,
    ) {
        let until = self.clock.steady().saturating_add(time);
        self.receipts
            .insert(request_id, Arc::new(Entry { principal, receipt: receipt.into(), until }));
    }

    /// Takes the receipt of a request out: what it is for may not be shown after all.
    pub(crate) fn take(&self, request_id: &str) -> Option<Taken> {
        self.receipts.remove(request_id).map(Taken)
    }

    /// Puts a receipt back that was taken out.
    pub(crate) fn put_back(&self, request_id: Arc<str>, taken: Taken) {
        self.receipts.insert(request_id, taken.0);
    }

    /// The answer that holds the receipt of a request of this principal, as JSON.
    pub(crate) fn find(&self, request_id: &str, principal: &PrincipalId) -> Option<Vec<u8>> {
        let entry = self.receipts.get(request_id)?;
        if entry.until <= self.clock.steady() {
            self.receipts.invalidate(request_id);
            return None;
        }
        let own = entry.principal == *principal;
        own.then(|| serde_json::to_vec(&Answer { request_id, receipt: &entry.receipt }).ok())?
    }
}
