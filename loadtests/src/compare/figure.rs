//! The figures of the table.

use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Calls that one core would answer a second if it did nothing else.
    CallsPerCore,
    /// Processor time a call.
    CallCpu,
    /// Calls a second by the clock while every connection kept calling.
    CallsByClock,
    /// Share of its core that the contestant was busy during that.
    Busy,
    /// Median latency at a constant rate, less the direct one.
    AddedP50,
    /// 99th percentile at a constant rate, less the direct one.
    AddedP99,
    /// Processor time a streamed token when the backend does not wait.
    TokenCpu,
    /// Processor time a streamed token when every token comes alone.
    PacedTokenCpu,
    /// Memory an open stream.
    StreamMemory,
    /// Median time between two pieces of text, as the caller sees it.
    GapP50,
    /// 99th percentile of it.
    GapP99,
    /// Median time to the first piece of text.
    TtftP50,
    /// 99th percentile of it.
    TtftP99,
    /// Difference of the medians of the gap.
    AddedGapP50,
    /// Difference of its 99th percentiles.
    AddedGapP99,
    /// Difference of the medians of the time to the first piece.
    AddedTtftP50,
    /// Difference of its 99th percentiles.
    AddedTtftP99,
    /// Share of tokens whose text came together with that of another.
    Merged,
}

/// Those of `compare`, in the order of its table.
pub const FIGURES: [Figure; 9] = [
    Figure::CallsPerCore,
    Figure::CallCpu,
    Figure::CallsByClock,
    Figure::Busy,
    Figure::AddedP50,
    Figure::AddedP99,
    Figure::TokenCpu,
    Figure::PacedTokenCpu,
    Figure::StreamMemory,
];

/// Those of `filters`, in the order of its table.
pub const FILTER_FIGURES: [Figure; 11] = [
    Figure::GapP50,
    Figure::GapP99,
    Figure::AddedGapP50,
    Figure::AddedGapP99,
    Figure::TtftP50,
    Figure::TtftP99,
    Figure::AddedTtftP50,
    Figure::AddedTtftP99,
    Figure::Merged,
    Figure::PacedTokenCpu,
    Figure::TokenCpu,
];

impl Figure {
    /// What the table calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::CallsPerCore => "calls/s per core",
            Self::CallCpu => "cpu a call, us",
            Self::CallsByClock => "calls/s by the clock",
            Self::Busy => "core busy, %",
            Self::AddedP50 => "added p50, us",
            Self::AddedP99 => "added p99, us",
            Self::TokenCpu => "cpu a token unpaced, us",
            Self::PacedTokenCpu => "cpu a token paced, us",
            Self::StreamMemory => "memory a stream, KiB",
            Self::GapP50 => "gap p50, us",
            Self::GapP99 => "gap p99, us",
            Self::TtftP50 => "first token p50, us",
            Self::TtftP99 => "first token p99, us",
            Self::AddedGapP50 => "added gap p50, us",
            Self::AddedGapP99 => "added gap p99, us",
            Self::AddedTtftP50 => "added first p50, us",
            Self::AddedTtftP99 => "added first p99, us",
            Self::Merged => "tokens merged, %",
        }
    }

    /// Whether a ratio of it says anything.
    pub const fn compares(self) -> bool {
        use Figure::{AddedGapP50, AddedGapP99, AddedTtftP50, AddedTtftP99};
        let differs = matches!(self, AddedGapP50 | AddedGapP99 | AddedTtftP50 | AddedTtftP99);
        !differs && !matches!(self, Self::CallsByClock | Self::Busy | Self::Merged)
    }
}
