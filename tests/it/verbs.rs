//! Every verb on records, by the command line, felt by a node that runs beside it.

mod grants;
mod people;
mod releases;
mod standing;

use serde_json::Value;
use sluice_tests::{Backend, Caller, Process, file, until};
use std::path::Path;
use tempfile::TempDir;

/// A node in a process of its own, and what it is made of.
struct Beside {
    process: Process,
    folder: TempDir,
    file: Value,
    _backend: Backend,
}

async fn beside(change: impl FnOnce(&mut Value)) -> Beside {
    beside_with(change, |_| {}).await
}

/// The same, with other files in its folder.
async fn beside_with(change: impl FnOnce(&mut Value), put: impl FnOnce(&Path)) -> Beside {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let mut file = file(&backend.url());
    change(&mut file);
    put(folder.path());
    let process = Process::serve(folder.path(), file.clone()).await;
    Beside { process, folder, file, _backend: backend }
}

impl Beside {
    /// Lets somebody in, and waits until the node knows.
    async fn makes(&self, name: &str, tier: &str) -> Caller {
        let caller = self.process.makes(name, tier);
        becomes(&caller, "open-1", 200).await;
        caller
    }

    /// Runs a command, which must end well; its output.
    fn runs(&self, line: &str) -> String {
        let words: Vec<_> = line.split_whitespace().collect();
        self.process.cli(&words).is_fine().to_owned()
    }

    /// Runs a command, which must say no; what it said.
    fn fails(&self, line: &str) -> String {
        let words: Vec<_> = line.split_whitespace().collect();
        let ran = self.process.cli(&words);
        assert_eq!(ran.code, Some(1), "{line}: {}{}", ran.out, ran.err);
        ran.err + &ran.out
    }

    /// Runs a command for machines.
    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.runs(&format!("{line} --json"))).expect("JSON")
    }
}

/// Waits until a model answers a caller with this status.
async fn becomes(caller: &Caller, model: &str, status: u16) {
    until("a change to be felt", || async { caller.asks(model).await.status == status }).await;
}
