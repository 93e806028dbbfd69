//! What people do to records: each act looks at what there is, sees that the step is a legal one,
//! and writes it with an entry in the audit, all or nothing.
//!
//! The command line and the admin API do nothing to records but by these. What was written in
//! between by somebody else is a conflict: nothing is written, and the act can be tried again.

mod conduct;
mod grants;
mod heard;
mod kills;
mod licences;
mod people;
mod releases;
mod requests;

pub use conduct::{NewAction, lift, open};
pub use grants::{give, turn};
pub use heard::{Heard, hear};
pub use kills::{order, ordered};
pub use licences::accept;
pub use people::{declare, enrol, organise, place, verify};
pub use releases::{
    Member, Standpoint, join, member, narrow, release, retire_on, standpoint, transition,
};
pub use requests::{Decision, apply, decide, withdraw};

use crate::{Act, Batch, Document, Kind, Owner, Records, StoreError, Write, bodies};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;

/// Why an act was not done. Nothing was written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActError {
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not a legal step from where things are.
    #[error("{0}")]
    Illegal(String),
}

impl ActError {
    fn illegal(why: impl Display) -> Self {
        Self::Illegal(why.to_string())
    }
}

/// A record as it was found: what it says, and what is needed to write it again.
#[derive(Clone, Debug)]
struct Found<T> {
    body: T,
    owner: Owner,
    version: u64,
}

impl<T: DeserializeOwned> Found<T> {
    fn of(document: Document) -> Result<Self, StoreError> {
        let body = bodies::read(&document)?;
        Ok(Self { body, owner: document.owner, version: document.version })
    }
}

/// The record of a kind with this id, if there is one.
async fn find<T: DeserializeOwned>(
    records: &dyn Records,
    kind: &Kind,
    id: &str,
) -> Result<Option<Found<T>>, StoreError> {
    records.document(kind, id).await?.map(Found::of).transpose()
}

/// The record of a kind with this id; that there is none is an error.
async fn found<T: DeserializeOwned>(
    records: &dyn Records,
    kind: &Kind,
    what: &'static str,
    id: &str,
) -> Result<Found<T>, StoreError> {
    let absent = || StoreError::Absent { what, name: id.into() };
    find(records, kind, id).await?.ok_or_else(absent)
}

/// What is to be written of a record.
fn write(
    (kind, id): (Kind, &str),
    owner: Owner,
    tag: &str,
    body: &impl Serialize,
    expected: Option<u64>,
) -> Result<Write, StoreError> {
    let unfit = |_| StoreError::Unfit { what: "the body of a document", rule: "give JSON" };
    let body = serde_json::to_value(body).map_err(unfit)?;
    Ok(Write { kind, id: id.into(), owner, tag: tag.into(), body, expected })
}

async fn commit(records: &dyn Records, writes: Vec<Write>, act: &Act) -> Result<(), ActError> {
    Ok(records.commit(Batch { writes, act: act.clone() }).await?)
}
