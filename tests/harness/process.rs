//! The real binary, in a process of its own.

use crate::{Caller, Daemon, Metrics, soon};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What a command said, and how it ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Ran {
    /// Fails unless it ended well; gives its output.
    #[track_caller]
    pub fn is_fine(&self) -> &str {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        &self.out
    }
}

/// Runs `sluice` with these arguments in `folder`, to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(crate::sluice());
    let ended = command.args(arguments).current_dir(folder).output().expect("the binary");
    Ran {
        code: ended.status.code(),
        out: String::from_utf8_lossy(&ended.stdout).into_owned(),
        err: String::from_utf8_lossy(&ended.stderr).into_owned(),
    }
}

/// A node in a process of its own.
#[derive(Debug)]
pub struct Process {
    /// The process.
    pub daemon: Daemon,
    /// Its folder, which holds `sluice.yaml`.
    pub folder: PathBuf,
    /// Where callers connect.
    pub api: SocketAddr,
    /// Where it says how it is.
    pub ops: SocketAddr,
}

impl Process {
    /// Writes the configuration, with free ports, into `folder`, serves it and waits until it is
    /// ready.
    pub async fn serve(folder: &Path, mut file: Value) -> Self {
        let (api, ops) = (crate::free_port(), crate::free_port());
        place(&mut file, api, ops);
        write(folder, &file);
        let mut command = Command::new(crate::sluice());
        command.args(["serve", "--config", "sluice.yaml"]).current_dir(folder);
        let daemon = Daemon::start(&mut command);
        let mut process = Self { daemon, folder: folder.to_owned(), api, ops };
        let ready = async {
            while process.ops("/readyz").await.0 != 200 {
                let ended = process.daemon.ended();
                assert_eq!(ended, None, "it ended: {}", process.daemon.log());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon("a ready node", ready).await;
        process
    }

    /// Writes another configuration, with the same ports and store, in one step.
    pub fn rewrite(&self, mut file: Value) {
        place(&mut file, self.api, self.ops);
        write(&self.folder, &file);
    }

    /// Runs a command on the same folder.
    pub fn cli(&self, arguments: &[&str]) -> Ran {
        run(&self.folder, arguments)
    }

    /// Makes a principal on a tier and a key for it; gives somebody who calls with it.
    pub fn makes(&self, name: &str, tier: &str) -> Caller {
        self.cli(&["principals", "create", name, "--tier", tier]).is_fine();
        self.makes_a_key(name)
    }

    /// Makes a key for a principal.
    pub fn makes_a_key(&self, name: &str) -> Caller {
        let ran = self.cli(&["keys", "create", name]);
        let key = ran.is_fine().split_whitespace().find(|word| word.starts_with("sk-sluice-"));
        Caller::with_key(self.api, key.expect("a key on standard output"))
    }

    /// Gets a path of the ops listener: status and body; 0 if nobody listens.
    pub async fn ops(&self, path: &str) -> (u16, String) {
        let call = Caller { api: self.ops, key: None }.gets(path).header("connection", "close");
        match call.tried().await {
            Some(reply) => (reply.status, reply.body()),
            None => (0, String::new()),
        }
    }

    /// What it counts.
    pub async fn metrics(&self) -> Metrics {
        Metrics { text: self.ops("/metrics").await.1 }
    }
}

fn place(file: &mut Value, api: SocketAddr, ops: SocketAddr) {
    file["listeners"] = json!([{ "bind": api.to_string() }]);
    file["ops"] = json!({ "bind": ops.to_string() });
    file["store"] = json!({ "kind": "sqlite", "path": "sluice.db" });
}

/// Writes `sluice.yaml` and the key secret, each in one step.
pub(crate) fn write(folder: &Path, file: &Value) {
    let text = serde_json::to_string_pretty(file).expect("a value");
    if !folder.join("sluice.key").exists() {
        put(folder, "sluice.key", "a-secret-for-tests-which-is-long-enough-to-be-one");
    }
    put(folder, "sluice.yaml", &text);
}

/// Writes a file in one step, for its owner only.
pub fn put(folder: &Path, name: &str, text: &str) {
    let part = folder.join(format!("{name}.part"));
    std::fs::write(&part, text).expect("a folder that can be written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let only_mine = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&part, only_mine).expect("a file of our own");
    }
    std::fs::rename(&part, folder.join(name)).expect("a folder that can be written");
}
