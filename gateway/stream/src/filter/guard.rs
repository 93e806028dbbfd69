//! `guard`: asks a remote classifier of the `guards` section about what is said. What it finds has no
//! place in the text, so it stops or counts; it masks nothing.

use super::Script;
use super::findings::Findings;
use super::kind::{Filter, Judge, Kind, Notes};
use super::ward::{Asks, Turns, When};
use crate::report::Action;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Bytes of text between two questions about one answer, at most, if nothing is said.
const STRIDE_BYTES: usize = 1024;
/// Fewer would ask about every token.
const STRIDE_BYTES_MIN: usize = 64;
/// As long as answers mostly are.
const STRIDE_BYTES_MAX: usize = 1024 * 1024;

/// The kind of filters that ask.
pub(crate) const GUARD: &str = "guard";

#[derive(Debug)]
pub(super) struct Guard;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    guard: String,
    #[serde(default)]
    when: When,
    #[serde(default)]
    turns: Turns,
    #[serde(default = "stride")]
    stride_bytes_max: usize,
}

fn stride() -> usize {
    STRIDE_BYTES
}

impl Kind for Guard {
    fn name(&self) -> &'static str {
        GUARD
    }

    fn action(&self) -> Action {
        Action::Block
    }

    fn build(&self, settings: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Filter>> {
        let Settings { guard, when, turns, stride_bytes_max } = notes.read(settings)?;
        if !(STRIDE_BYTES_MIN..=STRIDE_BYTES_MAX).contains(&stride_bytes_max) {
            let what = format!("must be from {STRIDE_BYTES_MIN} to {STRIDE_BYTES_MAX}");
            notes.note("stride_bytes_max", what);
            return None;
        }
        Some(Arc::new(Asking(Asks { guard: guard.into(), when, turns, stride_bytes_max })))
    }
}

#[derive(Debug)]
struct Asking(Asks);

impl Filter for Asking {
    fn masks(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Its guard knows.
    fn categories(&self) -> Vec<&str> {
        Vec::new()
    }

    fn judge(&self, _: Script) -> Box<dyn Judge> {
        Box::new(Unread::default())
    }

    fn asks(&self) -> Option<&Asks> {
        Some(&self.0)
    }
}

/// Finds nothing in the text itself.
#[derive(Debug, Default)]
struct Unread(usize);

impl Judge for Unread {
    fn feed(&mut self, text: &str, findings: &mut Findings) {
        self.0 += text.len();
        findings.clear(self.0);
    }

    fn end(&mut self, _: &mut Findings) {}
}
