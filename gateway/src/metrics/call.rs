//! The handles of the calls of one tier to one model.

use super::Metrics;
use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};
use sluice_config::Policy;
use sluice_config::policy::{Model, Tier};
use sluice_config::words::{Entitlement, Operation, ReleaseStage};
use std::sync::{Arc, OnceLock};

/// The labels of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels<'l> {
    pub(crate) tier: &'l str,
    pub(crate) stage: &'l str,
    pub(crate) model: &'l str,
    pub(crate) operation: &'l str,
}

/// What is counted of the calls of one tier to one operation of one model.
#[derive(Debug)]
pub(crate) struct CallMetrics {
    pub(crate) in_flight: IntGauge,
    pub(crate) reserved: IntGauge,
    pub(crate) ttft: Histogram,
    pub(crate) gap: Histogram,
    pub(crate) duration: Histogram,
    pub(crate) added: Histogram,
    ok: IntCounter,
    requests: IntCounterVec,
    labels: [String; 4],
    tokens: [[IntCounter; 2]; 2],
    gen_ai_tokens: [Histogram; 2],
    gen_ai_duration: Histogram,
    gen_ai_first: Histogram,
    gen_ai_each: Histogram,
}

/// What is counted of a call that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) prompt: u64,
    pub(crate) completion: u64,
    pub(crate) estimated: bool,
    /// Seconds in all.
    pub(crate) duration: f64,
    /// Seconds to the first content, if there was any.
    pub(crate) ttft: Option<f64>,
}

impl CallMetrics {
    fn new(
        metrics: &Metrics,
        (tier, model, stage): (&Tier, &Model, ReleaseStage),
        operation: Operation,
    ) -> Self {
        let families = &metrics.families;
        let (tier, stage) = (tier.id.as_str(), stage.as_str());
        let (model, named, operation) = (model.id.as_str(), operation.gen_ai(), operation.as_str());
        let counter = |direction, estimated| {
            families.tokens.with_label_values(&[tier, stage, model, direction, estimated])
        };
        let both = |direction| [counter(direction, "false"), counter(direction, "true")];
        let gen_ai = [named, "sluice", model];
        let kind = |kind| families.gen_ai_tokens.with_label_values(&[named, "sluice", model, kind]);
        Self {
            in_flight: families.in_flight.with_label_values(&[tier, model]),
            reserved: families.reserved.with_label_values(&[tier]),
            ttft: families.ttft.with_label_values(&[tier, model]),
            gap: families.gap.with_label_values(&[tier, model]),
            duration: families.duration.with_label_values(&[tier, model, operation]),
            added: families.added.with_label_values(&[operation]),
            ok: families.requests.with_label_values(&[tier, stage, model, operation, "ok"]),
            requests: families.requests.clone(),
            labels: [tier, stage, model, operation].map(str::to_owned),
            tokens: [both("input"), both("output")],
            gen_ai_tokens: [kind("input"), kind("output")],
            gen_ai_duration: families.gen_ai_duration.with_label_values(&gen_ai),
            gen_ai_first: families.gen_ai_first.with_label_values(&gen_ai),
            gen_ai_each: families.gen_ai_each.with_label_values(&gen_ai),
        }
    }

    /// A call went well to its end.
    pub(crate) fn ok(&self) {
        self.ok.inc();
    }

    /// A call has ended in another way.
    pub(crate) fn other(&self, outcome: &str) {
        let [tier, stage, model, operation] = &self.labels;
        self.requests.with_label_values(&[tier, stage, model, operation, outcome]).inc();
    }

    /// A call has ended, however.
    pub(crate) fn ended(&self, ended: Ended) {
        let counts = [ended.prompt, ended.completion];
        for ((counters, histogram), count) in
            self.tokens.iter().zip(&self.gen_ai_tokens).zip(counts)
        {
            let [counted, estimated] = counters;
            if ended.estimated { estimated } else { counted }.inc_by(count);
            histogram.observe(float(count));
        }
        self.duration.observe(ended.duration);
        self.gen_ai_duration.observe(ended.duration);
        if let Some(first) = ended.ttft {
            self.ttft.observe(first);
            self.gen_ai_first.observe(first);
            if ended.completion > 1 {
                self.gen_ai_each.observe((ended.duration - first) / float(ended.completion - 1));
            }
        }
    }
}

/// A count as a measurement; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no call has 2^53 tokens")]
fn float(count: u64) -> f64 {
    count as f64
}

/// The handles of every tier, model and stage of a snapshot, resolved when they are first needed.
#[derive(Debug)]
pub(crate) struct CallTable {
    models: usize,
    cells: Vec<OnceLock<Arc<CallMetrics>>>,
}

impl CallTable {
    pub(crate) fn new(policy: &Policy) -> Self {
        let models = policy.models().len();
        let stages = ReleaseStage::ALL.len();
        let cells = policy.tiers().len() * models * stages * Operation::ALL.len();
        Self { models, cells: (0..cells).map(|_| OnceLock::new()).collect() }
    }

    pub(crate) fn of(
        &self,
        metrics: &Metrics,
        entitlement: &Entitlement,
        operation: Operation,
    ) -> Arc<CallMetrics> {
        let Entitlement { tier, model, stage, .. } = entitlement;
        let row = (tier.index * self.models + model.index) * ReleaseStage::ALL.len();
        let cell = (row + stage.index()) * Operation::ALL.len() + operation.index();
        let make = || Arc::new(CallMetrics::new(metrics, (tier, model, *stage), operation));
        match self.cells.get(cell) {
            Some(cell) => Arc::clone(cell.get_or_init(make)),
            None => make(),
        }
    }
}
