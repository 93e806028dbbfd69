//! The audit in SQLite, and the transaction that every mutation of the records shares with its entry.

use super::Sqlite;
use super::rows::entry;
use crate::audit::Note;
use crate::number::{clamped, into_signed};
use crate::{AUDIT_MAX, Act, AuditEntry, StoreError};
use sqlx::{SqliteConnection, Transaction};

/// What a mutation was doing when it failed.
pub(super) const WRITING: &str = "write its records";

/// A mutation under way: undone unless it is [finished](Self::finish).
#[derive(Debug)]
pub(super) struct Mutation<'a> {
    transaction: Transaction<'static, sqlx::Sqlite>,
    act: &'a Act,
}

impl Sqlite {
    /// Begins a mutation, while other processes wait.
    pub(super) async fn begin<'a>(&self, act: &'a Act) -> Result<Mutation<'a>, StoreError> {
        act.check()?;
        let begun = self.writer.begin_with("begin immediate").await;
        let transaction = begun.map_err(StoreError::unavailable(WRITING))?;
        Ok(Mutation { transaction, act })
    }

    pub(super) async fn entries(
        &self,
        after: u64,
        most: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let sql = "select seq, at, \"by\", verb, subjects, reason, detail from audit
                   where seq > ? order by seq limit ?";
        let most = i64::try_from(most.min(AUDIT_MAX)).unwrap_or(i64::MAX);
        let rows = self.rows(sqlx::query(sql).bind(clamped(after)).bind(most)).await?;
        rows.iter().map(entry).collect()
    }
}

impl Mutation<'_> {
    pub(super) fn file(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// Notes what was done, and keeps both.
    pub(super) async fn finish(mut self, note: Note) -> Result<(), StoreError> {
        let sql = "insert into audit (at, \"by\", verb, subjects, reason, detail)
                   values (?, ?, ?, ?, ?, ?)";
        let subjects = serde_json::to_string(&note.subjects);
        let statement = sqlx::query(sql)
            .bind(into_signed(self.act.at.0, "a time")?)
            .bind(&self.act.by)
            .bind(&self.act.verb)
            .bind(subjects.map_err(StoreError::unavailable(WRITING))?)
            .bind(&self.act.reason)
            .bind(note.detail.to_string());
        let noted = statement.execute(self.file()).await;
        noted.map_err(StoreError::unavailable(WRITING))?;
        self.transaction.commit().await.map_err(StoreError::unavailable(WRITING))
    }
}
