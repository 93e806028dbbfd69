//! The floors that `compare --check` holds. They are raised as Sluice gets faster, never lowered
//! without a word in the changelog.

use crate::compare::figure::Figure;
use crate::compare::seen::Seen;
use crate::peers::{ENVOY, NGINX, SLUICE};

/// Calls a second on one core, everything on, against nginx that checks nothing.
pub const CALLS_TO_NGINX_MIN: f64 = 0.45;
/// Calls a second on one core, everything on, against Envoy with key and rate limit.
pub const CALLS_TO_ENVOY_MIN: f64 = 1.7;
/// Processor time a streamed token, filtered, when the backend does not wait between tokens.
pub const TOKEN_US_MAX: f64 = 1.0;

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
}
