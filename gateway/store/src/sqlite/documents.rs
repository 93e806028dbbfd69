//! Documents in SQLite.

use super::Sqlite;
use super::audit::WRITING;
use super::rows::{READING, document};
use crate::audit::Note;
use crate::batch::Written;
use crate::number::into_signed;
use crate::{Batch, Document, Kind, Listing, StoreError, Whose, Write};
use sluice_config::words::Timestamp;
use sqlx::{QueryBuilder, SqliteConnection};

const ONE: &str = "select kind, id, owner_kind, owner, tag, body, version, created, changed
    from documents where kind = ? and id = ?";

const SOME: &str = "select kind, id, owner_kind, owner, tag, body, version, created, changed
    from documents";

const PUT: &str = "insert into documents
    (kind, id, owner_kind, owner, tag, body, version, created, changed)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (kind, id) do update
    set tag = excluded.tag, body = excluded.body, version = excluded.version,
        changed = excluded.changed";

impl Sqlite {
    pub(super) async fn one(&self, kind: &Kind, id: &str) -> Result<Option<Document>, StoreError> {
        let rows = self.rows(sqlx::query(ONE).bind(kind.to_string()).bind(id.to_owned())).await?;
        rows.first().map(document).transpose()
    }

    pub(super) async fn list(&self, listing: &Listing) -> Result<Vec<Document>, StoreError> {
        let mut question = question(listing);
        let rows = question.build().fetch_all(&self.readers).await;
        let rows = rows.map_err(StoreError::unavailable(READING))?;
        rows.iter().map(document).collect()
    }

    pub(super) async fn write_all(&self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        let Batch { writes, act } = batch;
        let mut mutation = self.begin(&act).await?;
        let mut written = Vec::with_capacity(writes.len());
        for write in writes {
            written.push(put(mutation.file(), write, act.at).await?);
        }
        mutation.finish(Note::documents(&written)).await
    }
}

/// The question for a listing: only what narrows it is in it, so that each finds its index.
fn question(listing: &Listing) -> QueryBuilder<sqlx::Sqlite> {
    let mut question = QueryBuilder::new(SOME);
    match &listing.owner {
        None => _ = question.push(" where true"),
        Some(Whose::Of(owner)) => {
            question.push(" where owner_kind = ").push_bind(owner.word());
            question.push(" and owner = ").push_bind(owner.id().to_owned());
        }
        // Left to itself, SQLite takes the index by owner, and sorts all of it for each page.
        Some(Whose::NoCallers) => {
            question.push(" indexed by documents_of_no_callers");
            question.push(" where owner_kind in ('world', 'end_user')");
        }
    }
    if let Some(kind) = &listing.kind {
        question.push(" and kind = ").push_bind(kind.to_string());
    }
    if let Some(tag) = &listing.tag {
        question.push(" and tag = ").push_bind(tag.clone());
    }
    if let Some((kind, id)) = &listing.after {
        question.push(" and (kind, id) > (").push_bind(kind.to_string());
        question.push(", ").push_bind(id.clone()).push(")");
    }
    let most = i64::try_from(listing.bound()).unwrap_or(i64::MAX);
    question.push(" order by kind, id limit ").push_bind(most);
    question
}

/// Writes one document over what is there.
async fn put(
    file: &mut SqliteConnection,
    write: Write,
    now: Timestamp,
) -> Result<Document, StoreError> {
    let failed = || StoreError::unavailable(WRITING);
    let found = sqlx::query(ONE).bind(write.kind.as_str()).bind(&write.id);
    let found = found.fetch_optional(&mut *file).await.map_err(failed())?;
    let present = found.as_ref().map(document).transpose()?;
    let Written { document, body } = write.over(present.as_ref(), now)?;
    let Document { kind, id, owner, tag, version, created, changed, body: _ } = &document;
    let statement = sqlx::query(PUT)
        .bind(kind.as_str())
        .bind(id)
        .bind(owner.word())
        .bind(owner.id())
        .bind(tag)
        .bind(body)
        .bind(into_signed(*version, "the version of a document")?)
        .bind(into_signed(created.0, "a time")?)
        .bind(into_signed(changed.0, "a time")?);
    statement.execute(file).await.map_err(failed())?;
    Ok(document)
}
