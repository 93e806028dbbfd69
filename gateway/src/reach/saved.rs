//! Counts as bytes, so that a restart forgets nobody.

use super::{Reach, Sketch};
use serde::{Deserialize, Serialize};
use sluice_config::words::ModelId;

/// Bytes of all counts: those of more than a thousand models.
pub(crate) const BYTES_MAX: usize = 64 * 1024 * 1024;
/// The form that is written and read. Another one is not read: its counts begin anew.
const VERSION: u32 = 1;
/// Bytes of the seal before the rest.
const SEAL_BYTES: usize = 32;

/// Why saved counts cannot be taken up.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// They were not written with this secret, or changed since.
    #[error("they were not written by this node, with this key secret")]
    Seal,
    /// They are of another version.
    #[error("they are in a form of another version")]
    Form,
}

#[derive(Deserialize, Serialize)]
struct Saved {
    version: u32,
    counts: Vec<(ModelId, u64, Sketch)>,
}

impl Reach {
    /// Every count of the newest month, sealed; `None` if nobody was counted.
    pub(crate) fn snapshot(&self) -> Option<Vec<u8>> {
        let mut counts = Vec::new();
        for entry in &self.models {
            let month = entry.value().month();
            counts.extend(month.sketch.clone().map(|it| (entry.key().clone(), month.number, it)));
        }
        // Older ones are of models that are gone, or that nobody has asked since.
        let newest = counts.iter().map(|(_, month, _)| *month).max()?;
        counts.retain(|(_, month, _)| *month == newest);
        let text = serde_json::to_vec(&Saved { version: VERSION, counts }).ok()?;
        let seal = blake3::keyed_hash(&self.seal, &text);
        Some([seal.as_bytes().as_slice(), &text].concat())
    }

    /// Takes up what [`Self::snapshot`] gave, beside what was counted since.
    ///
    /// # Errors
    ///
    /// They are not what was written, or not in this form.
    pub(crate) fn restore(&self, bytes: &[u8]) -> Result<(), Unreadable> {
        let (seal, text) = bytes.split_first_chunk::<SEAL_BYTES>().ok_or(Unreadable::Seal)?;
        // INVARIANT: only bytes that this node wrote are read: a sketch trusts its own form.
        if blake3::keyed_hash(&self.seal, text) != *seal {
            return Err(Unreadable::Seal);
        }
        let read: Saved = serde_json::from_slice(text).map_err(|_| Unreadable::Form)?;
        if read.version != VERSION {
            return Err(Unreadable::Form);
        }
        for (model, number, sketch) in &read.counts {
            if !self.count(model).month().join(sketch, *number) {
                return Err(Unreadable::Form);
            }
        }
        Ok(())
    }
}
