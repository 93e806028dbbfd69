//! Why a message ended.

use crate::filter::{Chain, Place};
use crate::report::Finish;
use crate::wire::{self, Text};

/// Bytes of a stop sequence that is shown: callers give shorter ones.
const SEQUENCE_BYTES_MAX: usize = 256;

/// That a stop sequence of the caller ended a message, and which; none if it may not be shown.
#[derive(Debug)]
pub(super) struct Sequence(Option<String>);

impl Sequence {
    /// Reads the reason and the sequence; `None` if the reason is another.
    pub(super) fn read(reason: &str, sequence: Option<Text<'_>>) -> Option<Self> {
        let short = |text: &Text<'_>| text.len() <= SEQUENCE_BYTES_MAX;
        (reason == "stop_sequence").then(|| Self(sequence.filter(short).map(Text::into_string)))
    }

    /// The same without a text that a filter minds: the backend's word for it is all there is.
    pub(super) fn judged(self, chain: Option<&Chain>) -> Self {
        Self(self.0.filter(|text| {
            chain.is_none_or(|chain| !chain.minds(text, Place::Answer, chain.strategy()))
        }))
    }
}

/// Reads a reason. One that is not of the dialect is the end of the turn.
pub(super) fn finish(reason: Option<&Text<'_>>) -> Finish {
    match reason.map(Text::as_str) {
        None | Some("") => Finish::Open,
        Some("max_tokens" | "model_context_window_exceeded") => Finish::Length,
        Some("tool_use") => Finish::ToolCalls,
        Some("refusal") => Finish::ContentFilter,
        Some(_) => Finish::Stop,
    }
}

/// Writes the fields that say why a message ended.
pub(super) fn write(finish: Finish, sequence: Option<&Sequence>, out: &mut Vec<u8>) {
    let sequence = sequence.filter(|_| finish == Finish::Stop);
    let reason = match finish {
        Finish::Open | Finish::Stop if sequence.is_some() => "stop_sequence",
        Finish::Open | Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::ToolCalls | Finish::FunctionCall => "tool_use",
        Finish::ContentFilter => "refusal",
    };
    out.extend_from_slice(b"\"stop_reason\":");
    wire::plain(reason, out);
    out.extend_from_slice(b",\"stop_sequence\":");
    let text = sequence.and_then(|sequence| sequence.0.as_deref());
    wire::or_null(text, out, wire::string);
    if finish == Finish::ContentFilter {
        // The categories of the dialect are those of another policy than the operator's.
        out.extend_from_slice(b",\"stop_details\":{\"type\":\"refusal\",\"category\":null,");
        out.extend_from_slice(b"\"explanation\":\"a content filter ended the answer\"}");
    }
}
