//! What only the ledger in a file can do wrong: the numbers it has for the words of a row.

use crate::world::row;
use sluice_config::StoreSpec;
use sluice_config::words::PrincipalId;
use sluice_store::{By, Ledger, Query, UsageRow, open};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::path::Path;

fn of(principal: &str, request: impl std::fmt::Display) -> UsageRow {
    UsageRow { principal: PrincipalId::new(principal), ..row(request) }
}

async fn by_principal(ledger: &dyn Ledger) -> Vec<(String, u64)> {
    let query = Query { by: vec![By::Principal], ..Query::default() };
    let lines = ledger.summary(&query).await.unwrap();
    lines.into_iter().map(|line| (line.of.concat(), line.requests)).collect()
}

fn wanted<const N: usize>(lines: [(&str, u64); N]) -> Vec<(String, u64)> {
    lines.map(|(who, calls)| (who.to_owned(), calls)).to_vec()
}

async fn by_hand(path: &Path, sql: &'static str) -> Result<(), sqlx::Error> {
    let mut hand = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut hand).await?;
    hand.close().await
}

#[tokio::test]
async fn a_batch_of_any_length_is_kept_whole_and_once() {
    let home = tempfile::tempdir().unwrap();
    let store = open(&StoreSpec::Sqlite { path: home.path().join("s.db") }).await.unwrap();
    let rows: Vec<_> = (0..683).map(|n| of(&format!("p{}", n % 2), n)).collect();
    let all = wanted([("p0", 342), ("p1", 341)]);
    for length in [1, 3, 4, 5, 15, 17, 63, 64, 65, 255, 256, 257, 683, 683] {
        store.ledger.append(rows.get(..length).unwrap()).await.unwrap();
    }
    assert_eq!(by_principal(&*store.ledger).await, all);
    let mut backwards = rows;
    backwards.reverse();
    backwards.push(of("p9", 0));
    store.ledger.append(&backwards).await.unwrap();
    let kept = by_principal(&*store.ledger).await;
    assert_eq!(kept, all, "a call is known by its request id, whoever it is said to be of");
}

#[tokio::test]
async fn a_batch_that_failed_leaves_no_number_behind() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("s.db");
    let store = open(&StoreSpec::Sqlite { path: path.clone() }).await.unwrap();
    let other = open(&StoreSpec::Sqlite { path: path.clone() }).await.unwrap();
    by_hand(&path, "alter table calls rename to elsewhere").await.unwrap();
    assert!(store.ledger.append(&[of("ada", 1)]).await.is_err());
    by_hand(&path, "alter table elsewhere rename to calls").await.unwrap();
    // Takes the number that ada would have had.
    other.ledger.append(&[of("zoe", 2)]).await.unwrap();
    store.ledger.append(&[of("ada", 1)]).await.unwrap();
    assert_eq!(by_principal(&*store.ledger).await, wanted([("ada", 1), ("zoe", 1)]));
}

#[tokio::test]
async fn two_who_write_mean_the_same_by_a_number() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("s.db");
    let one = open(&StoreSpec::Sqlite { path: path.clone() }).await.unwrap();
    let two = open(&StoreSpec::Sqlite { path }).await.unwrap();
    for turn in 0..10 {
        one.ledger.append(&[of("ada", turn), of("eve", turn + 100)]).await.unwrap();
        two.ledger.append(&[of("eve", turn + 200), of("zoe", turn + 300)]).await.unwrap();
    }
    let all = wanted([("ada", 10), ("eve", 20), ("zoe", 10)]);
    assert_eq!(by_principal(&*one.ledger).await, all);
}

#[tokio::test]
async fn rows_can_be_removed_by_hand_and_the_words_they_need_cannot() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("s.db");
    let store = open(&StoreSpec::Sqlite { path: path.clone() }).await.unwrap();
    store.ledger.append(&[of("ada", 1), of("zoe", 2)]).await.unwrap();
    by_hand(&path, "delete from usage where principal = 'ada'").await.unwrap();
    assert_eq!(by_principal(&*store.ledger).await, wanted([("zoe", 1)]));
    for harm in ["delete from kinds", "update kinds set tier = 'free'"] {
        let refused = by_hand(&path, harm).await.unwrap_err().to_string();
        assert!(refused.contains("a kind of call is never"), "{refused}");
    }
    store.ledger.append(&[of("ada", 3)]).await.unwrap();
    assert_eq!(by_principal(&*store.ledger).await, wanted([("ada", 1), ("zoe", 1)]));
}
