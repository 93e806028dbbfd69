//! One load on one contestant: the driver calls from its own core, and what that cost is read.

use std::env;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use crate::compare::seen::Seen;
use crate::drive::Outcome;
use crate::mock::script::WHOLE_TOKENS;
use crate::peers::Contestant;
use crate::process::{Process, pinned};

/// This program as the one who calls, and as the backend.
#[derive(Debug)]
pub struct Driver {
    program: PathBuf,
    core: u32,
    /// What driver and mock are told of the text; nothing for the built-in one.
    said: Vec<OsString>,
}

/// How to call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Load {
    /// Connections.
    pub connections: u32,
    /// How long.
    pub duration: Duration,
    /// Calls a second; without it a closed loop.
    pub rate: Option<u32>,
    /// How answers are streamed; without it they are whole.
    pub stream: Option<Flow>,
    /// One call a connection.
    pub once: bool,
}

/// How an answer is streamed.
#[derive(Debug, Clone, Copy)]
pub struct Flow {
    /// Tokens of it.
    pub tokens: usize,
    /// Tokens a write.
    pub batch: usize,
    /// Between two writes.
    pub gap: Duration,
    /// Places of the text where streams begin.
    pub starts: usize,
    /// Over how long they begin.
    pub ramp: Duration,
}

impl Default for Flow {
    fn default() -> Self {
        let (gap, ramp) = (Duration::ZERO, Duration::ZERO);
        Self { tokens: WHOLE_TOKENS, batch: 1, gap, starts: 1, ramp }
    }
}

impl Driver {
    /// On `core`, and not on the one of those who are measured.
    pub fn new(theirs: u32, core: u32) -> io::Result<Self> {
        if thread::available_parallelism()?.get() < 2 || theirs == core {
            return Err(io::Error::other("two cores are needed, one for the contestants alone"));
        }
        Ok(Self { program: env::current_exe()?, core, said: Vec::new() })
    }

    /// With another text, as `mock` and `drive` are told it.
    #[must_use]
    pub fn saying(self, said: impl IntoIterator<Item = OsString>) -> Self {
        Self { said: said.into_iter().collect(), ..self }
    }

    /// Starts the backend.
    pub fn mock(&self) -> io::Result<(Process, SocketAddr)> {
        let args = [&["mock".into()], self.said.as_slice()].concat();
        Process::announced(self.core, &self.program, &args)
    }

    /// Drives, and reads the contestant's processor time around it.
    pub fn cost(
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

    /// Drives to the end.
    pub fn drive(&self, who: &Contestant, load: Load, seen: &mut Seen) -> io::Result<Outcome> {
        let outcome = finish(self.start(who, load, &who.key)?)?;
        seen.check(who.name, &outcome);
        Ok(outcome)
    }

    /// Begins to drive.
    pub fn start(&self, who: &Contestant, load: Load, key: &str) -> io::Result<Child> {
        let address = if load.stream.is_some() { who.streamed } else { who.whole };
        let mut command = pinned(self.core, &self.program);
        command.args(["drive", "--key", key, "--model", "mock-1"]).args(&self.said);
        let mut flag = |name: &str, value: String| {
            command.arg(name).arg(value);
        };
        flag("--address", address.to_string());
        flag("--connections", load.connections.to_string());
        flag("--duration-ms", load.duration.as_millis().to_string());
        if let Some(rate) = load.rate {
            flag("--rate", rate.to_string());
        }
        let Flow { tokens, batch, gap, starts, ramp } = load.stream.unwrap_or_default();
        flag("--tokens", tokens.to_string());
        flag("--batch", batch.to_string());
        flag("--gap-us", gap.as_micros().to_string());
        flag("--starts", starts.to_string());
        flag("--ramp-ms", ramp.as_millis().to_string());
        command.args(load.stream.map(|_| "--streamed"));
        command.args(load.once.then_some("--once"));
        command.stdout(Stdio::piped()).spawn()
    }
}

/// Waits for the driver and reads what it saw.
pub fn finish(driver: Child) -> io::Result<Outcome> {
    let output = driver.wait_with_output()?;
    if !output.status.success() {
        return Err(io::Error::other("the driver failed, see its message above"));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
