//! Why a store could not do what it was asked.

use crate::Kind;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a store could not do what it was asked. Cheap to clone: waiters on one load share it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store did not answer, or answered nonsense; the same question may work later.
    #[error("the store could not {doing}")]
    Unavailable {
        /// What it was doing.
        doing: &'static str,
        /// What it said.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The file cannot be made or opened.
    #[error("cannot open the store {path}: check that its folder exists and may be written")]
    Path {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// A newer sluice has written this store.
    #[error(
        "the store has schema {found} and this sluice knows {known}: run the sluice that wrote it, \
         or a newer one"
    )]
    Newer {
        /// The schema the store has.
        found: i64,
        /// The newest schema this binary knows.
        known: i64,
    },
    /// The file is a database, but of another program.
    #[error("{path} is the database of another program: name a file of its own for the store")]
    Foreign {
        /// Where it is.
        path: PathBuf,
    },
    /// There is no such record.
    #[error("no {what} is called {name}")]
    Absent {
        /// The kind of record.
        what: &'static str,
        /// The name asked for.
        name: String,
    },
    /// There is such a record already.
    #[error("there is a {what} called {name} already: choose another name")]
    Exists {
        /// The kind of record.
        what: &'static str,
        /// The name asked for.
        name: String,
    },
    /// A number is beyond what a store can hold.
    #[error("{what} is beyond what the store can hold: choose a smaller one")]
    OutOfRange {
        /// Which number.
        what: &'static str,
    },
    /// A document is not as the one who writes it believes.
    #[error("the {what} {name} was changed meanwhile: read it again, then try again")]
    Conflict {
        /// The kind of document.
        what: Kind,
        /// Its name.
        name: String,
    },
    /// Something has a shape that is not kept.
    #[error("{what} cannot be kept: {rule}")]
    Unfit {
        /// What it is.
        what: &'static str,
        /// What to give instead.
        rule: &'static str,
    },
    /// What is kept was not written by us.
    #[error("the {what} {name} is not as it should be: correct its record")]
    Malformed {
        /// The kind of record.
        what: String,
        /// Its name.
        name: String,
    },
    /// There is more of something than is read at once.
    #[error("{what}, the most a node reads")]
    TooMany {
        /// Of what there is too much.
        what: String,
    },
    /// A store with a bound has reached it.
    #[error("the store in memory is full at {most} rows: keep them in a file")]
    Full {
        /// The bound.
        most: usize,
    },
}

impl StoreError {
    /// An error of the store's engine, met while it was `doing` something.
    pub(crate) fn unavailable<E>(doing: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Error + Send + Sync + 'static,
    {
        move |source| Self::Unavailable { doing, source: Arc::new(source) }
    }
}
