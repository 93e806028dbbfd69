//! What every store must do, run on each of them by the tests.
//!
//! The checks take a fresh store and say in words what is broken. A store that passes can stand
//! behind the gateway.

mod audit;
mod documents;
mod holdings;
mod ledger;
mod records;

use crate::{Act, Batch, Kind, Owner, Store, StoreError, Write};
use serde_json::Value;
use sluice_config::words::Timestamp;
use std::fmt;

/// What a store does wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// It does something else than it should.
    #[error("{0}")]
    Wrong(String),
    /// It cannot do what it should.
    #[error("the store failed where it should not")]
    Failed(#[from] StoreError),
}

/// Holds a fresh store to everything it must do. Leaves records and usage behind.
pub async fn hold(store: &Store) -> Result<(), Broken> {
    let records = &*store.records;
    records::hold(records).await?;
    documents::hold(records).await?;
    holdings::hold(records).await?;
    audit::hold(records).await?;
    ledger::hold(&*store.ledger).await
}

fn must<T: fmt::Debug + PartialEq>(what: &str, found: &T, wanted: &T) -> Result<(), Broken> {
    if found == wanted {
        return Ok(());
    }
    Err(Broken::Wrong(format!("{what}: found {found:?}, wanted {wanted:?}")))
}

fn absent<T>(what: &str, name: &str, answer: Result<T, StoreError>) -> Result<(), Broken> {
    match answer {
        Err(StoreError::Absent { what: it, name: of }) if it == what && of == name => Ok(()),
        Err(error) => Err(Broken::Wrong(format!("no {what} {name}: the error is {error}"))),
        Ok(_) => Err(Broken::Wrong(format!("there is no {what} {name}, and it was changed"))),
    }
}

fn exists<T>(what: &str, name: &str, answer: Result<T, StoreError>) -> Result<(), Broken> {
    match answer {
        Err(StoreError::Exists { what: it, name: of }) if it == what && of == name => Ok(()),
        Err(error) => Err(Broken::Wrong(format!("a second {what} {name}: the error is {error}"))),
        Ok(_) => Err(Broken::Wrong(format!("a second {what} {name} was added"))),
    }
}

fn conflict<T>(what: &Kind, name: &str, answer: Result<T, StoreError>) -> Result<(), Broken> {
    match answer {
        Err(StoreError::Conflict { what: it, name: of }) if it == *what && of == name => Ok(()),
        Err(error) => Err(Broken::Wrong(format!("{what} {name} as it is not: it says {error}"))),
        Ok(_) => Err(Broken::Wrong(format!("{what} {name} is not so, and was written"))),
    }
}

/// An act at that time.
fn act(ms: u64) -> Act {
    Act { by: "conformance".into(), verb: "try".into(), reason: "it must hold".into(), at: at(ms) }
}

/// A document that must not exist yet, or that must have that version.
fn write(kind: Kind, id: &str, owner: Owner, body: Value, expected: Option<u64>) -> Write {
    Write { kind, id: id.into(), owner, tag: String::new(), body, expected }
}

fn batch(writes: Vec<Write>, ms: u64) -> Batch {
    Batch { writes, act: act(ms) }
}

const fn at(ms: u64) -> Timestamp {
    Timestamp(ms)
}
