//! The handles of the Hugging Face Hub.

use super::families::Families;
use prometheus::{IntCounterVec, IntGaugeVec};

/// What is counted of the Hub. Repos come from the configuration.
#[derive(Debug)]
pub(crate) struct HubMetrics {
    polls: IntCounterVec,
    heard_at: IntGaugeVec,
    requests: IntGaugeVec,
    writes: IntCounterVec,
    lookups: IntCounterVec,
}

impl HubMetrics {
    pub(super) fn new(families: &Families) -> Self {
        Self {
            polls: families.hub_polls.clone(),
            heard_at: families.hub_heard_at.clone(),
            requests: families.hub_requests.clone(),
            writes: families.hub_writes.clone(),
            lookups: families.hub_lookups.clone(),
        }
    }

    /// A repo was polled; the result is `ok`, or why not.
    pub(crate) fn polled(&self, repo: &str, result: &str) {
        self.polls.with_label_values(&[repo, result]).inc();
    }

    /// The requests of a repo are known as they were then: so many of each status.
    pub(crate) fn heard(&self, repo: &str, at_seconds: u64, counts: [(&str, usize); 3]) {
        let at = i64::try_from(at_seconds).unwrap_or(i64::MAX);
        self.heard_at.with_label_values(&[repo]).set(at);
        for (status, count) in counts {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.requests.with_label_values(&[repo, status]).set(count);
        }
    }

    /// A decision was written to a repo; the result is what came of it, or why nothing did.
    pub(crate) fn wrote(&self, repo: &str, result: &str) {
        self.writes.with_label_values(&[repo, result]).inc();
    }

    /// A token was looked up.
    pub(crate) fn looked_up(&self, result: &str) {
        self.lookups.with_label_values(&[result]).inc();
    }
}
