//! Records as commands need them: page by page, with words for what went wrong, and new names.

use super::out::Failure;
use sluice_config::words::Timestamp;
use sluice_store::acts::ActError;
use sluice_store::{Document, Kind, LISTED_MAX, Listing, Owner, Store, bodies};

/// A record, and whose it is.
#[derive(Debug)]
pub(super) struct Record<T> {
    pub(super) id: String,
    pub(super) owner: Owner,
    pub(super) body: T,
    pub(super) created: Timestamp,
}

impl<T: serde::de::DeserializeOwned> Record<T> {
    fn of(document: Document) -> Result<Self, Failure> {
        let body = bodies::read(&document).map_err(unread)?;
        let Document { id, owner, created, .. } = document;
        Ok(Self { id, owner, body, created })
    }
}

/// Every record of a kind, or those of one owner, by id.
pub(super) async fn all<T: serde::de::DeserializeOwned>(
    store: &Store,
    kind: Kind,
    owner: Option<&Owner>,
) -> Result<Vec<Record<T>>, Failure> {
    let found = documents(store, kind, owner, "").await?;
    found.into_iter().map(Record::of).collect()
}

/// Every document of a kind, or those of one owner, whose id begins with `prefix`.
pub(super) async fn documents(
    store: &Store,
    kind: Kind,
    owner: Option<&Owner>,
    prefix: &str,
) -> Result<Vec<Document>, Failure> {
    let after = (!prefix.is_empty()).then(|| (kind.clone(), prefix.to_owned()));
    let owner = owner.cloned().map(Into::into);
    let mut listing = Listing { kind: Some(kind), owner, after, ..Listing::default() };
    let mut found = Vec::new();
    loop {
        let page = store.records.documents(&listing).await.map_err(unread)?;
        let more = page.len() >= LISTED_MAX;
        listing.after = page.last().map(|last| (last.kind.clone(), last.id.clone()));
        let before = found.len();
        let read = page.len();
        found.extend(page.into_iter().take_while(|document| document.id.starts_with(prefix)));
        if !more || found.len().saturating_sub(before) < read {
            return Ok(found);
        }
    }
}

/// The record of a kind with this name.
pub(super) async fn one<T: serde::de::DeserializeOwned>(
    store: &Store,
    kind: Kind,
    what: &str,
    id: &str,
) -> Result<Record<T>, Failure> {
    let found = store.records.document(&kind, id).await.map_err(unread)?;
    let absent = || Failure::Other(format!("no {what} is called {id}"));
    Record::of(found.ok_or_else(absent)?)
}

/// That records could not be read.
pub(super) fn unread(error: impl std::fmt::Display) -> Failure {
    Failure::of("records cannot be read", error)
}

/// That an act was not done.
pub(super) fn undone(error: ActError) -> Failure {
    match error {
        ActError::Illegal(why) => Failure::Other(why),
        error => Failure::of("nothing was changed", error),
    }
}

/// A new name in the books.
pub(super) fn fresh(prefix: &str) -> Result<String, Failure> {
    let random = crate::ids::random().map_err(|error| Failure::of("no random bytes", error))?;
    Ok(format!("{prefix}_{:032x}", u128::from_be_bytes(random)))
}
