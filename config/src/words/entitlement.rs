//! The answer to "may they?".

use super::{
    GrantId, LicenceId, Limit, ModelId, Operation, ProfileId, ReleaseStage, Standing, Strategy,
    Subject, Unmet, Verification,
};
use crate::policy::{Model, Tier};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a call asks for, in the words the decision knows. Read once from the body.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ask {
    /// What is asked.
    pub operation: Operation,
    /// Bytes of the whole prompt: an upper bound of its tokens.
    pub prompt_bytes: u64,
    /// Bytes of its largest part that must fit the window by itself: all of a chat, but one
    /// input of an embedding.
    pub part_bytes_max: u64,
    /// Messages or inputs; each may add template tokens.
    pub pieces: u64,
    /// Completion tokens of one choice, if the caller said.
    pub output_tokens: Option<u64>,
    /// How many choices.
    pub choices: u64,
    /// Alternatives shown a token; `None` is no log-probabilities.
    pub top_logprobs: Option<u64>,
    /// Tools offered.
    pub tools: u64,
    /// Stop sequences.
    pub stops: u64,
    /// Whether a JSON schema constrains the answer.
    pub structured_output: bool,
    /// `temperature`, if given.
    pub temperature: Option<f64>,
    /// `top_p`, if given.
    pub top_p: Option<f64>,
}

impl Default for Ask {
    /// A chat of one short message.
    fn default() -> Self {
        Self {
            operation: Operation::Chat,
            prompt_bytes: 100,
            part_bytes_max: 100,
            pieces: 1,
            output_tokens: None,
            choices: 1,
            top_logprobs: None,
            tools: 0,
            stops: 0,
            structured_output: false,
            temperature: None,
            top_p: None,
        }
    }
}

/// Leave to use one revision, and on what terms.
#[derive(Clone, Debug)]
pub struct Entitlement {
    /// The tier it is used under.
    pub tier: Arc<Tier>,
    /// The model, with its revision and licence.
    pub model: Arc<Model>,
    /// The stage the revision is at.
    pub stage: ReleaseStage,
    /// The filters the answer passes, if any.
    pub profile: Option<ProfileId>,
    /// At least how much of a streamed answer waits for them; the profile may say more.
    pub strategy_min: Strategy,
    /// An upper bound of the prompt's tokens: never less than the truth.
    pub prompt_tokens: u64,
    /// What they are likely to be: charged where the backend does not count.
    pub prompt_estimate: u64,
    /// Completion tokens of one choice, sent to the backend as its cap.
    pub output_tokens: u64,
    /// Whether the caller chose [`Self::output_tokens`]; if not, it may be lowered to fit a limit.
    pub output_chosen: bool,
    /// How many answers in all: choices, times prompts where one call may hold several.
    pub answers: u64,
    /// The ceilings it counts against: the tier's, with what grants add and standing takes.
    pub limits: Arc<[Limit]>,
    /// How the caller stands, and who it calls for, whichever is worse.
    pub standing: Standing,
    /// Categories that a grant takes out of the filters.
    pub relaxed: Vec<Arc<str>>,
    /// Tokens that are spent before those of quotas.
    pub credit: Option<Credit>,
    /// Grants that would count, were a condition met.
    pub unmet: Vec<(GrantId, Unmet)>,
    /// Whether the caller has to take a place of the cohort first.
    pub joins: bool,
    /// Which rules of jurisdiction want something told, a bit each, in their order.
    pub told: u64,
}

impl Entitlement {
    /// The most this call can cost, in tokens.
    pub fn tokens_max(&self) -> u64 {
        self.output_tokens.saturating_mul(self.answers).saturating_add(self.prompt_tokens)
    }
}

/// A budget that does not refill.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credit {
    /// The grant it comes from.
    pub grant: GrantId,
    /// How many tokens, in all.
    pub tokens: u64,
}

/// Why not. Each can be shown to the caller: none tells of a model it may not know of.
#[derive(Clone, Debug, PartialEq)]
pub enum Denial {
    /// The caller is suspended or banned.
    Suspended,
    /// Whoever the caller calls for is.
    EndUserBlocked,
    /// The credential is not good for calls from there.
    Address,
    /// The credential is not good for this operation or model.
    OutOfScope {
        /// The request field that goes beyond it.
        param: &'static str,
    },
    /// No such model, or none this caller may know of.
    UnknownModel,
    /// The caller may know of the model, but its stage is not yet open to the tier.
    NotReleased {
        /// Where the revision is.
        stage: ReleaseStage,
    },
    /// The revision takes no calls for now.
    ModelSuspended,
    /// The revision will take none any more.
    ModelRetired {
        /// What to use instead.
        successor: Option<ModelId>,
    },
    /// Not from there, or not there.
    Region,
    /// The model is to be had by those who asked and were let in.
    RequestRequired,
    /// Somebody asked, and nobody has decided.
    RequestPending,
    /// Somebody asked; the answer was no.
    RequestRejected,
    /// Every place at this stage is taken.
    CohortFull,
    /// The licence was not agreed to, or an older text of it.
    Licence {
        /// Which.
        licence: LicenceId,
        /// Who has to agree.
        by: Subject,
    },
    /// The licence is not offered where the organisation has its seat.
    Licensee {
        /// Which.
        licence: LicenceId,
    },
    /// The caller is not known well enough.
    Verification {
        /// How well it would have to be.
        least: Verification,
    },
    /// The licence does not allow what the caller declared, or it has declared nothing.
    Purpose {
        /// Which.
        licence: LicenceId,
    },
    /// The model does not offer this operation.
    Unsupported {
        /// What was asked.
        operation: Operation,
    },
    /// More was asked for than the tier or the model gives.
    Cap {
        /// The request field to change.
        param: &'static str,
        /// What would be allowed, for the message.
        allowed: Allowed,
    },
    /// Prompt and answer do not fit the window.
    Context {
        /// Prompt bound and completion tokens together.
        asked: u64,
        /// What there is.
        window: u64,
    },
}

impl Denial {
    /// The word used in decision tables and explanations.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::EndUserBlocked => "end_user_blocked",
            Self::Address => "address",
            Self::OutOfScope { .. } => "out_of_scope",
            Self::UnknownModel => "unknown_model",
            Self::NotReleased { .. } => "not_released",
            Self::ModelSuspended => "model_suspended",
            Self::ModelRetired { .. } => "model_retired",
            Self::Region => "region",
            Self::RequestRequired => "request_required",
            Self::RequestPending => "request_pending",
            Self::RequestRejected => "request_rejected",
            Self::CohortFull => "cohort_full",
            Self::Licence { .. } => "licence",
            Self::Licensee { .. } => "licensee",
            Self::Verification { .. } => "verification",
            Self::Purpose { .. } => "purpose",
            Self::Unsupported { .. } => "unsupported",
            Self::Cap { .. } => "cap",
            Self::Context { .. } => "context",
        }
    }
}

/// What a cap would have allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allowed {
    /// Nothing: the field may not be used on this tier.
    Not,
    /// At most this many.
    Most(u64),
    /// A value in this interval.
    Within(super::Range),
}
