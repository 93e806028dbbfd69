//! How long each scenario runs: enough for ratios, or just enough to see that all of it works.

use std::time::Duration;

/// Rounds and durations.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Rounds; in each everybody is measured once.
    pub rounds: u32,
    /// Before each contestant's scenarios.
    pub warm: Duration,
    /// Of the throughput scenario.
    pub throughput: Duration,
    /// Of the latency scenario.
    pub latency: Duration,
    /// Of the unpaced streams.
    pub unpaced: Duration,
    /// Streams open at once in the paced scenario.
    pub paced_streams: u32,
    /// Tokens of each.
    pub paced_tokens: usize,
}

impl Effort {
    /// Under two minutes with everybody: smoke, and a first idea.
    pub const QUICK: Self = Self {
        rounds: 3,
        warm: Duration::from_millis(150),
        throughput: Duration::from_secs(1),
        latency: Duration::from_secs(1),
        unpaced: Duration::from_millis(700),
        paced_streams: 300,
        paced_tokens: 24,
    };

    /// Under fifteen minutes with everybody: what is told to others. Many short rounds rather than
    /// few long ones, so that what a neighbour does falls on everybody.
    pub const FULL: Self = Self {
        rounds: 15,
        warm: Duration::from_millis(150),
        throughput: Duration::from_secs(2),
        latency: Duration::from_millis(2_500),
        unpaced: Duration::from_millis(1_500),
        paced_streams: 1_000,
        paced_tokens: 60,
    };
}
