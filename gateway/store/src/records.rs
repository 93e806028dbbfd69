//! Who may call: principals, their credentials, the documents that belong to them, the audit of who
//! changed what, and the feed of what changed.

use crate::{Act, AuditEntry, Batch, Document, Fut, Kind, Known, Listing, Owner};
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId, Scopes, TierId, Timestamp};
use std::fmt;

/// The most changes one question of the feed answers.
pub const CHANGES_MAX: usize = 1000;

/// Who may call. Each change is in the feed and in the audit as soon as it can be read, or neither it
/// nor they are there.
pub trait Records: fmt::Debug + Send + Sync {
    /// Adds a principal.
    fn create_principal<'a>(&'a self, new: NewPrincipal, act: &'a Act) -> Fut<'a, ()>;

    /// Every principal, by id.
    fn principals(&self) -> Fut<'_, Vec<PrincipalRecord>>;

    /// One principal.
    fn principal<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, Option<PrincipalRecord>>;

    /// Puts a principal on another tier.
    fn set_tier<'a>(&'a self, id: &'a PrincipalId, tier: &'a TierId, act: &'a Act) -> Fut<'a, ()>;

    /// Stops a principal, with all its credentials. The first time it happened is kept.
    fn disable<'a>(&'a self, id: &'a PrincipalId, act: &'a Act) -> Fut<'a, ()>;

    /// Lets a stopped principal call again.
    fn enable<'a>(&'a self, id: &'a PrincipalId, act: &'a Act) -> Fut<'a, ()>;

    /// Adds a credential to a principal, and sets an end to the one it replaces.
    fn create_credential<'a>(&'a self, new: NewCredential, act: &'a Act) -> Fut<'a, ()>;

    /// Every credential, or those of one principal, by principal and age.
    fn credentials<'a>(&'a self, of: Option<&'a PrincipalId>) -> Fut<'a, Vec<CredentialRecord>>;

    /// Ends a credential for ever. The first time it happened is kept.
    fn revoke<'a>(&'a self, id: &'a CredentialId, act: &'a Act) -> Fut<'a, ()>;

    /// Who has the key with this digest, with what belongs to them; `None` if no one ever had.
    fn find<'a>(&'a self, digest: &'a KeyDigest) -> Fut<'a, Option<Known>>;

    /// One document.
    fn document<'a>(&'a self, kind: &'a Kind, id: &'a str) -> Fut<'a, Option<Document>>;

    /// Documents, by kind and id, each in the order of its bytes.
    fn documents<'a>(&'a self, listing: &'a Listing) -> Fut<'a, Vec<Document>>;

    /// Writes all of a batch, or none if one of its documents is not as expected.
    fn commit(&self, batch: Batch) -> Fut<'_, ()>;

    /// The audit after `after`, oldest first, at most `most` and never more than
    /// [`AUDIT_MAX`](crate::AUDIT_MAX).
    fn audit(&self, after: u64, most: usize) -> Fut<'_, Vec<AuditEntry>>;

    /// What changed after `after`, oldest first, at most [`CHANGES_MAX`].
    fn changes(&self, after: u64) -> Fut<'_, Vec<Change>>;

    /// The number of the newest change; 0 if nothing ever changed. Cheap enough to ask often.
    fn head(&self) -> Fut<'_, u64>;
}

/// A principal to be added.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewPrincipal {
    /// Its name in the books.
    pub id: PrincipalId,
    /// The tier it begins on.
    pub tier: TierId,
    /// What people want to remember of it.
    pub note: String,
}

/// A principal as kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PrincipalRecord {
    /// Its name in the books.
    pub id: PrincipalId,
    /// The tier it stands on.
    pub tier: TierId,
    /// What people want to remember of it.
    pub note: String,
    /// When it was added.
    pub created: Timestamp,
    /// When it was stopped, if it is.
    pub disabled: Option<Timestamp>,
}

/// A credential to be added.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewCredential {
    /// The public part of the key.
    pub id: CredentialId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// The keyed hash of the key.
    pub digest: KeyDigest,
    /// Which key secret made the digest.
    pub hasher: String,
    /// When it ends by itself, if it does.
    pub expires: Option<Timestamp>,
    /// What people want to remember of it.
    pub note: String,
    /// What it may be used for, if not for everything.
    pub scopes: Option<Scopes>,
    /// The credential of the same principal that it takes the place of.
    pub replaces: Option<Replaced>,
}

/// A credential that another takes the place of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Replaced {
    /// Which.
    pub credential: CredentialId,
    /// When it ends at the latest.
    pub until: Timestamp,
}

/// A credential as kept, without its digest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CredentialRecord {
    /// The public part of the key.
    pub id: CredentialId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// Which key secret made its digest.
    pub hasher: String,
    /// What people want to remember of it.
    pub note: String,
    /// When it was added.
    pub created: Timestamp,
    /// When it ends by itself, if it does.
    pub expires: Option<Timestamp>,
    /// When it was ended by hand, if it was.
    pub revoked: Option<Timestamp>,
    /// What it may be used for, if not for everything.
    pub scopes: Option<Scopes>,
    /// The credential it took the place of.
    pub replaces: Option<CredentialId>,
}

/// One entry of the feed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// Its number: later changes have greater ones.
    pub seq: u64,
    /// What is not as it was.
    pub what: ChangeKind,
}

/// What is not as it was.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ChangeKind {
    /// A principal was added, moved, stopped or let go on.
    Principal(PrincipalId),
    /// A credential was added or ended.
    Credential(CredentialId),
    /// A document was written.
    Document {
        /// Its kind.
        kind: Kind,
        /// Its name.
        id: String,
        /// Whom it concerns.
        owner: Owner,
    },
}
