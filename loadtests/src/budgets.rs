//! The floors that `compare --check` and `filters --check` hold. They are raised as Sluice gets
//! faster, never lowered without a word in the changelog.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use crate::compare::figure::Figure;
use crate::compare::seen::Seen;
use crate::peers::{ENVOY, NGINX, SLUICE, SLUICE_NOFILTER, SLUICE_PATTERNS};

/// Calls a second on one core, everything on, against nginx that checks nothing.
pub const CALLS_TO_NGINX_MIN: f64 = 0.45;
/// Calls a second on one core, everything on, against Envoy with key and rate limit.
pub const CALLS_TO_ENVOY_MIN: f64 = 1.7;
/// Processor time a streamed token, filtered, when the backend does not wait between tokens.
pub const TOKEN_US_MAX: f64 = 1.0;

/// Processor time of a paced token that is filtered, to one that is not.
pub const FILTERED_TO_PLAIN_MAX: f64 = 1.15;
/// Processor time of an unpaced token that is filtered; the aim is 0.3.
pub const FILTERED_TOKEN_US_MAX: f64 = 0.6;

/// What is below its floor, or was not measured; nothing when all is well.
pub fn missed(seen: &Seen) -> Vec<String> {
    let mut missed = Vec::new();
    for (peer, floor) in [(NGINX, CALLS_TO_NGINX_MIN), (ENVOY, CALLS_TO_ENVOY_MIN)] {
        match seen.ratio(Figure::CallsPerCore, SLUICE, peer) {
            Some(ratio) if ratio.median >= floor => {}
            Some(ratio) => missed.push(format!(
                "calls a second a core: {:.2} times {peer}, the floor is {floor}",
                ratio.median
            )),
            None => missed.push(format!("calls a second a core against {peer} was not measured")),
        }
    }
    match seen.middle(Figure::TokenCpu, SLUICE) {
        Some(token) if token.median <= TOKEN_US_MAX => {}
        Some(token) => missed.push(format!(
            "a streamed token: {:.2} µs, the ceiling is {TOKEN_US_MAX}",
            token.median
        )),
        None => missed.push("a streamed token was not measured".to_owned()),
    }
    missed
}

/// The same for a node that filters beside one that does not, with so much time between tokens.
pub fn filters_missed(seen: &Seen, gap: Duration) -> Vec<String> {
    let paced = seen.ratio(Figure::PacedTokenCpu, SLUICE_PATTERNS, SLUICE_NOFILTER);
    let unpaced = seen.middle(Figure::TokenCpu, SLUICE_PATTERNS);
    let added = seen.middle(Figure::AddedGapP99, SLUICE_PATTERNS);
    let gap = gap.as_secs_f64() * 1e6;
    [
        ("a paced token, filtered to plain", paced, FILTERED_TO_PLAIN_MAX),
        ("an unpaced token, us", unpaced, FILTERED_TOKEN_US_MAX),
        ("added gap p99 must be less than a token interval, us", added, gap.next_down()),
    ]
    .into_iter()
    .filter_map(|(what, seen, ceiling)| match seen {
        Some(seen) if seen.median <= ceiling => None,
        Some(seen) => Some(format!("{what}: {:.2}, the ceiling is {ceiling:.2}", seen.median)),
        None => Some(format!("{what}: was not measured")),
    })
    .collect()
}

/// Says what was missed, and fails if anything was, or if there was trouble.
pub fn tell(out: &mut impl Write, missed: &[String], seen: &Seen) -> io::Result<ExitCode> {
    for missed in missed {
        writeln!(out, "missed: {missed}")?;
    }
    let good = missed.is_empty() && seen.trouble.is_empty();
    writeln!(out, "{}", if good { "floors: held" } else { "floors: not held" })?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_missed() {
        assert_eq!(missed(&Seen::default()).len(), 3);
    }

    #[test]
    fn floors_hold_at_their_value() {
        let mut seen = Seen::default();
        for (name, calls) in [(SLUICE, 45.0), (NGINX, 100.0), (ENVOY, 20.0)] {
            seen.note(Figure::CallsPerCore, name, calls);
        }
        seen.note(Figure::TokenCpu, SLUICE, TOKEN_US_MAX);
        assert_eq!(missed(&seen), Vec::<String>::new());
        seen.note(Figure::CallsPerCore, SLUICE, 1.0);
        seen.note(Figure::CallsPerCore, NGINX, 100.0);
        assert_eq!(missed(&seen).len(), 1, "only nginx has the bad round too");
    }

    #[test]
    fn filters_hold_their_ceilings_and_no_more() {
        let gap = Duration::from_millis(20);
        assert_eq!(filters_missed(&Seen::default(), gap).len(), 3);
        let mut seen = Seen::default();
        seen.note(Figure::PacedTokenCpu, SLUICE_NOFILTER, 10.0);
        seen.note(Figure::PacedTokenCpu, SLUICE_PATTERNS, 11.5);
        seen.note(Figure::TokenCpu, SLUICE_PATTERNS, FILTERED_TOKEN_US_MAX);
        seen.note(Figure::AddedGapP99, SLUICE_PATTERNS, 19_999.0);
        assert_eq!(filters_missed(&seen, gap), Vec::<String>::new());
        seen.note(Figure::AddedGapP99, SLUICE_PATTERNS, 20_003.0);
        seen.note(Figure::TokenCpu, SLUICE_PATTERNS, 0.9);
        assert_eq!(filters_missed(&seen, gap).len(), 2);
    }
}
