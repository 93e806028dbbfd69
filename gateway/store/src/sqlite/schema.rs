//! The numbered migrations, and the guard against a database that is not ours to touch.

use crate::StoreError;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};
use std::path::Path;

/// One step of the schema each, in order. A released step is never changed: add the next one, and a
/// database of it to `tests/fixtures/schema/`.
const MIGRATIONS: [&str; 2] =
    [include_str!("migrations/0001_first.sql"), include_str!("migrations/0002_records.sql")];

/// "Slce", in the header of the file: whose database it is.
const APPLICATION: i64 = 0x536c_6365;

/// Brings the schema up to date, all steps or none, while other processes wait.
pub(super) async fn migrate(pool: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let failed = || StoreError::unavailable("bring its schema up to date");
    let mut transaction = pool.begin_with("begin immediate").await.map_err(failed())?;
    let found = version(&mut transaction, path).await?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let done = usize::try_from(found).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(done) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await.map_err(failed())?;
    }
    if found < known {
        let stamp = format!("pragma application_id = {APPLICATION}; pragma user_version = {known}");
        // Two numbers of ours: a pragma takes no parameters.
        let stamp = sqlx::AssertSqlSafe(stamp);
        sqlx::raw_sql(stamp).execute(&mut *transaction).await.map_err(failed())?;
    }
    transaction.commit().await.map_err(failed())
}

/// The schema the database has; 0 if it is new.
async fn version(
    transaction: &mut Transaction<'_, Sqlite>,
    path: &Path,
) -> Result<i64, StoreError> {
    let sql = "select (select application_id from pragma_application_id),
                      (select user_version from pragma_user_version),
                      (select count(*) from sqlite_schema)";
    let (application, version, things): (i64, i64, i64) = sqlx::query_as(sql)
        .fetch_one(&mut **transaction)
        .await
        .map_err(StoreError::unavailable("read its schema"))?;
    match (application, things) {
        (APPLICATION, _) => Ok(version),
        (0, 0) => Ok(0),
        _ => Err(StoreError::Foreign { path: path.into() }),
    }
}
