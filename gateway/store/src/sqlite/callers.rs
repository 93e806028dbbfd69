//! Principals and credentials in SQLite, as they change.

use super::Sqlite;
use super::audit::{Mutation, WRITING};
use super::records::Statement;
use super::rows::field;
use crate::audit::Note;
use crate::number::into_signed;
use crate::{Act, NewCredential, NewPrincipal, Replaced, StoreError};
use serde_json::{Value, json};
use sluice_config::words::{CredentialId, PrincipalId, Timestamp};
use sqlx::error::DatabaseError;

impl Sqlite {
    pub(super) async fn add_principal(
        &self,
        new: NewPrincipal,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut mutation = self.begin(act).await?;
        let sql = "insert into principals (id, tier, note, created) values (?, ?, ?, ?)";
        let statement = sqlx::query(sql)
            .bind(new.id.to_string())
            .bind(new.tier.to_string())
            .bind(new.note)
            .bind(moment(act.at)?);
        add(&mut mutation, statement, ("principal", new.id.as_str())).await?;
        mutation.finish(Note::principal(&new.id, json!({ "tier": new.tier }))).await
    }

    /// Does something to one principal.
    pub(super) async fn change_principal(
        &self,
        statement: Statement,
        id: &PrincipalId,
        (act, detail): (&Act, Value),
    ) -> Result<(), StoreError> {
        let mut mutation = self.begin(act).await?;
        let changed = change(&mut mutation, statement).await?;
        if !changed {
            return Err(StoreError::Absent { what: "principal", name: id.to_string() });
        }
        mutation.finish(Note::principal(id, detail)).await
    }

    pub(super) async fn add_credential(
        &self,
        new: NewCredential,
        act: &Act,
    ) -> Result<(), StoreError> {
        let expires = new.expires.map(moment).transpose()?;
        let note = Note::added(&new);
        let scopes = new.scopes.as_ref().map(serde_json::to_string).transpose();
        let mut mutation = self.begin(act).await?;
        if let Some(old) = &new.replaces {
            end(&mut mutation, &new.principal, old).await?;
        }
        let sql = "insert into credentials
                   (id, principal, digest, hasher, note, created, expires, scopes, replaces)
                   values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let statement = sqlx::query(sql)
            .bind(new.id.to_string())
            .bind(new.principal.to_string())
            .bind(new.digest.0.to_vec())
            .bind(new.hasher)
            .bind(new.note)
            .bind(moment(act.at)?)
            .bind(expires)
            .bind(scopes.map_err(StoreError::unavailable(WRITING))?)
            .bind(new.replaces.map(|old| old.credential.to_string()));
        let added = add(&mut mutation, statement, ("credential", new.id.as_str())).await;
        added.map_err(|error| orphan(error, &new.principal))?;
        mutation.finish(note).await
    }

    pub(super) async fn end_credential(
        &self,
        id: &CredentialId,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut mutation = self.begin(act).await?;
        let sql = "update credentials set revoked = coalesce(revoked, ?) where id = ?
                   returning principal";
        let statement = sqlx::query(sql).bind(moment(act.at)?).bind(id.as_str());
        let changed = statement.fetch_optional(mutation.file()).await;
        let changed = changed.map_err(StoreError::unavailable(WRITING))?;
        let absent = || StoreError::Absent { what: "credential", name: id.to_string() };
        let of = PrincipalId::new(field(&changed.ok_or_else(absent)?, "principal")?);
        mutation.finish(Note::credential(&of, id)).await
    }
}

/// Has a credential end at the latest then; what ends sooner still does.
async fn end(
    mutation: &mut Mutation<'_>,
    of: &PrincipalId,
    old: &Replaced,
) -> Result<(), StoreError> {
    let sql = "update credentials set expires = min(coalesce(expires, ?1), ?1)
               where id = ?2 and principal = ?3";
    let statement = sqlx::query(sql)
        .bind(moment(old.until)?)
        .bind(old.credential.to_string())
        .bind(of.to_string());
    if !change(mutation, statement).await? {
        let name = old.credential.to_string();
        return Err(StoreError::Absent { what: "credential", name });
    }
    Ok(())
}

async fn add(
    mutation: &mut Mutation<'_>,
    statement: Statement,
    (what, name): (&'static str, &str),
) -> Result<(), StoreError> {
    match statement.execute(mutation.file()).await {
        Ok(_) => Ok(()),
        Err(error) if error.as_database_error().is_some_and(DatabaseError::is_unique_violation) => {
            Err(StoreError::Exists { what, name: name.into() })
        }
        Err(error) => Err(StoreError::unavailable(WRITING)(error)),
    }
}

/// Whether there was something to change.
async fn change(mutation: &mut Mutation<'_>, statement: Statement) -> Result<bool, StoreError> {
    let done = statement.execute(mutation.file()).await;
    Ok(done.map_err(StoreError::unavailable(WRITING))?.rows_affected() > 0)
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

pub(super) fn moment(at: Timestamp) -> Result<i64, StoreError> {
    into_signed(at.0, "a time")
}
