//! The handles of one guard.

use super::families::Families;
use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};
use sluice_stream::guard::Verdict;

/// What is counted of one guard.
#[derive(Debug)]
pub(crate) struct GuardMetrics {
    guard: String,
    verdicts: [(Verdict, IntCounter); 4],
    failures: IntCounterVec,
    pub(crate) duration: Histogram,
    pub(crate) hits: IntCounter,
    pub(crate) misses: IntCounter,
    pub(crate) breaker: IntGauge,
}

impl GuardMetrics {
    pub(super) fn new(families: &Families, guard: &str) -> Self {
        let looked_up = |result| families.guard_cache.with_label_values(&[guard, result]);
        let said = |verdict: Verdict| {
            let counter = families.guard_judgements.with_label_values(&[guard, verdict.as_str()]);
            (verdict, counter)
        };
        Self {
            guard: guard.to_owned(),
            verdicts: Verdict::ALL.map(said),
            failures: families.guard_failures.clone(),
            duration: families.guard_duration.with_label_values(&[guard]),
            hits: looked_up("hit"),
            misses: looked_up("miss"),
            breaker: families.guard_breaker.with_label_values(&[guard]),
        }
    }

    /// It said something.
    pub(crate) fn judged(&self, verdict: Verdict) {
        let mut counters = self.verdicts.iter();
        if let Some((_, counter)) = counters.find(|(known, _)| *known == verdict) {
            counter.inc();
        }
    }

    /// It said nothing.
    pub(crate) fn failed(&self, reason: &str) {
        self.failures.with_label_values(&[&self.guard, reason]).inc();
    }
}
