//! What a row of the records means.

use crate::number::from_signed;
use crate::{
    Act, AuditEntry, Change, ChangeKind, CredentialRecord, Document, Kind, Known, Owner,
    PrincipalRecord, StoreError,
};
use serde::de::DeserializeOwned;
use sluice_config::words::{CredentialId, Principal, PrincipalId, Scopes, TierId, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// What a question was doing when it failed.
pub(super) const READING: &str = "read its file";

pub(super) fn principal(row: &SqliteRow) -> Result<PrincipalRecord, StoreError> {
    Ok(PrincipalRecord {
        id: PrincipalId::new(field(row, "id")?),
        tier: TierId::new(field(row, "tier")?),
        note: field(row, "note")?,
        created: Timestamp(from_signed(field(row, "created")?, READING)?),
        disabled: maybe_moment(row, "disabled")?,
    })
}

pub(super) fn credential(row: &SqliteRow) -> Result<CredentialRecord, StoreError> {
    Ok(CredentialRecord {
        id: CredentialId::new(field(row, "id")?),
        principal: PrincipalId::new(field(row, "principal")?),
        hasher: field(row, "hasher")?,
        note: field(row, "note")?,
        created: Timestamp(from_signed(field(row, "created")?, READING)?),
        expires: maybe_moment(row, "expires")?,
        revoked: maybe_moment(row, "revoked")?,
        scopes: scopes(row)?,
        replaces: field::<Option<&str>>(row, "replaces")?.map(CredentialId::new),
    })
}

pub(super) fn known(row: &SqliteRow) -> Result<Known, StoreError> {
    let principal = Principal {
        id: PrincipalId::new(field(row, "id")?),
        tier: TierId::new(field(row, "tier")?),
        credential: CredentialId::new(field(row, "credential")?),
    };
    Ok(Known {
        expires: maybe_moment(row, "expires")?,
        revoked: maybe_moment(row, "revoked")?,
        disabled: maybe_moment(row, "disabled")?,
        scopes: scopes(row)?,
        ..Known::of(principal)
    })
}

pub(super) fn document(row: &SqliteRow) -> Result<Document, StoreError> {
    let (kind, id): (&str, String) = (field(row, "kind")?, field(row, "id")?);
    let (kind, owner) = (kind_of(kind, &id)?, owner(row, &id)?);
    Ok(Document {
        kind,
        owner,
        id,
        tag: field(row, "tag")?,
        body: json(row, "body")?,
        version: from_signed(field(row, "version")?, READING)?,
        created: Timestamp(from_signed(field(row, "created")?, READING)?),
        changed: Timestamp(from_signed(field(row, "changed")?, READING)?),
    })
}

pub(super) fn entry(row: &SqliteRow) -> Result<AuditEntry, StoreError> {
    let act = Act {
        by: field(row, "by")?,
        verb: field(row, "verb")?,
        reason: field(row, "reason")?,
        at: Timestamp(from_signed(field(row, "at")?, READING)?),
    };
    Ok(AuditEntry {
        seq: from_signed(field(row, "seq")?, READING)?,
        act,
        subjects: json(row, "subjects")?,
        detail: json(row, "detail")?,
    })
}

pub(super) fn change(row: &SqliteRow) -> Result<Change, StoreError> {
    let id: &str = field(row, "id")?;
    let what = match field(row, "kind")? {
        "principal" => ChangeKind::Principal(PrincipalId::new(id)),
        "credential" => ChangeKind::Credential(CredentialId::new(id)),
        kind => {
            let (kind, owner) = (kind_of(kind, id)?, owner(row, id)?);
            ChangeKind::Document { kind, id: id.into(), owner }
        }
    };
    Ok(Change { seq: from_signed(field(row, "seq")?, READING)?, what })
}

fn kind_of(kind: &str, id: &str) -> Result<Kind, StoreError> {
    Kind::parse(kind).ok_or_else(|| malformed(kind, id))
}

fn owner(row: &SqliteRow, id: &str) -> Result<Owner, StoreError> {
    let (word, owner) = (field(row, "owner_kind")?, field(row, "owner")?);
    Owner::parse(word, owner).ok_or_else(|| malformed("owner of", id))
}

fn malformed(what: &str, id: &str) -> StoreError {
    StoreError::Malformed { what: what.into(), name: id.into() }
}

/// What a credential may be used for. What cannot be read is an error: it must not be taken for no
/// bounds at all.
fn scopes(row: &SqliteRow) -> Result<Option<Scopes>, StoreError> {
    let text: Option<&str> = field(row, "scopes")?;
    let read = text.map(serde_json::from_str).transpose();
    read.map_err(StoreError::unavailable(READING))
}

fn json<T: DeserializeOwned>(row: &SqliteRow, name: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(field(row, name)?).map_err(StoreError::unavailable(READING))
}

fn maybe_moment(row: &SqliteRow, name: &'static str) -> Result<Option<Timestamp>, StoreError> {
    let moment: Option<i64> = field(row, name)?;
    moment.map(|at| from_signed(at, READING).map(Timestamp)).transpose()
}

pub(super) fn field<'r, T>(row: &'r SqliteRow, name: &'static str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(name).map_err(StoreError::unavailable(READING))
}
