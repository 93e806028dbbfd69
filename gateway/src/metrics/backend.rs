//! The handles of one backend.

use super::families::Families;
use prometheus::{IntCounter, IntCounterVec, IntGauge};

/// What is counted of one backend.
#[derive(Debug)]
pub(crate) struct BackendMetrics {
    upstream: String,
    backend: String,
    failures: IntCounterVec,
    pub(crate) up: IntGauge,
    pub(crate) in_flight: IntGauge,
    pub(crate) ejections: IntCounter,
}

impl BackendMetrics {
    pub(super) fn new(families: &Families, upstream: &str, backend: &str) -> Self {
        let labels = [upstream, backend];
        let up = families.backend_up.with_label_values(&labels);
        up.set(1);
        Self {
            upstream: upstream.to_owned(),
            backend: backend.to_owned(),
            failures: families.backend_failures.clone(),
            up,
            in_flight: families.backend_in_flight.with_label_values(&labels),
            ejections: families.backend_ejections.with_label_values(&labels),
        }
    }

    /// A call failed there.
    pub(crate) fn failed(&self, reason: &str) {
        self.failures.with_label_values(&[&self.upstream, &self.backend, reason]).inc();
    }
}
