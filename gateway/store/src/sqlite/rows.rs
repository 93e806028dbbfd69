//! What a row of the records means.

use crate::number::from_signed;
use crate::{Change, ChangeKind, CredentialRecord, Known, PrincipalRecord, StoreError};
use sluice_config::words::{CredentialId, Holder, Principal, PrincipalId, TierId, Timestamp};
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
    })
}

pub(super) fn known(row: &SqliteRow) -> Result<Known, StoreError> {
    let principal = Principal {
        id: PrincipalId::new(field(row, "id")?),
        tier: TierId::new(field(row, "tier")?),
        credential: CredentialId::new(field(row, "credential")?),
    };
    Ok(Known {
        holder: Holder::of(principal.clone()),
        principal,
        expires: maybe_moment(row, "expires")?,
        revoked: maybe_moment(row, "revoked")?,
        disabled: maybe_moment(row, "disabled")?,
    })
}

pub(super) fn change(row: &SqliteRow) -> Result<Change, StoreError> {
    let id: &str = field(row, "id")?;
    let what = match field(row, "kind")? {
        "principal" => ChangeKind::Principal(PrincipalId::new(id)),
        _ => ChangeKind::Credential(CredentialId::new(id)),
    };
    Ok(Change { seq: from_signed(field(row, "seq")?, READING)?, what })
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
