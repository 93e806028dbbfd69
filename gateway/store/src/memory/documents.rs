//! Documents in memory.

use super::{Kept, ROWS_MAX};
use crate::audit::Note;
use crate::{Batch, ChangeKind, Document, Kind, Listing, StoreError};
use std::collections::BTreeMap;
use std::ops::Bound;

impl Kept {
    pub(super) fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        self.may(&batch.act)?;
        let Batch { writes, act } = batch;
        if self.documents.len().saturating_add(writes.len()) > ROWS_MAX {
            return Err(StoreError::Full { most: ROWS_MAX });
        }
        // INVARIANT: nothing is kept before every write has been found to be possible.
        let mut staged: BTreeMap<(Kind, String), Document> = BTreeMap::new();
        let mut written = Vec::with_capacity(writes.len());
        for write in writes {
            let name = (write.kind.clone(), write.id.clone());
            let present = staged.get(&name).or_else(|| self.documents.get(&name));
            let document = write.over(present, act.at)?.document;
            staged.insert(name, document.clone());
            written.push(document);
        }
        self.documents.extend(staged);
        self.note(&act, Note::documents(&written));
        for Document { kind, id, owner, .. } in written {
            self.changed(ChangeKind::Document { kind, id, owner });
        }
        Ok(())
    }

    pub(super) fn list(&self, listing: &Listing) -> Vec<Document> {
        let from = listing.after.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let rest = self.documents.range((from, Bound::Unbounded)).map(|(_, document)| document);
        rest.filter(|document| listing.has(document)).take(listing.bound()).cloned().collect()
    }
}
