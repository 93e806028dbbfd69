//! One scenario on one contestant: drive it from the other core, read what it cost.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use super::effort::Effort;
use super::figure::Figure;
use super::seen::Seen;
use crate::drive::Outcome;
use crate::figures::count;
use crate::mock::script::WHOLE_TOKENS;
use crate::peers::{Contestant, NO_KEY};
use crate::process::{Process, pinned};

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
    /// This program, which is also the driver.
    pub(super) driver: PathBuf,
    /// The driver's core.
    pub(super) core: u32,
    /// How long.
    pub(super) effort: Effort,
}

/// How the driver is to call.
#[derive(Debug, Clone, Copy)]
struct Load {
    connections: u32,
    duration: Duration,
    rate: Option<u32>,
    /// Tokens, tokens a write, gap.
    stream: Option<(usize, usize, Duration)>,
    once: bool,
}

impl Bench {
    /// A few calls of each kind, so that connections, caches and branch predictors are warm.
    pub(super) fn warm(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        let duration = self.effort.warm;
        let load = Load { connections: 16, duration, rate: None, stream: None, once: false };
        self.drive(who, load, seen)?;
        let stream = Some((32, 4, Duration::ZERO));
        self.drive(who, Load { stream, ..load }, seen)?;
        Ok(())
    }

    /// Whoever is said to check keys must refuse a wrong one, or the comparison is not fair.
    pub(super) fn refuses(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        if who.key == NO_KEY {
            return Ok(());
        }
        let load =
            Load { connections: 1, duration: Duration::ZERO, rate: None, stream: None, once: true };
        let outcome = finish(self.start(who, load, "sk-wrong")?)?;
        if outcome.errors.last_status != 401 {
            seen.trouble.push(format!("{} does not refuse a wrong key: {outcome:?}", who.name));
        }
        Ok(())
    }

    /// Every connection calls as soon as it was answered.
    pub(super) fn throughput(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        let duration = self.effort.throughput;
        let load = Load { connections: CALLERS, duration, rate: None, stream: None, once: false };
        let (outcome, spent) = self.cost(who, load, seen)?;
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
        let load = Load { connections, duration, rate: Some(rate), stream: None, once: false };
        let outcome = self.drive(who, load, seen)?;
        Ok((outcome.latency_us.p50, outcome.latency_us.p99))
    }

    /// Streams as fast as they pass.
    pub(super) fn unpaced(&self, who: &Contestant, seen: &mut Seen) -> io::Result<()> {
        let (connections, tokens, batch) = UNPACED;
        let stream = Some((tokens, batch, Duration::ZERO));
        let duration = self.effort.unpaced;
        let load = Load { connections, duration, rate: None, stream, once: false };
        let (outcome, spent) = self.cost(who, load, seen)?;
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
        let stream = Some((tokens, 1, PACED_GAP));
        let load = Load { connections, duration: Duration::ZERO, rate: None, stream, once: true };
        let before = process.resident_kib()?;
        let cpu = process.cpu()?;
        let driver = self.start(who, load, &who.key)?;
        // Two thirds into it every stream is open and none has ended.
        thread::sleep(PACED_GAP * u32::try_from(tokens * 2 / 3).unwrap_or(1));
        let held = process.resident_kib()?.saturating_sub(before);
        let outcome = finish(driver)?;
        let spent = process.cpu()?.since(&cpu);
        note_trouble(who, &outcome, seen);
        let streams = count(u64::from(connections));
        seen.note(Figure::StreamMemory, who.name, count(held) / streams);
        let tokens = count(outcome.calls) * length(tokens);
        seen.note(Figure::PacedTokenCpu, who.name, spent.as_secs_f64() * 1e6 / tokens);
        Ok(())
    }

    /// Drives, and reads the contestant's processor time around it.
    fn cost(
        &self,
        who: &Contestant,
        load: Load,
        seen: &mut Seen,
    ) -> io::Result<(Outcome, Option<Duration>)> {
        let before = who.process.as_ref().map(Process::cpu).transpose()?;
        let outcome = self.drive(who, load, seen)?;
        let after = who.process.as_ref().map(Process::cpu).transpose()?;
        let spent = after.zip(before).map(|(after, before)| after.since(&before));
        Ok((outcome, spent))
    }

    fn drive(&self, who: &Contestant, load: Load, seen: &mut Seen) -> io::Result<Outcome> {
        let outcome = finish(self.start(who, load, &who.key)?)?;
        note_trouble(who, &outcome, seen);
        Ok(outcome)
    }

    fn start(&self, who: &Contestant, load: Load, key: &str) -> io::Result<Child> {
        let address = if load.stream.is_some() { who.streamed } else { who.whole };
        let mut command = pinned(self.core, &self.driver);
        command.args(["drive", "--key", key, "--model", "mock-1"]);
        let mut flag = |name: &str, value: String| {
            command.arg(name).arg(value);
        };
        flag("--address", SocketAddr::to_string(&address));
        flag("--connections", load.connections.to_string());
        flag("--duration-ms", load.duration.as_millis().to_string());
        if let Some(rate) = load.rate {
            flag("--rate", rate.to_string());
        }
        let (tokens, batch, gap) = load.stream.unwrap_or((WHOLE_TOKENS, 1, Duration::ZERO));
        flag("--tokens", tokens.to_string());
        flag("--batch", batch.to_string());
        flag("--gap-us", gap.as_micros().to_string());
        command.args(load.stream.map(|_| "--streamed"));
        command.args(load.once.then_some("--once"));
        command.stdout(Stdio::piped()).spawn()
    }
}

fn finish(driver: Child) -> io::Result<Outcome> {
    let output = driver.wait_with_output()?;
    if !output.status.success() {
        return Err(io::Error::other("the driver failed, see its message above"));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn note_trouble(who: &Contestant, outcome: &Outcome, seen: &mut Seen) {
    if outcome.errors.total() > 0 || outcome.calls == 0 {
        let (name, calls, errors) = (who.name, outcome.calls, outcome.errors);
        seen.trouble.push(format!("{name}: {calls} good calls, {errors:?}"));
    }
}

fn length(tokens: usize) -> f64 {
    count(u64::try_from(tokens).unwrap_or(u64::MAX))
}
