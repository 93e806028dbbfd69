//! What is known of an answer beside its text.

use crate::usage::Usage;
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
}

impl Report {
    /// The tokens, unless they are fewer than the pieces that were seen to go by.
    pub fn usage(&self) -> Option<Usage> {
        self.usage.filter(|usage| usage.completion >= self.pieces)
    }
}

/// How often a filter said the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerdictCount {
    /// The kind of filter.
    pub filter: &'static str,
    /// What it found, a word of the profile.
    pub category: Arc<str>,
    /// What it did.
    pub action: Action,
    /// How often.
    pub count: u64,
}

/// What a filter did about something it found.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Action {
    /// Put a mask in its place.
    Mask,
    /// Ended the choice.
    Stop,
}

impl Action {
    /// The word used in metrics and usage rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Stop => "stop",
        }
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
    pub(crate) fn count(&mut self, filter: &'static str, category: &Arc<str>, action: Action) {
        let same = |known: &&mut VerdictCount| {
            known.filter == filter && known.action == action && *known.category == **category
        };
        match self.verdicts.iter_mut().find(same) {
            Some(known) => known.count += 1,
            None => self.verdicts.push(VerdictCount {
                filter,
                category: Arc::clone(category),
                action,
                count: 1,
            }),
        }
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
