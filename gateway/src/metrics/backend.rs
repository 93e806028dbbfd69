//! The handles of one backend.

use super::families::Families;
use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec};

/// What is counted of one backend.
#[derive(Debug)]
pub(crate) struct BackendMetrics {
    upstream: String,
    backend: String,
    failures: IntCounterVec,
    gauges: [IntGaugeVec; 2],
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
            gauges: [families.backend_up.clone(), families.backend_in_flight.clone()],
            up,
            in_flight: families.backend_in_flight.with_label_values(&labels),
            ejections: families.backend_ejections.with_label_values(&labels),
        }
    }

    /// The backend is gone: its gauges no longer say anything.
    pub(crate) fn forget(&self) {
        let labels = [self.upstream.as_str(), self.backend.as_str()];
        for gauges in &self.gauges {
            // One that is not there any more is what is wanted.
            let _gone = gauges.remove_label_values(&labels).is_err();
        }
    }

    /// A call failed there.
    pub(crate) fn failed(&self, reason: &str) {
        self.failures.with_label_values(&[&self.upstream, &self.backend, reason]).inc();
    }
}
