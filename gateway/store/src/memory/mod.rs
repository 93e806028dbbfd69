//! The store in memory: gone when the process ends. For trying things out, and for tests.

mod callers;
mod documents;
mod ledger;
mod records;

use crate::audit::Note;
use crate::{
    Act, AuditEntry, Change, ChangeKind, CredentialRecord, Document, Kind, PrincipalRecord,
    StoreError, UsageRow,
};
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most rows kept of usage, and of the audit. Beyond it the store fails rather than forgets.
const ROWS_MAX: usize = 1_000_000;

#[derive(Debug, Default)]
pub(crate) struct Memory {
    kept: Mutex<Kept>,
}

/// Everything that is kept, behind one lock: a change and its entries in feed and audit are one.
#[derive(Debug, Default)]
struct Kept {
    principals: BTreeMap<PrincipalId, PrincipalRecord>,
    credentials: BTreeMap<CredentialId, CredentialRecord>,
    digests: HashMap<KeyDigest, CredentialId>,
    documents: BTreeMap<(Kind, String), Document>,
    audit: Vec<AuditEntry>,
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
    /// Whether an act may be tried: from here on it fails before it changes anything.
    fn may(&self, act: &Act) -> Result<(), StoreError> {
        act.check()?;
        if self.audit.len() >= ROWS_MAX {
            return Err(StoreError::Full { most: ROWS_MAX });
        }
        Ok(())
    }

    fn changed(&mut self, what: ChangeKind) {
        let seq = self.head().saturating_add(1);
        self.changes.push(Change { seq, what });
    }

    fn note(&mut self, act: &Act, note: Note) {
        let seq = self.audit.last().map_or(0, |last| last.seq).saturating_add(1);
        let Note { subjects, detail } = note;
        self.audit.push(AuditEntry { seq, act: act.clone(), subjects, detail });
    }

    fn head(&self) -> u64 {
        self.changes.last().map_or(0, |last| last.seq)
    }
}
