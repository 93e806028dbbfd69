//! The store in memory: gone when the process ends. For trying things out, and for tests.

mod ledger;
mod records;

use crate::{Change, ChangeKind, CredentialRecord, PrincipalRecord, UsageRow};
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub(crate) struct Memory {
    kept: Mutex<Kept>,
}

/// Everything that is kept, behind one lock: a change and its entry in the feed are one.
#[derive(Debug, Default)]
struct Kept {
    principals: BTreeMap<PrincipalId, PrincipalRecord>,
    credentials: BTreeMap<CredentialId, CredentialRecord>,
    digests: HashMap<KeyDigest, CredentialId>,
    changes: Vec<Change>,
    usage: Vec<UsageRow>,
    requests: HashSet<Arc<str>>,
}

impl Memory {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn changed(&mut self, what: ChangeKind) {
        let seq = self.head().saturating_add(1);
        self.changes.push(Change { seq, what });
    }

    fn head(&self) -> u64 {
        self.changes.last().map_or(0, |last| last.seq)
    }
}
