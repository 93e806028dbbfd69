//! Records in SQLite. The feed is written by triggers, in the transaction of the change.

use super::Sqlite;
use super::callers::moment;
use super::rows::{READING, change, credential, field, known, principal};
use crate::number::{clamped, from_signed};
use crate::{
    Act, AuditEntry, Batch, CHANGES_MAX, Change, CredentialRecord, Document, Fut, Kind, Known,
    Listing, NewCredential, NewPrincipal, PrincipalRecord, Records, StoreError,
};
use serde_json::json;
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId, TierId};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};

pub(super) type Statement = Query<'static, sqlx::Sqlite, SqliteArguments>;

impl Records for Sqlite {
    fn create_principal<'a>(&'a self, new: NewPrincipal, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(self.add_principal(new, act))
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

    fn set_tier<'a>(&'a self, id: &'a PrincipalId, tier: &'a TierId, act: &'a Act) -> Fut<'a, ()> {
        let statement = sqlx::query("update principals set tier = ? where id = ?")
            .bind(tier.to_string())
            .bind(id.to_string());
        Box::pin(self.change_principal(statement, id, (act, json!({ "tier": tier }))))
    }

    fn disable<'a>(&'a self, id: &'a PrincipalId, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(async move {
            let sql = "update principals set disabled = coalesce(disabled, ?) where id = ?";
            let statement = sqlx::query(sql).bind(moment(act.at)?).bind(id.to_string());
            self.change_principal(statement, id, (act, json!({}))).await
        })
    }

    fn enable<'a>(&'a self, id: &'a PrincipalId, act: &'a Act) -> Fut<'a, ()> {
        let sql = "update principals set disabled = null where id = ?";
        let statement = sqlx::query(sql).bind(id.to_string());
        Box::pin(self.change_principal(statement, id, (act, json!({}))))
    }

    fn create_credential<'a>(&'a self, new: NewCredential, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(self.add_credential(new, act))
    }

    fn credentials<'a>(&'a self, of: Option<&'a PrincipalId>) -> Fut<'a, Vec<CredentialRecord>> {
        Box::pin(async move {
            let sql =
                "select id, principal, hasher, note, created, expires, revoked, scopes, replaces
                       from credentials where principal = coalesce(?, principal)
                       order by principal, created, id";
            let rows = self.rows(sqlx::query(sql).bind(of.map(ToString::to_string))).await?;
            rows.iter().map(credential).collect()
        })
    }

    fn revoke<'a>(&'a self, id: &'a CredentialId, act: &'a Act) -> Fut<'a, ()> {
        Box::pin(self.end_credential(id, act))
    }

    fn find<'a>(&'a self, digest: &'a KeyDigest) -> Fut<'a, Option<Known>> {
        Box::pin(async move {
            let sql = "select p.id, p.tier, p.disabled, c.id as credential, c.expires, c.revoked,
                              c.scopes
                       from credentials c join principals p on p.id = c.principal
                       where c.digest = ?";
            let rows = self.rows(sqlx::query(sql).bind(digest.0.to_vec())).await?;
            let Some(known) = rows.first().map(known).transpose()? else { return Ok(None) };
            known.with_holdings(self).await.map(Some)
        })
    }

    fn document<'a>(&'a self, kind: &'a Kind, id: &'a str) -> Fut<'a, Option<Document>> {
        Box::pin(self.one(kind, id))
    }

    fn documents<'a>(&'a self, listing: &'a Listing) -> Fut<'a, Vec<Document>> {
        Box::pin(self.list(listing))
    }

    fn commit(&self, batch: Batch) -> Fut<'_, ()> {
        Box::pin(self.write_all(batch))
    }

    fn audit(&self, after: u64, most: usize) -> Fut<'_, Vec<AuditEntry>> {
        Box::pin(self.entries(after, most))
    }

    fn changes(&self, after: u64) -> Fut<'_, Vec<Change>> {
        Box::pin(async move {
            let sql = "select seq, kind, id, owner_kind, owner from changes
                       where seq > ? order by seq limit ?";
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
}
