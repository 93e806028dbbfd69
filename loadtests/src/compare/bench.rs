//! One scenario on one contestant: drive it from the other core, read what it cost.

use std::io;
use std::thread;
use std::time::Duration;

use super::effort::Effort;
use super::figure::Figure;
use super::seen::Seen;
use crate::figures::{count, length};
use crate::load::{Driver, Flow, Load, finish};
use crate::peers::{Contestant, NO_KEY};

/// Connections of the throughput scenario.
const CALLERS: u32 = 64;
/// Connections and calls a second of the latency scenario: far from anybody's limit.
const RATE: (u32, u32) = (32, 1_000);
/// Connections, tokens a stream and tokens a write of the unpaced scenario. A write of 16 tokens is
/// what a fast backend's socket holds when a proxy comes to read it.
const UNPACED: (u32, usize, usize) = (16, 512, 16);
/// Between two tokens of the paced scenario.
const PACED_GAP: Duration = Duration::from_millis(100);

/// What every scenario needs.
#[derive(Debug)]
pub(super) struct Bench {
    /// Who calls.
    pub(super) driver: Driver,
    /// How long.
    pub(super) effort: Effort,
}

impl Bench {
    /// A few calls of each kind, so that connections, caches and branch predictors are warm.
    pub(super) fn warm(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        let duration = self.effort.warm;
        let load = Load { connections: 16, duration, ..Load::default() };
        self.driver.drive(who, load, seen)?;
        let stream = Some(Flow { tokens: 32, batch: 4, ..Flow::default() });
        self.driver.drive(who, Load { stream, ..load }, seen)?;
        Ok(())
    }

    /// Whoever is said to check keys must refuse a wrong one, or the comparison is not fair.
    pub(super) fn refuses(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        if who.key == NO_KEY {
            return Ok(());
        }
        let load = Load { connections: 1, once: true, ..Load::default() };
        let outcome = finish(self.driver.start(who, load, "sk-wrong")?)?;
        if outcome.errors.last_status != 401 {
            seen.trouble.push(format!("{} does not refuse a wrong key: {outcome:?}", who.name));
        }
        Ok(())
    }

    /// Every connection calls as soon as it was answered.
    pub(super) fn throughput(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        let duration = self.effort.throughput;
        let load = Load { connections: CALLERS, duration, ..Load::default() };
        let (outcome, spent) = self.driver.cost(who, load, seen)?;
        seen.note(Figure::CallsByClock, who.name, outcome.calls_per_second);
        if let Some(spent) = spent {
            let call = spent.as_secs_f64() * 1e6 / count(outcome.calls);
            seen.note(Figure::CallCpu, who.name, call);
            seen.note(Figure::CallsPerCore, who.name, 1e6 / call);
            seen.note(Figure::Busy, who.name, 100.0 * spent.as_secs_f64() / outcome.seconds);
        }
        Ok(())
    }

    /// Constant rate; returns median and 99th percentile.
    pub(super) fn latency(&self, who: &Contestant, seen: &mut Seen) -> io::Result<(f64, f64)> {
        let (connections, rate) = RATE;
        let duration = self.effort.latency;
        let load = Load { connections, duration, rate: Some(rate), ..Load::default() };
        let outcome = self.driver.drive(who, load, seen)?;
        Ok((outcome.latency_us.p50, outcome.latency_us.p99))
    }

    /// Streams as fast as they pass.
    pub(super) fn unpaced(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        let (connections, tokens, batch) = UNPACED;
        let stream = Some(Flow { tokens, batch, ..Flow::default() });
        let duration = self.effort.unpaced;
        let load = Load { connections, duration, stream, ..Load::default() };
        let (outcome, spent) = self.driver.cost(who, load, seen)?;
        if let Some(spent) = spent {
            let tokens = count(outcome.calls) * length(tokens);
            seen.note(Figure::TokenCpu, who.name, spent.as_secs_f64() * 1e6 / tokens);
        }
        Ok(())
    }

    /// Many slow streams at once: what each holds, and what a lone token costs.
    pub(super) fn paced(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        let Some(process) = &who.process else { return Ok(()) };
        let Effort { paced_streams: connections, paced_tokens: tokens, .. } = self.effort;
        let stream = Some(Flow { tokens, gap: PACED_GAP, ..Flow::default() });
        let load = Load { connections, stream, once: true, ..Load::default() };
        let before = process.resident_kib()?;
        let cpu = process.cpu()?;
        let driver = self.driver.start(who, load, &who.key)?;
        // Two thirds into it every stream is open and none has ended.
        thread::sleep(PACED_GAP * u32::try_from(tokens * 2 / 3).unwrap_or(1));
        let held = process.resident_kib()?.saturating_sub(before);
        let outcome = finish(driver)?;
        let spent = process.cpu()?.since(&cpu);
        seen.check(who.name, &outcome);
        let streams = count(u64::from(connections));
        seen.note(Figure::StreamMemory, who.name, count(held) / streams);
        let tokens = count(outcome.calls) * length(tokens);
        seen.note(Figure::PacedTokenCpu, who.name, spent.as_secs_f64() * 1e6 / tokens);
        Ok(())
    }
}
