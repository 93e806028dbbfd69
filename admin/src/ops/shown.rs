//! How the state of a node is written in JSON.

use crate::{Readiness, SnapshotState};
use serde::Serialize;
use sluice_config::words::Timestamp;

/// Readiness, part by part.
#[derive(Debug, Serialize)]
pub(super) struct ShownReadiness<'a> {
    ready: bool,
    parts: Vec<Part<'a>>,
}

#[derive(Debug, Serialize)]
struct Part<'a> {
    name: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

impl<'a> From<&'a Readiness> for ShownReadiness<'a> {
    fn from(readiness: &'a Readiness) -> Self {
        let part = |(name, state): &'a (&'static str, Result<(), String>)| Part {
            name,
            ok: state.is_ok(),
            problem: state.as_ref().err().map(String::as_str),
        };
        Self { ready: readiness.ready, parts: readiness.parts.iter().map(part).collect() }
    }
}

/// The configuration that runs.
#[derive(Debug, Serialize)]
pub(super) struct ShownSnapshot {
    version: String,
    loaded_at: Option<String>,
    last_reload_ok: bool,
    problems: Vec<String>,
}

impl From<SnapshotState> for ShownSnapshot {
    fn from(state: SnapshotState) -> Self {
        let SnapshotState { version, loaded_at, last_reload_ok, problems } = state;
        Self { version, loaded_at: rfc3339(loaded_at), last_reload_ok, problems }
    }
}

/// A time as people write it; none if it is beyond the year 9999.
fn rfc3339(at: Timestamp) -> Option<String> {
    let ms = i64::try_from(at.0).ok()?;
    jiff::Timestamp::from_millisecond(ms).ok().map(|at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_people() {
        let written = rfc3339(Timestamp(1_795_478_400_250));
        assert_eq!(written.as_deref(), Some("2026-11-24T00:00:00.25Z"));
        assert_eq!(rfc3339(Timestamp(u64::MAX)), None);
    }
}
