//! Remote classifiers that filters ask.

use super::BackendUrl;
use crate::words::{GuardId, Secret};
use std::path::PathBuf;
use std::time::Duration;

/// A guard: where it is, how it may be asked, and what its adapter is told.
#[derive(Clone, Debug)]
pub struct GuardSpec {
    /// Its name.
    pub id: GuardId,
    /// Which adapter knows its words.
    pub kind: String,
    /// Its servers, which are equal.
    pub urls: Vec<BackendUrl>,
    /// What they call the model.
    pub model: String,
    /// Who signs their certificates, in PEM; the system's roots if not given.
    pub ca: Option<PathBuf>,
    /// Sent as `authorization: Bearer`.
    pub credential: Option<Secret>,
    /// What a judgement may take in all.
    pub timeout: Duration,
    /// Requests under way at once.
    pub connections_max: usize,
    /// Judgements that may wait for one.
    pub queue_max: usize,
    /// Bytes of the texts that are sent.
    pub exchange_bytes_max: usize,
    /// Bytes of a reply.
    pub reply_bytes_max: usize,
    /// Which judgements are kept.
    pub cache: CacheSpec,
    /// When it is left alone.
    pub breaker: BreakerSpec,
    /// What the adapter is told, an object; `*_file` options are already read.
    pub options: serde_json::Value,
    /// Where it is written, for example `guards.safety`.
    pub path: String,
}

/// Which judgements of a guard are kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CacheSpec {
    /// How many; 0 is none.
    pub entries_max: u64,
    /// For how long.
    pub ttl: Duration,
}

/// When a guard that fails is left alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BreakerSpec {
    /// Failures in a row.
    pub failures_max: u32,
    /// For how long; then one question tries.
    pub open: Duration,
}
