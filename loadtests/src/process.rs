//! Processes under measurement: started on one core, read through `/proc`, ended by their own id.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// Open files a process may have: two for each of the streams of the memory scenario, and room.
const FILES_MAX: &str = "--nofile=16384";
/// How long a process may take until it listens.
const START: Duration = Duration::from_secs(20);
/// A tick of `utime` and `stime`.
const TICK: Duration = Duration::from_millis(10);

/// One running process; it ends when this goes, or when this process ends.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

/// Processor time of a process, thread by thread.
#[derive(Debug)]
pub struct Cpu {
    threads: HashMap<String, u64>,
    ticks: u64,
}

/// A command that runs on one core and does not outlive this process.
pub fn pinned(core: u32, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", "prlimit", FILES_MAX, "taskset", "-c"])
        .arg(core.to_string())
        .arg(program)
        .stdin(Stdio::null());
    command
}

impl Process {
    /// Starts `program` on `core`; what it prints goes to `log`.
    pub fn start<I, S>(core: u32, program: &Path, args: I, log: &Path) -> io::Result<Self>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let out = File::create(log)?;
        let child =
            pinned(core, program).args(args).stdout(out.try_clone()?).stderr(out).spawn()?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// Starts a program that prints the address it listens on as its first line.
    pub fn announced(
        core: u32,
        program: &Path,
        args: &[OsString],
    ) -> io::Result<(Self, SocketAddr)> {
        let mut child = pinned(core, program).args(args).stdout(Stdio::piped()).spawn()?;
        let out = child.stdout.take();
        let process = Self { child, log: PathBuf::new() };
        let mut line = String::new();
        if let Some(out) = out {
            BufReader::new(out).read_line(&mut line)?;
        }
        let address = line.trim().parse().map_err(io::Error::other)?;
        Ok((process, address))
    }

    /// Waits until `address` takes connections.
    pub fn ready(mut self, address: SocketAddr) -> io::Result<Self> {
        let step = Duration::from_millis(20);
        let mut waited = Duration::ZERO;
        while TcpStream::connect_timeout(&address, step).is_err() {
            let ended = self.child.try_wait()?.is_some();
            if ended || waited > START {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                return Err(io::Error::other(format!("does not listen on {address}: {log}")));
            }
            thread::sleep(step);
            waited += step;
        }
        Ok(self)
    }

    /// Processor time so far.
    pub fn cpu(&self) -> io::Result<Cpu> {
        let root = PathBuf::from(format!("/proc/{}", self.child.id()));
        let mut threads = HashMap::new();
        for task in fs::read_dir(root.join("task"))? {
            let task = task?;
            let Ok(text) = fs::read_to_string(task.path().join("schedstat")) else { continue };
            let spent = text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            threads.insert(task.file_name().to_string_lossy().into_owned(), spent);
        }
        Ok(Cpu { threads, ticks: ticks(&fs::read_to_string(root.join("stat"))?) })
    }

    /// Memory held now, in KiB.
    pub fn resident_kib(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib.ok_or_else(|| io::Error::other("no VmRSS in /proc"))
    }
}

impl Cpu {
    /// Spent since `before`: by the nanosecond for threads that still run, by ticks where threads
    /// that ended since took a visible part with them.
    pub fn since(&self, before: &Self) -> Duration {
        let fine = self.threads.iter().map(|(thread, spent)| {
            spent.saturating_sub(before.threads.get(thread).copied().unwrap_or(0))
        });
        let fine = Duration::from_nanos(fine.sum());
        let ticks = u32::try_from(self.ticks.saturating_sub(before.ticks)).unwrap_or(u32::MAX);
        let coarse = TICK * ticks;
        if coarse > fine + 3 * TICK { coarse } else { fine }
    }
}

/// `utime` and `stime` of a line of `/proc/<pid>/stat`.
fn ticks(stat: &str) -> u64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum()
}

/// A port that was free a moment ago.
pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_does_not_shift_the_ticks() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 9 0 0 0 21 4 0 0 20 0 1 0 5 6 7";
        assert_eq!(ticks(stat), 25);
    }
}
