//! One row of the ledger.

use sluice_config::words::{
    ModelId, Operation, PrincipalId, ReleaseStage, RevisionId, TierId, Timestamp,
};
use std::borrow::Cow;
use std::sync::Arc;

/// The most a single count of a row can be, 2⁴⁰: no call is that large, and four million rows of it
/// can still be added up. A greater count is kept as this one, so that no row is ever unwritable.
pub const COUNT_MAX: u64 = 1 << 40;

/// What one call cost. Holds no word of what was said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UsageRow {
    /// The call. A row with a request id that is already kept is not kept twice.
    pub request_id: Arc<str>,
    /// When the call was settled.
    pub at: Timestamp,
    /// Who called.
    pub principal: PrincipalId,
    /// The tier it called on.
    pub tier: TierId,
    /// What it called.
    pub model: ModelId,
    /// The weights that answered.
    pub revision: RevisionId,
    /// How far they were out then.
    pub stage: ReleaseStage,
    /// What was asked.
    pub operation: Operation,
    /// How it ended: `ok`, `content_filter`, `fallback`, `client_closed`, or the code of a refusal.
    pub outcome: Cow<'static, str>,
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    pub completion_tokens: u64,
    /// Whether the tokens are our own count, since the backend gave none.
    pub estimated: bool,
    /// From the first byte of the call to the last byte of the answer.
    pub duration_ms: u64,
    /// To the first content, if there was any.
    pub ttft_ms: Option<u64>,
    /// Whether the answer was streamed.
    pub streamed: bool,
}

impl UsageRow {
    /// The row with every count at most [`COUNT_MAX`].
    #[must_use]
    pub(crate) fn bounded(mut self) -> Self {
        self.prompt_tokens = self.prompt_tokens.min(COUNT_MAX);
        self.completion_tokens = self.completion_tokens.min(COUNT_MAX);
        self.duration_ms = self.duration_ms.min(COUNT_MAX);
        self.ttft_ms = self.ttft_ms.map(|ms| ms.min(COUNT_MAX));
        self
    }
}
