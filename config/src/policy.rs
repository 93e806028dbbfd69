//! The compiled policy: immutable tables, one look-up a question.

use crate::access::SelfService;
use crate::jurisdiction::Jurisdiction;
use crate::words::{
    Caps, Licence, LicenceId, Limit, Link, Modality, ModelId, Operation, Profiles, ReleaseStage,
    RevisionId, Strategy, TierId, UpstreamId, Verification,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Everything the file says about who may use what. Made only by [`crate::compile`].
#[derive(Debug, Default)]
pub struct Policy {
    pub(crate) version: String,
    pub(crate) tiers: BTreeMap<TierId, Arc<Tier>>,
    pub(crate) models: BTreeMap<ModelId, Arc<Model>>,
    pub(crate) names: HashMap<Box<str>, Named>,
    pub(crate) licences: BTreeMap<LicenceId, Arc<Licence>>,
    pub(crate) jurisdiction: Jurisdiction,
    pub(crate) access: Box<SelfService>,
}

/// What stands behind a name that callers use.
#[derive(Clone, Debug)]
pub enum Named {
    /// One model.
    One(Arc<Model>),
    /// The first of these that the caller may use.
    FirstOf(Arc<[Arc<Model>]>),
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
    /// What that licence asks, and those of the models it was made from: of each term the stricter.
    pub terms: Arc<Licence>,
    /// Where its text can be read, if the file says so.
    pub licence_url: Option<Link>,
    /// What it wants shown with every answer, if anything.
    pub attribution: Option<Box<str>>,
    /// How far the revision is out, as the file begins; records say how far it is now.
    pub stage: ReleaseStage,
    /// `model@revision`: what records know the two together by.
    pub release: Arc<str>,
    /// What it reads or writes; not said, if empty.
    pub modalities: Vec<Modality>,
    /// Whether `gated` means that each caller must have asked and been let in.
    pub requests: bool,
    /// How well a caller must be known, at each stage.
    pub verification: Levels,
    /// The rungs it uses, from the most closed.
    pub ladder: Vec<ReleaseStage>,
    /// Where its backends are, in a word of the operator.
    pub region: Option<Box<str>>,
    /// What it is dangerous for, as kill directives and gates name it.
    pub categories: Vec<Arc<str>>,
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

/// How well a caller must be known, at each stage of a release.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Levels([Verification; ReleaseStage::ALL.len()]);

impl Levels {
    /// What `of` says of each stage.
    pub fn new(of: impl Fn(ReleaseStage) -> Verification) -> Self {
        Self(ReleaseStage::ALL.map(of))
    }

    /// How well, at a stage.
    pub fn at(&self, stage: ReleaseStage) -> Verification {
        self.0.get(stage.index()).copied().unwrap_or(Verification::Vetted)
    }
}

impl Model {
    /// The rung before `stage` on its ladder.
    pub fn rung_before(&self, stage: ReleaseStage) -> Option<ReleaseStage> {
        self.ladder.iter().copied().rev().find(|rung| *rung < stage)
    }
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

    /// What a caller means by a name, byte for byte.
    pub fn named(&self, name: &str) -> Option<&Named> {
        self.names.get(name)
    }

    /// A model by its canonical name or one of its own aliases, byte for byte. A name that means
    /// several models, each to its own callers, is none of them.
    pub fn model(&self, name: &str) -> Option<&Arc<Model>> {
        match self.names.get(name)? {
            Named::One(model) => Some(model),
            Named::FirstOf(_) => None,
        }
    }

    /// What depends on where a caller and a backend are.
    pub fn jurisdiction(&self) -> &Jurisdiction {
        &self.jurisdiction
    }

    /// What callers may do about their access themselves.
    pub fn access(&self) -> &SelfService {
        &self.access
    }

    /// A licence of which terms are known, by its id.
    pub fn licence(&self, id: &LicenceId) -> Option<&Arc<Licence>> {
        self.licences.get(id)
    }

    /// Every licence of which terms are known, by id.
    pub fn licences(&self) -> impl ExactSizeIterator<Item = &Arc<Licence>> {
        self.licences.values()
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
