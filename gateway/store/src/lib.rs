//! What is kept: records, ledger, and the directory in front of them.
//!
//! [`Records`] hold who may call, what belongs to them, and who changed what; the [`Ledger`] holds
//! what calls have cost. [`open`] is the only
//! place that knows which stores there are. A warm call awaits neither: it is identified from the
//! [`Directory`] and its usage goes through the [`Writer`].

pub mod acts;
mod audit;
mod batch;
pub mod bodies;
mod claimed;
pub mod conformance;
mod directory;
mod document;
mod error;
mod holder;
mod holdings;
mod known;
mod ledger;
mod listing;
mod memory;
mod number;
mod records;
mod sqlite;
mod usage;
mod writer;

use sluice_config::StoreSpec;
use std::pin::Pin;
use std::sync::Arc;

pub use audit::{AUDIT_MAX, Act, AuditEntry, Subject};
pub use batch::{Batch, WRITES_MAX, Write};
pub use claimed::Claimed;
pub use directory::{Directory, Lookup};
pub use document::{
    BODY_BYTES_MAX, Document, ID_BYTES_MAX, KIND_BYTES_MAX, Kind, Owner, TAG_BYTES_MAX,
};
pub use error::StoreError;
pub use holdings::{HOLDINGS_MAX, Holdings, WORLD_MAX, holder, holdings, world};
pub use known::{Fallen, Known};
pub use ledger::{By, Ledger, Query, Spent, UsageLine, Used};
pub use listing::{LISTED_MAX, Listing, Whose};
pub use records::{
    CHANGES_MAX, Change, ChangeKind, CredentialRecord, NewCredential, NewPrincipal,
    PrincipalRecord, Records, Replaced,
};
pub use usage::{COUNT_MAX, UsageRow};
pub use writer::{Permit, Writer, WriterCounts};

/// A future of a store, boxed so that stores can be chosen at run time.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A store that is open: both of its faces.
#[derive(Clone, Debug)]
pub struct Store {
    /// Who may call, and what belongs to them.
    pub records: Arc<dyn Records>,
    /// What calls have cost.
    pub ledger: Arc<dyn Ledger>,
}

impl Store {
    fn of<S: Records + Ledger + 'static>(store: S) -> Self {
        let store = Arc::new(store);
        Self { records: store.clone(), ledger: store }
    }

    /// Finishes what is under way and lets go of the files. The last thing to be asked of it.
    pub async fn close(&self) {
        self.ledger.close().await;
    }
}

/// Opens the store the configuration names, making it if there is none.
pub async fn open(spec: &StoreSpec) -> Result<Store, StoreError> {
    match spec {
        StoreSpec::Sqlite { path } => Ok(Store::of(sqlite::Sqlite::open(path).await?)),
        StoreSpec::Memory => Ok(Store::of(memory::Memory::default())),
    }
}
