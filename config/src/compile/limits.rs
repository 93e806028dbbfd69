//! Limits: which unit goes with which window.

use crate::Problems;
use crate::file::{self, List};
use crate::words::{Limit, Unit, Window};
use std::num::NonZeroU64;

/// More than this a minute is no limit of one node, and a token bucket of it cannot be kept.
const REQUESTS_PER_MINUTE_MAX: u64 = 1_000_000;
/// Six units with their windows, twice for the scopes, and room.
const LIMITS_MAX: usize = 16;

/// Compiles the limits of the tier at `tier`.
pub(crate) fn compile(
    written: &List<file::Limit>,
    tier: &str,
    problems: &mut Problems,
) -> Vec<Limit> {
    let mut limits: Vec<Limit> = Vec::new();
    if written.0.len() > LIMITS_MAX {
        problems.note(&format!("{tier}.limits"), format!("more than {LIMITS_MAX} limits"));
    }
    for (index, limit) in written.iter().take(LIMITS_MAX) {
        let path = format!("{tier}.limits[{index}]");
        let Some(limit) = one(limit, &path, problems) else { continue };
        let same = |other: &Limit| {
            (other.unit, other.window, other.scope) == (limit.unit, limit.window, limit.scope)
        };
        if limits.iter().any(same) {
            let what = format!("{} is limited twice for the same scope; keep one", limit.name());
            problems.note(&path, what);
        }
        limits.push(limit);
    }
    limits
}

fn one(written: &file::Limit, path: &str, problems: &mut Problems) -> Option<Limit> {
    let window = window(written, path, problems);
    let ceiling = written.ceiling?.0;
    if written.unit == Some(Unit::Requests) && ceiling > REQUESTS_PER_MINUTE_MAX {
        let what = format!("requests end at {REQUESTS_PER_MINUTE_MAX} a minute");
        problems.note(&format!("{path}.ceiling"), what);
    }
    let ceiling = NonZeroU64::new(ceiling)?;
    Some(Limit { unit: written.unit?, window: window?, scope: written.scope?, ceiling })
}

fn window(written: &file::Limit, path: &str, problems: &mut Problems) -> Option<Window> {
    let what = match (written.unit?, written.window) {
        (Unit::Concurrency, None | Some(Window::Now)) => return Some(Window::Now),
        (Unit::Requests, Some(Window::Minute)) => return Some(Window::Minute),
        (Unit::Tokens, Some(window @ (Window::Minute | Window::Day | Window::Month))) => {
            return Some(window);
        }
        (Unit::Concurrency, Some(_)) => "concurrency has no window; leave it out",
        (Unit::Requests, _) => "requests are limited by the minute only; write `window: minute`",
        (Unit::Tokens, _) => "tokens need a window: `minute`, `day` or `month`",
    };
    let written_at = written.window.map(|_| format!("{path}.window"));
    problems.note(written_at.as_deref().unwrap_or(path), what);
    None
}
