//! What was seen: histograms and counts, and their JSON.

use std::io;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::spec::Call;
use crate::figures::{count, micros};

/// The longest time a histogram tells apart; longer ones count as this.
const LONGEST: Duration = Duration::from_mins(2);

/// Counts of one run, still open.
#[derive(Debug)]
pub struct Tally {
    calls: u64,
    pieces: u64,
    reconnects: u64,
    errors: Errors,
    latency: Histogram<u64>,
    first: Histogram<u64>,
    gap: Histogram<u64>,
}

/// Why calls do not count.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Errors {
    /// A status outside 2xx.
    pub status: u64,
    /// A text that is not the expected one, or a stream without its end.
    pub content: u64,
    /// A connection that failed or did not answer in time.
    pub io: u64,
    /// The last status outside 2xx.
    pub last_status: u16,
}

impl Errors {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.status + self.content + self.io
    }
}

/// One histogram, told.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Spread {
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p999: f64,
    /// The longest.
    pub max: f64,
    /// Mean.
    pub mean: f64,
}

/// What `drive` prints.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// Good calls.
    pub calls: u64,
    /// Calls that do not count.
    pub errors: Errors,
    /// Connections that the peer closed after an answer, as it said it would.
    pub reconnects: u64,
    /// How long it took.
    pub seconds: f64,
    /// Good calls a second.
    pub calls_per_second: f64,
    /// From the intended start (constant rate) or the start (closed loop) to the last byte.
    pub latency_us: Spread,
    /// To the first piece of text.
    pub ttft_us: Spread,
    /// Between two pieces of text.
    pub gap_us: Spread,
    /// Pieces of text received.
    pub pieces: u64,
    /// Pieces of text a second.
    pub pieces_per_second: f64,
}

impl Tally {
    /// Empty.
    pub fn new() -> io::Result<Self> {
        let top = u64::try_from(LONGEST.as_nanos()).unwrap_or(u64::MAX);
        let open = || Histogram::new_with_bounds(1, top, 3).map_err(io::Error::other);
        Ok(Self {
            calls: 0,
            pieces: 0,
            reconnects: 0,
            errors: Errors::default(),
            latency: open()?,
            first: open()?,
            gap: open()?,
        })
    }

    /// A call that was answered to the end.
    pub fn answered(&mut self, call: &Call, answer: &Answer, took: Duration) {
        if !(200..300).contains(&answer.status()) {
            self.errors.status += 1;
            self.errors.last_status = answer.status();
        } else if answer.digest() != call.expected || answer.ended() != call.streamed {
            self.errors.content += 1;
        } else {
            self.calls += 1;
            self.latency.saturating_record(nanos(took));
        }
    }

    /// A call that was not.
    pub fn failed(&mut self) {
        self.errors.io += 1;
    }

    /// A connection closed as announced.
    pub fn reconnected(&mut self) {
        self.reconnects += 1;
    }

    /// The first piece of text, so long after the start.
    pub fn first(&mut self, after: Duration) {
        self.first.saturating_record(nanos(after));
    }

    /// So many pieces that came in one read, so long after the read before.
    pub fn pieces(&mut self, pieces: u64, gap: Option<Duration>) {
        self.pieces += pieces;
        if let Some(gap) = gap {
            self.gap.saturating_record(nanos(gap));
            self.gap.saturating_record_n(0, pieces.saturating_sub(1));
        }
    }

    /// Closes the counts.
    pub fn outcome(&self, took: Duration) -> Outcome {
        let seconds = took.as_secs_f64();
        Outcome {
            calls: self.calls,
            errors: self.errors,
            reconnects: self.reconnects,
            seconds,
            calls_per_second: count(self.calls) / seconds,
            latency_us: spread(&self.latency),
            ttft_us: spread(&self.first),
            gap_us: spread(&self.gap),
            pieces: self.pieces,
            pieces_per_second: count(self.pieces) / seconds,
        }
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

fn spread(seen: &Histogram<u64>) -> Spread {
    let at = |quantile| micros(seen.value_at_quantile(quantile));
    Spread {
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: at(0.999),
        max: micros(seen.max()),
        mean: seen.mean() / 1e3,
    }
}
