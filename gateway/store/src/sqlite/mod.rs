//! The store in one SQLite file, which other processes may use at the same time.
//!
//! One connection writes, so that writers within a node wait in our queue and not in SQLite's; a few
//! read, and are held to it. The log is write-ahead, so readers and the writer do not wait for each
//! other. The writer syncs at every commit: usage and keys shown once must outlive a power cut.

mod append;
mod audit;
mod callers;
mod documents;
mod kinds;
mod ledger;
mod records;
mod rows;
mod schema;

use crate::StoreError;
use append::Books;
use sqlx::error::DatabaseError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a statement waits for another process to finish writing.
const BUSY: Duration = Duration::from_secs(5);
/// How long a question waits for a connection of ours.
const ACQUIRE: Duration = Duration::from_secs(10);
/// Connections that read. Questions are short: more would only wait for the same disk.
const READERS: u32 = 4;
/// How often a new file is tried when another process is making it at the same time.
const ATTEMPTS: u32 = 40;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    books: Mutex<Books>,
}

impl Sqlite {
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        create(path).await?;
        let options = SqliteConnectOptions::new()
            .filename(absolute(path))
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .optimize_on_close(false, None);
        let writing = options
            .clone()
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let writer = connect(writing).await?;
        schema::migrate(&writer, path).await?;
        let reading = options.synchronous(SqliteSynchronous::Normal).pragma("query_only", "on");
        let readers = pool(READERS).connect_lazy_with(reading);
        Ok(Self { writer, readers, books: Mutex::default() })
    }

    async fn shut(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes the file, for its owner's eyes only. SQLite gives its log files the same mode.
async fn create(path: &Path) -> Result<(), StoreError> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    options.mode(0o600);
    let opened = options.open(path).await.map(drop);
    opened.map_err(|source| StoreError::Path { path: path.into(), source: Arc::new(source) })
}

/// The path from the root: to SQLite, some relative ones are no files.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

fn pool(most: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(most)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Connects the writer. Turning a new file to write-ahead needs it alone and does not wait for it,
/// so a file that another process is just making is tried again.
async fn connect(options: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let mut attempts = ATTEMPTS;
    loop {
        attempts = attempts.saturating_sub(1);
        match pool(1).connect_with(options.clone()).await {
            Ok(pool) => return Ok(pool),
            Err(error) if attempts > 0 && is_busy(&error) => {
                tokio::time::sleep(BETWEEN_ATTEMPTS).await;
            }
            Err(error) => return Err(StoreError::unavailable("open its database")(error)),
        }
    }
}

/// Whether another process was in the way (`SQLITE_BUSY` or `SQLITE_LOCKED`, plain or extended).
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    let primary = code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
    matches!(primary, Some(5 | 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pragma(pool: &SqlitePool, name: &'static str) -> String {
        let text = format!("select cast({name} as text) from pragma_{name}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(pool).await.unwrap()
    }

    #[tokio::test]
    async fn the_writer_syncs_and_readers_cannot_write() {
        let home = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&home.path().join("s.db")).await.unwrap();
        assert_eq!(pragma(&store.writer, "journal_mode").await, "wal");
        assert_eq!(pragma(&store.writer, "synchronous").await, "2", "FULL");
        assert_eq!(pragma(&store.writer, "foreign_keys").await, "1");
        assert_eq!(pragma(&store.readers, "journal_mode").await, "wal");
        assert_eq!(pragma(&store.readers, "synchronous").await, "1", "NORMAL");
        let written = sqlx::query("delete from usage").execute(&store.readers).await;
        assert!(written.unwrap_err().to_string().contains("readonly"));
    }

    #[test]
    fn no_name_means_memory() {
        assert!(absolute(Path::new(":memory:")).is_absolute());
    }
}
