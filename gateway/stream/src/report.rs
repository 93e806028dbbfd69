//! What is known of an answer beside its text.

use crate::filter::{GUARD, UNAVAILABLE};
use crate::usage::Usage;
use serde::Deserialize;
use sluice_config::words::Strategy;
use std::sync::Arc;

/// What is known of an answer so far.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// Tokens as the backend counted them, if what it said can be true.
    pub usage: Option<Usage>,
    /// Pieces of text the backend generated: at most as many as tokens.
    pub pieces: u64,
    /// Bytes of text the backend generated, over all choices and channels.
    pub bytes: u64,
    /// Whether a first piece of text has come.
    pub first_content: bool,
    /// How it ended.
    pub finish: Finish,
    /// What filters said, counted.
    pub verdicts: Vec<VerdictCount>,
    /// The most bytes that one filter held back at once of one text.
    pub held_bytes: usize,
    /// Bytes of what was found that had been shown; none where a match waits.
    pub leaked_bytes: u64,
    /// Pieces that had come when a filter first ended a choice; none of an answer that came whole.
    pub ended_after: Option<u64>,
}

impl Report {
    /// The tokens, unless they are fewer than the pieces that were seen to go by.
    pub fn usage(&self) -> Option<Usage> {
        self.usage.filter(|usage| usage.completion >= self.pieces)
    }

    /// What the answer is to say of itself: what was found, and by which kind of filter.
    pub fn annotations(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let said = self.verdicts.iter().filter(|said| said.annotates());
        said.map(|said| (&*said.category, said.filter))
    }

    /// Whether a filter ended a choice so that another model is to answer.
    pub fn asks_fallback(&self) -> bool {
        self.verdicts.iter().any(VerdictCount::asks_fallback)
    }
}

/// Who says something, and how it is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Voice {
    pub(crate) filter: &'static str,
    pub(crate) action: Action,
    pub(crate) shadow: bool,
}

/// How often a filter said the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerdictCount {
    /// The kind of filter.
    pub filter: &'static str,
    /// What it found, a word of the profile.
    pub category: Arc<str>,
    /// What was done about it, or would have been.
    pub action: Action,
    /// Whether the filter only tried: it read, and nothing was done.
    pub shadow: bool,
    /// How often.
    pub count: u64,
}

impl VerdictCount {
    /// Whether the caller is to read of it.
    pub fn annotates(&self) -> bool {
        !self.shadow && self.action == Action::Annotate
    }

    /// Whether another model is to answer because of it.
    pub fn asks_fallback(&self) -> bool {
        !self.shadow && self.action == Action::Fallback
    }

    /// The categories that say not what was found, but what a filter could not do.
    pub const FAILURES: [&str; 5] =
        ["hold_overflow", "broken_json", "too_long", "unavailable", "unparsable"];

    /// What the filter could not do, if it is that.
    pub fn failure(&self) -> Option<&'static str> {
        Self::FAILURES.into_iter().find(|failure| *self.category == **failure)
    }

    /// Whether it changed what is shown, or when: not so where all is shown as it comes.
    pub fn acted(&self, strategy: Strategy) -> bool {
        !self.shadow && self.action.acts() && strategy != Strategy::DetectOnly
    }

    /// Whether it says that a guard gave no judgement.
    pub(crate) fn is_silence(&self) -> bool {
        self.filter == GUARD && *self.category == *UNAVAILABLE
    }
}

/// What is done about something a filter found.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is counted.
    Score,
    /// It is counted, and the answer says that it was found.
    Annotate,
    /// A mask is put in its place.
    Redact,
    /// The choice ends before it.
    Block,
    /// The choice ends before it, and another model is to answer.
    Fallback,
    /// What is from there on waits for the end of the answer.
    Hold,
}

impl Action {
    /// The word used in the configuration, in metrics and in usage rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Annotate => "annotate",
            Self::Redact => "redact",
            Self::Block => "block",
            Self::Fallback => "fallback",
            Self::Hold => "hold",
        }
    }

    /// Whether it changes what is shown, or when.
    pub fn acts(self) -> bool {
        !matches!(self, Self::Score | Self::Annotate)
    }

    /// Whether it ends the choice.
    pub fn ends(self) -> bool {
        matches!(self, Self::Block | Self::Fallback)
    }
}

/// How an answer ended. With several choices: the last to end, but a filter's stop stays.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Finish {
    /// It has not.
    #[default]
    Open,
    /// By itself.
    Stop,
    /// At its bound of tokens.
    Length,
    /// With calls of tools.
    ToolCalls,
    /// With a call of a function, in the older form.
    FunctionCall,
    /// By a filter, ours or the backend's.
    ContentFilter,
}

impl Finish {
    /// The word of `finish_reason`. A reason that is not one of the dialect is `stop`.
    pub(crate) fn read(word: &str) -> Self {
        match word {
            "" => Self::Open,
            "length" => Self::Length,
            "tool_calls" => Self::ToolCalls,
            "function_call" => Self::FunctionCall,
            "content_filter" => Self::ContentFilter,
            _ => Self::Stop,
        }
    }

    /// The word on the wire, in metrics and in usage rows; `open` never reaches the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::FunctionCall => "function_call",
            Self::ContentFilter => "content_filter",
        }
    }
}

impl Report {
    /// Counts one verdict.
    pub(crate) fn count(&mut self, voice: Voice, category: &Arc<str>) {
        let Voice { filter, action, shadow } = voice;
        let same = |known: &&mut VerdictCount| {
            let known_voice = (known.filter, known.action, known.shadow);
            known_voice == (filter, action, shadow) && *known.category == **category
        };
        match self.verdicts.iter_mut().find(same) {
            Some(known) => known.count += 1,
            None => self.verdicts.push(VerdictCount {
                filter,
                category: Arc::clone(category),
                action,
                shadow,
                count: 1,
            }),
        }
    }

    /// Notes how much of a text is held back.
    pub(crate) fn holds(&mut self, bytes: usize) {
        self.held_bytes = self.held_bytes.max(bytes);
    }

    /// Notes bytes of something found that had been shown.
    pub(crate) fn leaked(&mut self, bytes: usize) {
        self.leaked_bytes += u64::try_from(bytes).unwrap_or(u64::MAX >> 1);
    }

    /// Notes that a filter ended a choice.
    pub(crate) fn stopped(&mut self) {
        self.ended_after.get_or_insert(self.pieces);
    }

    /// Notes that a choice ended.
    pub(crate) fn ended(&mut self, finish: Finish) {
        if self.finish != Finish::ContentFilter {
            self.finish = finish;
        }
    }

    /// Notes text that the backend generated in one piece.
    pub(crate) fn piece(&mut self, bytes: usize) {
        if bytes > 0 {
            self.first_content = true;
            self.pieces += 1;
            self.bytes += u64::try_from(bytes).unwrap_or(u64::MAX >> 1);
        }
    }
}
