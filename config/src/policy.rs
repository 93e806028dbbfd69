//! The compiled policy: immutable tables, one look-up a question.

use crate::words::{
    Caps, LicenceId, Limit, Link, ModelId, Operation, Profiles, ReleaseStage, RevisionId, Strategy,
    TierId, UpstreamId,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Everything the file says about who may use what. Made only by [`crate::compile`].
#[derive(Debug, Default)]
pub struct Policy {
    pub(crate) version: String,
    pub(crate) tiers: BTreeMap<TierId, Arc<Tier>>,
    pub(crate) models: BTreeMap<ModelId, Arc<Model>>,
    pub(crate) names: HashMap<Box<str>, Arc<Model>>,
}

/// A tier: capacity and safeguards.
#[derive(Debug)]
pub struct Tier {
    /// Its name.
    pub id: TierId,
    /// Its place in the file, for tables by tier.
    pub index: usize,
    /// The most closed stage it may use.
    pub sees: ReleaseStage,
    /// Its ceilings.
    pub limits: Arc<[Limit]>,
    /// What one call may ask for.
    pub caps: Caps,
    /// Body bytes of one call.
    pub body_bytes_max: u64,
    /// Unknown request fields are dropped instead of refused.
    pub drops_unknown_fields: bool,
    /// The filters its answers pass, by the stage of the model's revision.
    pub profiles: Profiles,
    /// At least how much of a streamed answer waits for them.
    pub stream_min: Strategy,
}

/// A model and the revision now behind it.
#[derive(Debug)]
pub struct Model {
    /// Its canonical name.
    pub id: ModelId,
    /// Its place in the file, for tables by model.
    pub index: usize,
    /// The weights.
    pub revision: RevisionId,
    /// The licence they come under.
    pub licence: LicenceId,
    /// Where its text can be read, if the file says so.
    pub licence_url: Option<Link>,
    /// What it wants shown with every answer, if anything.
    pub attribution: Option<Box<str>>,
    /// How far the revision is out.
    pub stage: ReleaseStage,
    /// Whether those who may not use it yet may know of it.
    pub announced: bool,
    /// The model that answers instead, if a filter asks for that before anything was shown.
    pub fallback: Option<ModelId>,
    /// What it can be asked.
    pub operations: Vec<Operation>,
    /// Where it is served.
    pub upstream: UpstreamId,
    /// What the upstream calls it. Never shown to a caller.
    pub upstream_name: String,
    /// Its context window, in tokens.
    pub context_tokens: u64,
    /// Completion tokens when the caller does not say.
    pub output_tokens_default: u64,
    /// What the chat template may add for each message, in tokens.
    pub tokens_per_piece: u64,
    /// Bytes of text a token has on average: tells whether a prompt is likely to fit the window.
    pub bytes_per_token: u64,
    /// What the chat template adds once, in tokens.
    pub template_tokens: u64,
    /// When it was made, seconds since 1970, for `/v1/models`.
    pub created: u64,
    /// Who made it, for `/v1/models`.
    pub owned_by: String,
}

impl Policy {
    /// A hash of what the policy means; changes when, and only when, a meaning does.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A tier by name.
    pub fn tier(&self, id: &TierId) -> Option<&Arc<Tier>> {
        self.tiers.get(id)
    }

    /// A model by its canonical name or an alias, byte for byte.
    pub fn model(&self, name: &str) -> Option<&Arc<Model>> {
        self.names.get(name)
    }

    /// Every tier, by name.
    pub fn tiers(&self) -> impl ExactSizeIterator<Item = &Arc<Tier>> {
        self.tiers.values()
    }

    /// Every model, by canonical name.
    pub fn models(&self) -> impl ExactSizeIterator<Item = &Arc<Model>> {
        self.models.values()
    }
}
