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
}

/// All, in the order of the table.
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
        }
    }

    /// Whether a ratio of it says anything.
    pub const fn compares(self) -> bool {
        !matches!(self, Self::CallsByClock | Self::Busy)
    }
}
