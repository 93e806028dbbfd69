//! Batches: documents written together or not at all, each only if it is as it was when it was read.

use crate::document::{BODY_BYTES_MAX, ID_BYTES_MAX, TAG_BYTES_MAX};
use crate::number::into_signed;
use crate::{Act, Document, Kind, Owner, StoreError};
use serde_json::Value;
use sluice_config::words::Timestamp;

/// The most writes of one batch.
pub const WRITES_MAX: usize = 256;

/// Documents to be written together, and who writes them and why. Writes happen in order; a batch
/// of none is an entry in the audit alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Batch {
    /// What is written.
    pub writes: Vec<Write>,
    /// Who writes it, and why.
    pub act: Act,
}

impl Batch {
    /// Whether it may be tried at all.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.act.check()?;
        if self.writes.len() > WRITES_MAX {
            return Err(StoreError::OutOfRange { what: "the number of writes of one batch" });
        }
        Ok(())
    }
}

/// A document to be written. There is no removing one: what is over says so in its body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Write {
    /// What kind of record it is.
    pub kind: Kind,
    /// Its name among those of its kind.
    pub id: String,
    /// Whom it concerns. A document keeps the owner it was first written with.
    pub owner: Owner,
    /// A word to list it by. May be empty.
    pub tag: String,
    /// What it says.
    pub body: Value,
    /// The version it was read at; `None` if there must be no such document yet.
    pub expected: Option<u64>,
}

/// A document that may be written, and its body as text. Both stores keep what this text is read as.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) document: Document,
    pub(crate) body: String,
}

impl Write {
    /// What comes of this write where `present` is. The one rule of all stores.
    pub(crate) fn over(
        self,
        present: Option<&Document>,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let Self { kind, id, owner, tag, body, expected } = self;
        check(&id, &owner, &tag)?;
        let (text, body) = normal(&body)?;
        let same = present.is_none_or(|present| present.owner == owner);
        if present.map(|present| present.version) != expected || !same {
            return Err(StoreError::Conflict { what: kind, name: id });
        }
        let version = expected.unwrap_or(0).saturating_add(1);
        into_signed(version, "the version of a document")?;
        let created = present.map_or(now, |present| present.created);
        let document = Document { kind, id, owner, tag, body, version, created, changed: now };
        Ok(Written { document, body: text })
    }
}

fn check(id: &str, owner: &Owner, tag: &str) -> Result<(), StoreError> {
    named(id, "the id of a document")?;
    if *owner != Owner::World {
        named(owner.id(), "the owner of a document")?;
    }
    if tag.len() > TAG_BYTES_MAX || tag.contains(char::is_control) {
        let rule = "give at most 64 bytes without control characters";
        return Err(StoreError::Unfit { what: "the tag of a document", rule });
    }
    Ok(())
}

fn named(id: &str, what: &'static str) -> Result<(), StoreError> {
    if id.is_empty() || id.len() > ID_BYTES_MAX || id.contains(char::is_control) {
        let rule = "give 1 to 256 bytes without control characters";
        return Err(StoreError::Unfit { what, rule });
    }
    Ok(())
}

/// A body as text, and as that text is read: what cannot be read again is not kept.
fn normal(body: &Value) -> Result<(String, Value), StoreError> {
    let unfit = |rule| StoreError::Unfit { what: "the body of a document", rule };
    let text = serde_json::to_string(body).map_err(|_| unfit("give JSON"))?;
    if text.len() > BODY_BYTES_MAX {
        return Err(unfit("give at most 64 KiB of JSON"));
    }
    let read = serde_json::from_str(&text).map_err(|_| unfit("nest it less deeply"))?;
    Ok((text, read))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(body: Value) -> Write {
        let (kind, id) = (Kind::GRANT, "g1".to_owned());
        Write { kind, id, owner: Owner::World, tag: String::new(), body, expected: None }
    }

    #[test]
    fn a_body_is_bounded_in_bytes_and_depth() {
        let long = |bytes: usize| write(Value::from("x".repeat(bytes - 2)));
        assert!(long(BODY_BYTES_MAX).over(None, Timestamp(1)).is_ok());
        let refused = long(BODY_BYTES_MAX + 1).over(None, Timestamp(1)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the body of a document cannot be kept: give at most 64 KiB of JSON"
        );
        let deep = |depth| (0..depth).fold(Value::Null, |inner, _| Value::from(vec![inner]));
        assert!(write(deep(100)).over(None, Timestamp(1)).is_ok());
        assert!(write(deep(200)).over(None, Timestamp(1)).is_err());
    }

    #[test]
    fn the_last_version_is_the_last() {
        let last = i64::MAX.unsigned_abs();
        let first = write(Value::Null).over(None, Timestamp(1)).unwrap().document;
        let present = Document { version: last, ..first };
        let next = Write { expected: Some(last), ..write(Value::Null) };
        let refused = next.over(Some(&present), Timestamp(2));
        assert!(matches!(refused, Err(StoreError::OutOfRange { .. })), "{refused:?}");
    }
}
