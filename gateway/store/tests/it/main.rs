//! Every store is held to the same suite, and to what only it promises.

#![expect(clippy::unwrap_used, reason = "a check that cannot run has failed")]

mod acts;
mod admitted;
mod directory;
mod ledger;
mod side_by_side;
mod sqlite;
mod stores;
mod world;
mod writer;
