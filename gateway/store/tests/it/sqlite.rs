//! What only the file promises: to be private, shared, durable, and nobody else's.

use crate::world::{HandClock, NOW, add_credential, add_principal, beside, digest, kept, row};
use sluice_config::StoreSpec;
use sluice_config::words::CredentialId;
use sluice_store::{Directory, Lookup, Store, StoreError, open};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const SCHEMAS: [&str; 1] = [include_str!("../fixtures/schema/0001.sql")];

fn home() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("sluice.db");
    (home, path)
}

async fn store(path: &Path) -> Result<Store, StoreError> {
    open(&StoreSpec::Sqlite { path: path.into() }).await
}

/// Does something to the file as a person with `sqlite3` would.
async fn by_hand(path: &Path, sql: &str) {
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (home, path) = home();
    let store = store(&path).await.unwrap();
    add_principal(&*store.records, "ada").await;
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
}

#[tokio::test]
async fn what_is_kept_is_there_when_it_is_opened_again() {
    let (_home, path) = home();
    let first = store(&path).await.unwrap();
    add_principal(&*first.records, "ada").await;
    add_credential(&*first.records, "ada", 1).await;
    first.ledger.append(&[row(1), row(2)]).await.unwrap();
    first.close().await;
    let second = store(&path).await.unwrap();
    assert!(second.records.find(&digest(1)).await.unwrap().is_some());
    assert_eq!(kept(&*second.ledger).await, 2);
}

#[tokio::test]
async fn two_who_have_it_open_hear_of_each_others_changes() {
    let (_home, path) = home();
    let node = store(&path).await.unwrap();
    let clock = Arc::new(HandClock::default());
    let directory = Directory::new(node.records.clone(), clock, 100);
    directory.catch_up().await.unwrap();
    assert!(directory.load(&digest(1)).await.unwrap().is_none());

    let command = store(&path).await.unwrap();
    add_principal(&*command.records, "ada").await;
    add_credential(&*command.records, "ada", 1).await;
    command.close().await;
    assert_eq!(directory.catch_up().await.unwrap(), 2);
    assert!(matches!(directory.find(&digest(1)), Lookup::Absent));
    let known = directory.load(&digest(1)).await.unwrap().unwrap();
    assert!(known.stands(NOW).is_ok());

    by_hand(&path, "update credentials set revoked = 1 where id = 'c1'").await;
    assert_eq!(directory.catch_up().await.unwrap(), 1);
    let known = directory.load(&digest(1)).await.unwrap().unwrap();
    assert!(known.stands(NOW).is_err());
}

#[tokio::test]
async fn many_may_open_and_write_at_once() {
    let (_home, path) = home();
    let writing: Vec<_> = (0..4).map(|who| beside(write_much(path.clone(), who))).collect();
    for task in writing {
        task.await.unwrap();
    }
    let store = store(&path).await.unwrap();
    assert_eq!(kept(&*store.ledger).await, 400);
}

async fn write_much(path: PathBuf, who: u32) {
    let store = store(&path).await.unwrap();
    for batch in 0..20 {
        let rows: Vec<_> = (0..5).map(|n| row(format!("{who}-{batch}-{n}"))).collect();
        store.ledger.append(&rows).await.unwrap();
        store.records.head().await.unwrap();
    }
}

#[tokio::test]
async fn every_released_schema_is_brought_up_to_date() {
    for (number, schema) in SCHEMAS.iter().enumerate() {
        let (_home, path) = home();
        by_hand(&path, schema).await;
        let store = store(&path).await.unwrap();
        let known = store.records.find(&digest(1)).await.unwrap().unwrap();
        assert_eq!(known.principal.credential, CredentialId::new("c1"), "schema {number}");
        assert_eq!(kept(&*store.ledger).await, 2, "schema {number}");
        assert_eq!(store.records.head().await.unwrap(), 3, "schema {number}");
        add_credential(&*store.records, "ada", 7).await;
    }
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let (_home, path) = home();
    store(&path).await.unwrap().close().await;
    by_hand(&path, "pragma user_version = 99").await;
    let refused = store(&path).await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, known: 1 }), "{refused:?}");
    assert_eq!(
        refused.to_string(),
        "the store has schema 99 and this sluice knows 1: run the sluice that wrote it, or a newer one"
    );
}

#[tokio::test]
async fn the_database_of_another_program_is_left_alone() {
    let (_home, path) = home();
    by_hand(&path, "create table diary (day text)").await;
    let refused = store(&path).await.unwrap_err();
    assert!(matches!(refused, StoreError::Foreign { .. }), "{refused:?}");

    let (_home, path) = home();
    std::fs::write(&path, "dear diary, this is no database at all ".repeat(40)).unwrap();
    assert!(store(&path).await.is_err());
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let (home, _path) = home();
    let refused = store(&home.path().join("nowhere/sluice.db")).await.unwrap_err();
    assert!(refused.to_string().contains("nowhere/sluice.db"), "{refused}");
}
