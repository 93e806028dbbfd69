//! The audit: who changed what, when and why. One entry for each mutation, in its transaction;
//! nothing takes one back. No secret, digest or note is in it.

use crate::number::into_signed;
use crate::{Document, NewCredential, Owner, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sluice_config::words::{CredentialId, PrincipalId, Timestamp};

/// The most entries one question answers.
pub const AUDIT_MAX: usize = 1000;
/// Bytes of who acts.
const BY_BYTES_MAX: usize = 256;
/// Bytes of the word for what they do.
const VERB_BYTES_MAX: usize = 64;
/// Bytes of why.
const REASON_BYTES_MAX: usize = 4096;

/// Who changes something, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Act {
    /// Who: a person, a service, the command line.
    pub by: String,
    /// What they do, in a word.
    pub verb: String,
    /// Why, in their words. May be empty.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Act {
    /// Whether it can be kept.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        word(&self.by, BY_BYTES_MAX, "who acts", "give 1 to 256 bytes without control characters")?;
        let rule = "give 1 to 64 bytes without control characters";
        word(&self.verb, VERB_BYTES_MAX, "the verb of an act", rule)?;
        if self.reason.len() > REASON_BYTES_MAX || self.reason.contains('\0') {
            let rule = "give at most 4096 bytes of text";
            return Err(StoreError::Unfit { what: "the reason of an act", rule });
        }
        into_signed(self.at.0, "a time").map(drop)
    }
}

fn word(text: &str, most: usize, what: &'static str, rule: &'static str) -> Result<(), StoreError> {
    if text.is_empty() || text.len() > most || text.contains(char::is_control) {
        return Err(StoreError::Unfit { what, rule });
    }
    Ok(())
}

/// One entry of the audit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditEntry {
    /// Its number: later entries have greater ones.
    pub seq: u64,
    /// Who did it, and why.
    pub act: Act,
    /// What was changed, in order.
    pub subjects: Vec<Subject>,
    /// What it was changed to, as far as is worth a line.
    pub detail: Value,
}

/// What was changed: a principal, a credential or a document.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Named", into = "Named")]
pub struct Subject {
    /// Whom it concerns.
    pub owner: Owner,
    /// What kind of record it is: `principal`, `credential`, or the kind of a document.
    pub kind: String,
    /// Its name.
    pub id: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Named {
    owner_kind: String,
    owner: String,
    kind: String,
    id: String,
}

impl From<Subject> for Named {
    fn from(subject: Subject) -> Self {
        let Subject { owner, kind, id } = subject;
        Self { owner_kind: owner.word().into(), owner: owner.id().into(), kind, id }
    }
}

impl TryFrom<Named> for Subject {
    type Error = &'static str;

    fn try_from(named: Named) -> Result<Self, &'static str> {
        let owner = Owner::parse(&named.owner_kind, &named.owner).ok_or("no such owner")?;
        Ok(Self { owner, kind: named.kind, id: named.id })
    }
}

/// What an entry says of a mutation, beside who did it and why: the same in every store.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) subjects: Vec<Subject>,
    pub(crate) detail: Value,
}

impl Note {
    /// Of a principal.
    pub(crate) fn principal(id: &PrincipalId, detail: Value) -> Self {
        let owner = Owner::Principal(id.clone());
        let subject = Subject { owner, kind: "principal".into(), id: id.to_string() };
        Self { subjects: vec![subject], detail }
    }

    /// Of a credential that was ended.
    pub(crate) fn credential(of: &PrincipalId, id: &CredentialId) -> Self {
        Self { subjects: vec![credential(of, id)], detail: json!({}) }
    }

    /// Of a credential that was added, and of the one it replaces.
    pub(crate) fn added(new: &NewCredential) -> Self {
        let of = &new.principal;
        let mut subjects = vec![credential(of, &new.id)];
        subjects.extend(new.replaces.iter().map(|old| credential(of, &old.credential)));
        let detail = json!({
            "expires": new.expires.map(|at| at.0),
            "scopes": new.scopes,
            "replaced_until": new.replaces.as_ref().map(|old| old.until.0),
        });
        Self { subjects, detail }
    }

    /// Of documents as they were written.
    pub(crate) fn documents(documents: &[Document]) -> Self {
        let subject = |it: &Document| {
            let kind = it.kind.to_string();
            Subject { owner: it.owner.clone(), kind, id: it.id.clone() }
        };
        let write = |it: &Document| json!({ "version": it.version, "tag": it.tag });
        let writes: Vec<_> = documents.iter().map(write).collect();
        let subjects = documents.iter().map(subject).collect();
        Self { subjects, detail: json!({ "writes": writes }) }
    }
}

fn credential(of: &PrincipalId, id: &CredentialId) -> Subject {
    let owner = Owner::Principal(of.clone());
    Subject { owner, kind: "credential".into(), id: id.to_string() }
}
