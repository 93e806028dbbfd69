//! What callers are told of where an answer is from: headers that name the model's licence, and
//! signed receipts of what was shown.

mod check;
mod claims;
mod kept;
mod keys;
mod make;
mod notice;
mod sealer;

pub(crate) use check::{Checked, answer, check};
pub(crate) use kept::Kept;
pub(crate) use keys::Keys;
pub(crate) use make::key;
pub(crate) use notice::Notice;
use notice::Notices;
pub(crate) use sealer::Sealer;

use sluice_config::policy::Model;
use sluice_config::{Policy, Problems, ProvenanceSpec};
use std::sync::Arc;

/// What a snapshot says of it, ready to be used by every call.
#[derive(Debug)]
pub(crate) struct Provenance {
    notices: Notices,
    /// What receipts are signed and checked with; `None` is no receipts.
    pub(crate) keys: Option<Arc<Keys>>,
}

impl Provenance {
    /// Makes every header and reads every key, noting what cannot be.
    pub(crate) fn assemble(
        spec: &ProvenanceSpec,
        policy: &Policy,
        problems: &mut Problems,
    ) -> Self {
        let keys = spec.receipts.as_ref().and_then(|spec| Keys::assemble(spec, problems));
        Self { notices: Notices::new(spec, policy), keys: keys.map(Arc::new) }
    }

    /// The headers of the answers of a model.
    pub(crate) fn notice(&self, model: &Model) -> Option<&Notice> {
        self.notices.of(model)
    }
}
