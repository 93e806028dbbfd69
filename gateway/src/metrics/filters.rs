//! What is counted of filters, of prompts and of answers.

use super::Metrics;
use prometheus::Histogram;
use sluice_config::words::Strategy;
use sluice_stream::{Report, VerdictCount};
use std::time::Duration;

/// How long text of one stream waited for filters.
#[derive(Debug)]
pub(crate) struct WaitMetrics {
    first: Histogram,
    later: Histogram,
}

impl WaitMetrics {
    /// The first piece of an answer waited so long.
    pub(crate) fn first(&self, waited: Duration) {
        self.first.observe(waited.as_secs_f64());
    }

    /// Another did.
    pub(crate) fn later(&self, waited: Duration) {
        self.later.observe(waited.as_secs_f64());
    }
}

impl Metrics {
    /// Filters have looked at all of an answer.
    pub(crate) fn looked(&self, profile: &str, strategy: Strategy, report: &Report) {
        self.judged(profile, strategy, &report.verdicts);
        let held = u32::try_from(report.held_bytes).unwrap_or(u32::MAX);
        self.families.held.with_label_values(&[profile]).observe(f64::from(held));
        if report.leaked_bytes > 0 {
            let leaked = self.families.leaked.with_label_values(&[profile]);
            leaked.inc_by(report.leaked_bytes);
        }
        if let Some(pieces) = report.ended_after {
            let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
            let to_block = self.families.tokens_to_block.with_label_values(&[profile]);
            to_block.observe(f64::from(pieces));
        }
    }

    /// Filters have said this of a prompt or an answer, in all.
    pub(crate) fn judged(&self, profile: &str, strategy: Strategy, verdicts: &[VerdictCount]) {
        self.noted(profile, verdicts);
        for (shadow, acted) in disagreements(strategy, verdicts) {
            let labels = [profile, shadow.filter, &shadow.category, acted];
            self.families.disagreements.with_label_values(&labels).inc();
        }
    }

    /// Filters have said this of a text about which nothing is done.
    pub(crate) fn noted(&self, profile: &str, verdicts: &[VerdictCount]) {
        for said in verdicts {
            self.said(profile, said);
            if let Some(reason) = said.failure() {
                let errors = &self.families.filter_errors;
                errors.with_label_values(&[profile, said.filter, reason]).inc_by(said.count);
            }
        }
    }

    /// The handles for how long text of a stream waits.
    pub(crate) fn waits(&self, profile: &str) -> WaitMetrics {
        WaitMetrics {
            first: self.families.filter_first.with_label_values(&[profile]),
            later: self.families.filter_gap.with_label_values(&[profile]),
        }
    }
}

/// What shadows would have acted on otherwise than was acted, each once, and what was: nothing, or
/// something else. Where the same was done about the same, they agree.
fn disagreements(
    strategy: Strategy,
    verdicts: &[VerdictCount],
) -> impl Iterator<Item = (&VerdictCount, &'static str)> {
    let acted = move || verdicts.iter().filter(move |said| said.acted(strategy));
    let nothing = acted().next().is_none();
    let would = |said: &&VerdictCount| said.shadow && said.action.acts();
    let told = |said: &VerdictCount| (said.filter, said.category.clone(), said.action);
    let shadows = verdicts.iter().enumerate().filter(move |(_, said)| would(said));
    shadows.filter_map(move |(at, shadow)| {
        let same = |said: &VerdictCount| {
            (&said.category, said.action) == (&shadow.category, shadow.action)
        };
        let mut before = verdicts.iter().take(at).filter(would);
        if before.any(|said| told(said) == told(shadow)) || acted().any(same) {
            return None;
        }
        Some((shadow, if nothing { "nothing" } else { "something_else" }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_stream::Action;

    fn said(category: &str, action: Action, shadow: bool) -> VerdictCount {
        VerdictCount { filter: "patterns", category: category.into(), action, shadow, count: 2 }
    }

    #[test]
    fn a_shadow_disagrees_where_it_would_have_done_otherwise() {
        use Action::{Block, Redact, Score};
        let told = |strategy, verdicts: &[VerdictCount]| -> Vec<(String, &'static str)> {
            let all = disagreements(strategy, verdicts);
            all.map(|(shadow, acted)| (shadow.category.to_string(), acted)).collect()
        };
        let new = said("new", Block, true);
        let nothing = [("new".to_owned(), "nothing")];
        let other = [("new".to_owned(), "something_else")];
        let window = Strategy::Window;
        assert_eq!(told(window, &[new.clone(), new.clone()]), nothing);
        assert_eq!(told(window, &[said("a", Score, false), new.clone()]), nothing);
        assert_eq!(told(window, &[said("a", Redact, false), new.clone()]), other);
        assert_eq!(told(window, &[said("new", Redact, false), new.clone()]), other);
        assert_eq!(told(window, &[said("new", Block, false), new.clone()]), []);
        assert_eq!(told(Strategy::DetectOnly, &[said("new", Block, false), new]), nothing);
        assert_eq!(told(window, &[said("new", Score, true)]), []);
    }
}
