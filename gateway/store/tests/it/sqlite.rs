//! What only the file promises: to be private, shared, durable, and nobody else's.

use crate::world::{
    HandClock, NOW, act, add_credential, add_principal, beside, digest, fresh, kept, put, row,
};
use sluice_config::StoreSpec;
use sluice_config::words::{CredentialId, Operation};
use sluice_store::{
    Batch, Change, ChangeKind, Directory, Kind, Lookup, Owner, Store, StoreError, Write, open,
};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const SCHEMAS: [&str; 2] =
    [include_str!("../fixtures/schema/0001.sql"), include_str!("../fixtures/schema/0002.sql")];

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
    try_by_hand(path, sql).await.unwrap();
}

async fn try_by_hand(path: &Path, sql: &str) -> Result<(), sqlx::Error> {
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
    connection.close().await.unwrap();
    done.map(drop)
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
        let records = &*store.records;
        let known = records.find(&digest(1)).await.unwrap().unwrap();
        assert_eq!(known.principal.credential, CredentialId::new("c1"), "schema {number}");
        assert_eq!(kept(&*store.ledger).await, 2, "schema {number}");
        let head = records.head().await.unwrap();
        assert_eq!(head, [3, 6][number], "schema {number}");
        add_credential(records, "ada", 7).await;
        put(records, fresh(Kind::GRANT, "new", Owner::World, true.into())).await;
        let news = records.changes(head).await.unwrap();
        let news: Vec<_> = news.into_iter().map(|it| (it.seq - head, it.what)).collect();
        let credential = ChangeKind::Credential(CredentialId::new("c7"));
        let (kind, id, owner) = (Kind::GRANT, "new".to_owned(), Owner::World);
        assert_eq!(news, [(1, credential), (2, ChangeKind::Document { kind, id, owner })]);
    }
}

#[tokio::test]
async fn what_schema_2_has_is_still_there() {
    let (_home, path) = home();
    by_hand(&path, SCHEMAS[1]).await;
    let store = store(&path).await.unwrap();
    let known = store.records.find(&digest(3)).await.unwrap().unwrap();
    assert!(!known.scopes.unwrap().has_operation(Operation::Embedding));
    let held: Vec<_> = known.holdings.documents.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(held, ["ada", "g1"]);
    assert_eq!(store.records.audit(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_migrated_feed_counts_on_although_it_was_shortened() {
    let (_home, path) = home();
    by_hand(&path, SCHEMAS[0]).await;
    by_hand(&path, "delete from changes where seq > 1").await;
    let store = store(&path).await.unwrap();
    add_credential(&*store.records, "ada", 7).await;
    let heard = store.records.changes(1).await.unwrap();
    assert_eq!(heard.first().map(|it| it.seq), Some(4), "3 was given away already");
}

#[tokio::test]
async fn no_one_at_a_prompt_can_write_unseen() {
    let (_home, path) = home();
    let store = store(&path).await.unwrap();
    put(&*store.records, fresh(Kind::GRANT, "g", Owner::World, 1.into())).await;
    for (sql, why) in [
        ("update audit set reason = 'none'", "the audit is never changed"),
        ("delete from audit", "the audit is never shortened"),
        ("delete from documents", "a document is never removed"),
        ("update documents set body = '2'", "has a greater version"),
        ("update documents set id = 'h', version = 2", "keeps its kind, id and owner"),
        ("update documents set body = '{', version = 2", "json_valid"),
    ] {
        let refused = try_by_hand(&path, sql).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{sql}: {refused}");
    }
    let head = store.records.head().await.unwrap();
    by_hand(&path, "update documents set body = '2', version = 2").await;
    let news = store.records.changes(head).await.unwrap();
    assert!(matches!(&news[..], [Change { what: ChangeKind::Document { .. }, .. }]), "{news:?}");
}

#[tokio::test]
async fn bounds_that_cannot_be_read_are_not_taken_for_none() {
    let (_home, path) = home();
    let store = store(&path).await.unwrap();
    add_principal(&*store.records, "ada").await;
    add_credential(&*store.records, "ada", 1).await;
    for scopes in [r#"{"model":["open-1"]}"#, r#"{"models":[]}"#, "7"] {
        by_hand(&path, &format!("update credentials set scopes = '{scopes}'")).await;
        assert!(store.records.find(&digest(1)).await.is_err(), "{scopes}");
    }
    by_hand(&path, "update credentials set scopes = null").await;
    assert!(store.records.find(&digest(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn of_two_who_read_the_same_version_one_may_write() {
    let (_home, path) = home();
    let stores = [store(&path).await.unwrap(), store(&path).await.unwrap()];
    let write = fresh(Kind::GRANT, "g", Owner::World, 0.into());
    put(&*stores[0].records, write.clone()).await;
    for version in 1..20 {
        let both = stores.each_ref().map(|store| {
            let write = Write { expected: Some(version), ..write.clone() };
            store.records.commit(Batch { writes: vec![write], act: act() })
        });
        let [one, other] = both;
        let (one, other) = tokio::join!(one, other);
        let conflicts = [&one, &other].map(|it| matches!(it, Err(StoreError::Conflict { .. })));
        assert_eq!(conflicts.iter().filter(|it| **it).count(), 1, "{one:?} {other:?}");
        assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    }
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let (_home, path) = home();
    store(&path).await.unwrap().close().await;
    by_hand(&path, "pragma user_version = 99").await;
    let refused = store(&path).await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, known: 2 }), "{refused:?}");
    assert_eq!(
        refused.to_string(),
        "the store has schema 99 and this sluice knows 2: run the sluice that wrote it, or a newer one"
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
