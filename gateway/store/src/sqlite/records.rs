//! Records in SQLite. The feed is written by triggers, in the transaction of the change.

use super::Sqlite;
use super::rows::{READING, change, credential, field, known, principal};
use crate::number::{clamped, from_signed, into_signed};
use crate::{
    CHANGES_MAX, Change, CredentialRecord, Fut, Known, NewCredential, NewPrincipal,
    PrincipalRecord, Records, StoreError,
};
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId, TierId, Timestamp};
use sqlx::error::DatabaseError;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};

type Statement = Query<'static, sqlx::Sqlite, SqliteArguments>;

const WRITING: &str = "write its records";

impl Records for Sqlite {
    fn create_principal(&self, new: NewPrincipal, now: Timestamp) -> Fut<'_, ()> {
        Box::pin(async move {
            let sql = "insert into principals (id, tier, note, created) values (?, ?, ?, ?)";
            let statement = sqlx::query(sql)
                .bind(new.id.to_string())
                .bind(new.tier.to_string())
                .bind(new.note)
                .bind(moment(now)?);
            self.add(statement, "principal", new.id.as_str()).await
        })
    }

    fn principals(&self) -> Fut<'_, Vec<PrincipalRecord>> {
        Box::pin(async move {
            let sql = "select id, tier, note, created, disabled from principals order by id";
            let rows = self.rows(sqlx::query(sql)).await?;
            rows.iter().map(principal).collect()
        })
    }

    fn principal<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, Option<PrincipalRecord>> {
        Box::pin(async move {
            let sql = "select id, tier, note, created, disabled from principals where id = ?";
            let rows = self.rows(sqlx::query(sql).bind(id.to_string())).await?;
            rows.first().map(principal).transpose()
        })
    }

    fn set_tier<'a>(&'a self, id: &'a PrincipalId, tier: &'a TierId) -> Fut<'a, ()> {
        let statement = sqlx::query("update principals set tier = ? where id = ?")
            .bind(tier.to_string())
            .bind(id.to_string());
        Box::pin(self.change(statement, "principal", id.as_str()))
    }

    fn disable<'a>(&'a self, id: &'a PrincipalId, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move {
            let sql = "update principals set disabled = coalesce(disabled, ?) where id = ?";
            let statement = sqlx::query(sql).bind(moment(now)?).bind(id.to_string());
            self.change(statement, "principal", id.as_str()).await
        })
    }

    fn enable<'a>(&'a self, id: &'a PrincipalId) -> Fut<'a, ()> {
        let sql = "update principals set disabled = null where id = ?";
        let statement = sqlx::query(sql).bind(id.to_string());
        Box::pin(self.change(statement, "principal", id.as_str()))
    }

    fn create_credential(&self, new: NewCredential, now: Timestamp) -> Fut<'_, ()> {
        Box::pin(async move {
            let sql = "insert into credentials
                       (id, principal, digest, hasher, note, created, expires)
                       values (?, ?, ?, ?, ?, ?, ?)";
            let statement = sqlx::query(sql)
                .bind(new.id.to_string())
                .bind(new.principal.to_string())
                .bind(new.digest.0.to_vec())
                .bind(new.hasher)
                .bind(new.note)
                .bind(moment(now)?)
                .bind(new.expires.map(moment).transpose()?);
            let added = self.add(statement, "credential", new.id.as_str()).await;
            added.map_err(|error| orphan(error, &new.principal))
        })
    }

    fn credentials<'a>(&'a self, of: Option<&'a PrincipalId>) -> Fut<'a, Vec<CredentialRecord>> {
        Box::pin(async move {
            let sql = "select id, principal, hasher, note, created, expires, revoked
                       from credentials where principal = coalesce(?, principal)
                       order by principal, created, id";
            let rows = self.rows(sqlx::query(sql).bind(of.map(ToString::to_string))).await?;
            rows.iter().map(credential).collect()
        })
    }

    fn revoke<'a>(&'a self, id: &'a CredentialId, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move {
            let sql = "update credentials set revoked = coalesce(revoked, ?) where id = ?";
            let statement = sqlx::query(sql).bind(moment(now)?).bind(id.to_string());
            self.change(statement, "credential", id.as_str()).await
        })
    }

    fn find<'a>(&'a self, digest: &'a KeyDigest) -> Fut<'a, Option<Known>> {
        Box::pin(async move {
            let sql = "select p.id, p.tier, p.disabled, c.id as credential, c.expires, c.revoked
                       from credentials c join principals p on p.id = c.principal
                       where c.digest = ?";
            let rows = self.rows(sqlx::query(sql).bind(digest.0.to_vec())).await?;
            rows.first().map(known).transpose()
        })
    }

    fn changes(&self, after: u64) -> Fut<'_, Vec<Change>> {
        Box::pin(async move {
            let sql = "select seq, kind, id from changes where seq > ? order by seq limit ?";
            let most = i64::try_from(CHANGES_MAX).unwrap_or(i64::MAX);
            let rows = self.rows(sqlx::query(sql).bind(clamped(after)).bind(most)).await?;
            rows.iter().map(change).collect()
        })
    }

    fn head(&self) -> Fut<'_, u64> {
        Box::pin(async move {
            let sql = "select coalesce(max(seq), 0) as seq from changes";
            let rows = self.rows(sqlx::query(sql)).await?;
            rows.first().map_or(Ok(0), |row| from_signed(field(row, "seq")?, READING))
        })
    }
}

impl Sqlite {
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<SqliteRow>, StoreError> {
        statement.fetch_all(&self.readers).await.map_err(StoreError::unavailable(READING))
    }

    async fn add(
        &self,
        statement: Statement,
        what: &'static str,
        name: &str,
    ) -> Result<(), StoreError> {
        match statement.execute(&self.writer).await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_database_error().is_some_and(DatabaseError::is_unique_violation) =>
            {
                Err(StoreError::Exists { what, name: name.into() })
            }
            Err(error) => Err(StoreError::unavailable(WRITING)(error)),
        }
    }

    async fn change(
        &self,
        statement: Statement,
        what: &'static str,
        name: &str,
    ) -> Result<(), StoreError> {
        let done = statement.execute(&self.writer).await;
        match done.map_err(StoreError::unavailable(WRITING))?.rows_affected() {
            0 => Err(StoreError::Absent { what, name: name.into() }),
            _ => Ok(()),
        }
    }
}

/// A credential that could not be added for want of its principal says so.
fn orphan(error: StoreError, principal: &PrincipalId) -> StoreError {
    match &error {
        StoreError::Unavailable { source, .. }
            if source
                .downcast_ref::<sqlx::Error>()
                .and_then(sqlx::Error::as_database_error)
                .is_some_and(DatabaseError::is_foreign_key_violation) =>
        {
            StoreError::Absent { what: "principal", name: principal.to_string() }
        }
        _ => error,
    }
}

fn moment(at: Timestamp) -> Result<i64, StoreError> {
    into_signed(at.0, "a time")
}
