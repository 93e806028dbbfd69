//! What an answer is read and written with, and how that can go.

use crate::answer::Ruling;
use crate::filter::Chain;
use crate::moderation::Moderation;
use crate::shown::Seal;
use crate::usage::Usage;
use sluice_config::words::{Operation, Strategy};
use std::sync::Arc;

/// What one answer is read and written with.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What was asked for; picks the dialect.
    pub operation: Operation,
    /// The filters that look at it. Without any, text passes as it is.
    pub chain: Option<Arc<Chain>>,
    /// At least so much of a streamed answer waits for them; the profile may say more.
    pub strategy_min: Strategy,
    /// Our id of the answer; the backend's never shows.
    pub id: Box<str>,
    /// The model, by the name the caller used.
    pub model: Box<str>,
    /// When the answer began, in seconds; replaces the backend's word.
    pub created: u64,
    /// Whether the caller asked for a usage chunk.
    pub show_usage: bool,
    /// The most it can have cost. A count beyond this, or of less than was seen to go by, is neither
    /// reported nor shown: what a caller reads is what its quota is charged.
    pub usage_max: Usage,
    /// How many choices were asked for: a higher index is a fault, and a stream in which this
    /// many have ended, one of them by a filter, is over.
    pub choices_max: u32,
    /// Bytes of one event of the backend.
    pub event_bytes_max: usize,
    /// Bytes one filter may hold back of one text; more ends the choice, and shows nothing.
    pub hold_bytes_max: usize,
    /// Bytes of a choice that may wait for its end, where all of it must; more ends it likewise.
    pub buffer_bytes_max: usize,
    /// What guards said of a whole answer, once they were asked what [`crate::Whole::questions`] has.
    pub rulings: Option<Vec<Ruling>>,
    /// Who signs a receipt for what was shown. Without one, nothing is hashed.
    pub seal: Option<Arc<dyn Seal>>,
    /// What the answer is to say of what filters find, if the caller asked and the dialect can.
    pub moderation: Option<Arc<Moderation>>,
}

impl Plan {
    /// How much of the answer waits for its filters.
    pub fn strategy(&self) -> Strategy {
        let profile = self.chain.as_ref().map(|chain| chain.strategy());
        profile.map_or(Strategy::default(), |profile| profile.max(self.strategy_min))
    }
}

/// Where an answer stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// There may be more.
    More,
    /// It ended well, and its end is written.
    Done,
    /// Filters ended it, and its end is written: the backend can be let go.
    Stopped,
    /// It cannot go on: the caller of the relay writes its error with [`crate::Relay::fail`].
    Fault(Fault),
}

/// What a caller is told of an answer that broke.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// The word of the refusal.
    pub code: &'a str,
    /// What to do, in words.
    pub message: &'a str,
    /// The JSON of the error as the operation's dialect writes it.
    pub envelope: &'a [u8],
}

/// Why an answer cannot go on. Words of the backend never show.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Not an answer of this dialect: HTML, broken JSON, text that is not UTF-8.
    #[error("the backend sent something that is not an answer; check the upstream's address")]
    NotAnEvent,
    /// An event beyond `event_bytes_max`.
    #[error("the backend sent an event beyond the bound; raise event_bytes_max if it is right")]
    TooLarge,
    /// It ended before it was complete.
    #[error("the backend ended its answer before it was complete")]
    Truncated,
    /// The backend reported an error of its own inside the answer.
    #[error("the backend reported an error inside its answer; see its log")]
    Upstream {
        /// The HTTP status it named, if it named one.
        status: Option<u16>,
    },
    /// More choices or tool calls than an answer may have.
    #[error("the backend sent a choice or a tool call beyond the bound")]
    Choice,
    /// More than `hold_bytes_max` of a name that must be judged in one piece.
    #[error("the backend sent a name beyond what may be held back")]
    HoldOverflow,
    /// A guard gave no judgement, and nothing may be shown without.
    #[error("a guard gave no judgement; see sluice_guard_failures_total and its log")]
    Unheard,
}
