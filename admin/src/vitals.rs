//! What the operations listener asks a node.

use serde::Serialize;
use sluice_config::words::Timestamp;

/// What a node tells of itself. Each answer is made at once, from memory.
pub trait Vitals: Send + Sync + 'static {
    /// Whether it should be sent calls.
    fn ready(&self) -> Readiness;

    /// Its metrics, in Prometheus' text format 0.0.4.
    fn metrics(&self) -> String;

    /// The configuration it runs on.
    fn snapshot(&self) -> SnapshotState;

    /// What was built.
    fn version(&self) -> Version;
}

/// Whether a node should be sent calls, and what that rests on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Readiness {
    /// Whether it should.
    pub ready: bool,
    /// Each part it rests on, with what is wrong with it.
    pub parts: Vec<(&'static str, Result<(), String>)>,
}

/// The configuration a node runs on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SnapshotState {
    /// The hash of its meaning.
    pub version: String,
    /// When it was swapped in.
    pub loaded_at: Timestamp,
    /// Whether the newest file is the one that runs.
    pub last_reload_ok: bool,
    /// What is wrong with the newest file, a line each, if it is not.
    pub problems: Vec<String>,
}

/// What was built.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Version {
    /// The release, for example `0.1.0`.
    pub version: String,
    /// The commit, or `unknown`.
    pub revision: String,
}
