//! Real parts: programs of others that a test needs, made by the scripts of `tests/real`.

use crate::{Caller, Daemon, checkout, free_port, soon};
use std::collections::HashMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

/// What a script of `tests/real` has made: names and paths. `None`, with a line that says so, if it
/// was not run on this machine; in CI that is a failure.
pub fn part(test: &str, script: &str) -> Option<HashMap<String, String>> {
    let script = checkout().join("tests/real").join(script);
    let ran = Command::new(&script).arg("--present").output().expect("bash");
    if ran.status.success() {
        let lines = String::from_utf8_lossy(&ran.stdout).into_owned();
        let pairs = lines.lines().filter_map(|line| line.split_once('='));
        return Some(pairs.map(|(name, path)| (name.to_owned(), path.to_owned())).collect());
    }
    let why = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!in_ci, "{test}: a real part is missing: {why}");
    // Past the capture of the test runner, for the one line at the end.
    let said = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
    debug_assert!(said.is_ok(), "standard error is open");
    None
}

/// A server of others on a free port of this machine.
#[derive(Debug)]
pub struct Server {
    /// The process.
    pub daemon: Daemon,
    /// Where it listens.
    pub at: SocketAddr,
}

impl Server {
    /// Starts a server that listens where it is told to, and waits until `path` of it is fine.
    pub async fn start(
        mut command: Command,
        tell: impl FnOnce(&mut Command, SocketAddr),
        path: &str,
    ) -> Self {
        let at = free_port();
        tell(&mut command, at);
        let mut server = Self { daemon: Daemon::start(&mut command), at };
        let ready = async {
            while server.get(path).await.0 != 200 {
                let ended = server.daemon.ended();
                assert_eq!(ended, None, "it ended: {}", server.daemon.log());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        soon("a server of others", ready).await;
        server
    }

    /// Gets a path: status and body; 0 if nobody listens.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let nobody = Caller { api: self.at, key: None };
        match nobody.gets(path).header("connection", "close").tried().await {
            Some(reply) => (reply.status, reply.body()),
            None => (0, String::new()),
        }
    }
}
