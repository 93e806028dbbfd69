//! Writing batches: many rows a statement, since what costs is the statement and not the row.

use super::Sqlite;
use super::kinds::{Kind, Kinds, Numbers};
use crate::number::clamped;
use crate::{COUNT_MAX, StoreError, UsageRow};
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};
use std::sync::Arc;

pub(super) const WRITING: &str = "write its ledger";

/// The rows a statement takes, largest first. Few sizes, so that each is prepared once and kept.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];
/// The values of a row.
const VALUES: usize = 7;

/// What the one who writes has ready. Locked for as long as a batch is written.
#[derive(Debug)]
pub(super) struct Books {
    kinds: Kinds,
    inserts: [(usize, Arc<str>); SIZES.len()],
}

impl Default for Books {
    fn default() -> Self {
        Self { kinds: Kinds::default(), inserts: SIZES.map(|rows| (rows, insert(rows).into())) }
    }
}

impl Sqlite {
    /// Writes a batch in one transaction.
    pub(super) async fn write(&self, rows: &[UsageRow]) -> Result<(), StoreError> {
        let failed = || StoreError::unavailable(WRITING);
        let mut books = self.books.lock().await;
        let begin = "begin immediate";
        let mut transaction = self.writer.begin_with(begin).await.map_err(failed())?;
        let mut found = Numbers::default();
        let mut numbered = Vec::with_capacity(rows.len());
        for row in rows {
            let kind = number(&books.kinds, &mut found, row, &mut transaction).await?;
            numbered.push((row, kind));
        }
        let mut left = numbered.as_slice();
        for (size, insert) in &books.inserts {
            while let Some((chunk, rest)) = left.split_at_checked(*size) {
                let values = values(chunk).map_err(failed())?;
                let statement = sqlx::query_with(AssertSqlSafe(Arc::clone(insert)), values);
                statement.execute(&mut *transaction).await.map_err(failed())?;
                left = rest;
            }
        }
        transaction.commit().await.map_err(failed())?;
        // INVARIANT: only now. What a transaction added is not there if it failed.
        books.kinds.learn(found);
        Ok(())
    }
}

/// The statement for that many rows.
fn insert(rows: usize) -> String {
    let row = "(?, ?, ?, ?, ?, ?, ?)";
    let values = vec![row; rows].join(", ");
    format!(
        "insert into calls (request_id, at, kind, prompt_tokens, completion_tokens, duration_ms,
         ttft_ms) values {values} on conflict (at, request_id) do nothing"
    )
}

async fn number(
    known: &Kinds,
    found: &mut Numbers,
    row: &UsageRow,
    file: &mut SqliteConnection,
) -> Result<i64, StoreError> {
    let kind = Kind::of(row);
    if let Some(number) = known.get(&kind).or_else(|| found.get(&kind).copied()) {
        return Ok(number);
    }
    let number = kind.number(file).await?;
    found.insert(kind, number);
    Ok(number)
}

fn values(rows: &[(&UsageRow, i64)]) -> Result<SqliteArguments, sqlx::Error> {
    let mut values = SqliteArguments::default();
    values.reserve(rows.len().saturating_mul(VALUES), 0);
    for (row, kind) in rows {
        add(&mut values, row, *kind).map_err(sqlx::Error::Encode)?;
    }
    Ok(values)
}

fn add(values: &mut SqliteArguments, row: &UsageRow, kind: i64) -> Result<(), BoxDynError> {
    let count = |number: u64| clamped(number.min(COUNT_MAX));
    values.add(Arc::clone(&row.request_id))?;
    values.add(clamped(row.at.0))?;
    values.add(kind)?;
    values.add(count(row.prompt_tokens))?;
    values.add(count(row.completion_tokens))?;
    values.add(count(row.duration_ms))?;
    values.add(row.ttft_ms.map(count))
}
