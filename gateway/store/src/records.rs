//! Who may call: principals, their credentials, and the feed of what changed.

use crate::Fut;
use sluice_config::words::{
    CredentialId, Holder, KeyDigest, Principal, PrincipalId, TierId, Timestamp,
};
use std::fmt;

/// The most changes one question of the feed answers.
pub const CHANGES_MAX: usize = 1000;

/// Who may call. Each change is in the feed as soon as it can be read.
pub trait Records: fmt::Debug + Send + Sync {
    /// Adds a principal.
    fn create_principal(&self, new: NewPrincipal, now: Timestamp) -> Fut<'_, ()>;

    /// Every principal, by id.
    fn principals(&self) -> Fut<'_, Vec<PrincipalRecord>>;

    /// One principal.
    fn principal<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, Option<PrincipalRecord>>;

    /// Puts a principal on another tier.
    fn set_tier<'a>(&'a self, id: &'a PrincipalId, tier: &'a TierId) -> Fut<'a, ()>;

    /// Stops a principal, with all its credentials. The first time it happened is kept.
    fn disable<'a>(&'a self, id: &'a PrincipalId, now: Timestamp) -> Fut<'a, ()>;

    /// Lets a stopped principal call again.
    fn enable<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, ()>;

    /// Adds a credential to a principal.
    fn create_credential(&self, new: NewCredential, now: Timestamp) -> Fut<'_, ()>;

    /// Every credential, or those of one principal, by principal and age.
    fn credentials<'a>(&'a self, of: Option<&'a PrincipalId>) -> Fut<'a, Vec<CredentialRecord>>;

    /// Ends a credential for ever. The first time it happened is kept.
    fn revoke<'a>(&'a self, id: &'a CredentialId, now: Timestamp) -> Fut<'a, ()>;

    /// Who has the key with this digest; `None` if no one ever had.
    fn find<'a>(&'a self, digest: &'a KeyDigest) -> Fut<'a, Option<Known>>;

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
}

/// Who has a key, and whether it still stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Who it is.
    pub principal: Principal,
    /// The same, with all that records say of it.
    pub holder: Holder,
    /// When the credential ends by itself, if it does.
    pub expires: Option<Timestamp>,
    /// When the credential was ended by hand, if it was.
    pub revoked: Option<Timestamp>,
    /// When the principal was stopped, if it is.
    pub disabled: Option<Timestamp>,
}

impl Known {
    /// Whether the key still stands at `now`; if not, why, for the log and never for the caller.
    pub fn stands(&self, now: Timestamp) -> Result<&Principal, Fallen> {
        if self.revoked.is_some() {
            return Err(Fallen::Revoked);
        }
        if self.disabled.is_some() {
            return Err(Fallen::Disabled);
        }
        if self.expires.is_some_and(|at| at <= now) {
            return Err(Fallen::Expired);
        }
        Ok(&self.principal)
    }
}

/// Why a key that is known no longer stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fallen {
    /// The credential was ended by hand.
    #[error("the credential is revoked")]
    Revoked,
    /// The principal was stopped.
    #[error("the principal is disabled")]
    Disabled,
    /// The credential's time is over.
    #[error("the credential has expired")]
    Expired,
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
}
