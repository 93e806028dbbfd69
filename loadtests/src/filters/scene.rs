//! The two scenarios: streams that are paced as a model paces them, and streams that are not.

use std::io;
use std::time::Duration;

use crate::compare::figure::Figure;
use crate::compare::seen::Seen;
use crate::drive::Outcome;
use crate::figures::{count, length};
use crate::load::{Driver, Flow, Load};
use crate::peers::Contestant;

/// Between two tokens of a paced stream: fifty a second, as fast as one reads.
pub(super) const GAP: Duration = Duration::from_millis(20);
/// Streams at once in the paced scenario.
const STREAMS: u32 = 200;
/// Over how long they begin: fifty-one gaps, which spreads them over every moment of a gap.
const RAMP: Duration = Duration::from_millis(51 * 20);
/// Connections, tokens a stream and tokens a write of the unpaced scenario.
const UNPACED: (u32, usize, usize) = (16, 512, 16);
/// Places of the text where unpaced streams begin.
const STARTS: usize = 64;

/// How often and how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub(super) rounds: u32,
    /// Tokens of a paced stream.
    tokens: usize,
    /// Of the unpaced scenario.
    unpaced: Duration,
}

impl Effort {
    /// Under two minutes.
    pub(super) const QUICK: Self =
        Self { rounds: 4, tokens: 150, unpaced: Duration::from_millis(1_500) };

    /// Under ten.
    pub(super) const FULL: Self =
        Self { rounds: 12, tokens: 400, unpaced: Duration::from_millis(2_500) };
}

/// Calls of the kind that is measured, so that connections and caches are warm.
pub(super) fn warm(driver: &Driver, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
    let stream = Some(Flow { tokens: 64, batch: 4, ..Flow::default() });
    let duration = Duration::from_millis(200);
    driver.drive(who, Load { connections: 16, duration, stream, ..Load::default() }, seen)?;
    Ok(())
}

/// Streams that are paced as a model paces them.
pub(super) fn paced(
    driver: &Driver,
    effort: Effort,
    who: &Contestant,
    seen: &mut Seen,
) -> io::Result<Outcome> {
    let starts = usize::try_from(STREAMS).unwrap_or(1);
    let flow = Flow { tokens: effort.tokens, batch: 1, gap: GAP, starts, ramp: RAMP };
    let load = Load { connections: STREAMS, stream: Some(flow), once: true, ..Load::default() };
    let (outcome, spent) = driver.cost(who, load, seen)?;
    let tokens = count(outcome.calls) * length(effort.tokens);
    let figures = [
        (Figure::GapP50, outcome.gap_us.p50),
        (Figure::GapP99, outcome.gap_us.p99),
        (Figure::TtftP50, outcome.ttft_us.p50),
        (Figure::TtftP99, outcome.ttft_us.p99),
        (Figure::Merged, 100.0 * (1.0 - count(outcome.pieces) / tokens)),
    ];
    for (figure, value) in figures {
        seen.note(figure, who.name, value);
    }
    if let Some(spent) = spent {
        seen.note(Figure::PacedTokenCpu, who.name, spent.as_secs_f64() * 1e6 / tokens);
    }
    Ok(outcome)
}

/// Streams as fast as they pass.
pub(super) fn unpaced(
    driver: &Driver,
    effort: Effort,
    who: &Contestant,
    seen: &mut Seen,
) -> io::Result<()> {
    let (connections, tokens, batch) = UNPACED;
    let stream = Some(Flow { tokens, batch, starts: STARTS, ..Flow::default() });
    let load = Load { connections, duration: effort.unpaced, stream, ..Load::default() };
    let (outcome, spent) = driver.cost(who, load, seen)?;
    if let Some(spent) = spent {
        let tokens = count(outcome.calls) * length(tokens);
        seen.note(Figure::TokenCpu, who.name, spent.as_secs_f64() * 1e6 / tokens);
    }
    Ok(())
}
