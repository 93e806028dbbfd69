//! What operators see. Every family is made here, once; handles are resolved once for each tier
//! and model and kept, since looking a label up costs more than counting.
//!
//! Labels are bounded by the configuration: tier, stage, model, upstream, backend, code. Never a
//! key, a principal, or anything a caller made up.

mod backend;
mod call;
mod families;
mod filters;
mod guard;
mod hub;

pub(crate) use backend::BackendMetrics;
pub(crate) use call::{CallMetrics, CallTable, Ended, Labels};
use families::Families;
pub(crate) use filters::WaitMetrics;
pub(crate) use guard::GuardMetrics;
pub(crate) use hub::HubMetrics;
use prometheus::{Encoder, IntCounter, Registry, TextEncoder};
use sluice_store::{Directory, Writer};
use sluice_stream::VerdictCount;

/// Every metric of a node.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) families: Families,
    pub(crate) lookups: Lookups,
}

/// Credentials looked up, by what came of it.
#[derive(Debug)]
pub(crate) struct Lookups {
    pub(crate) hit: IntCounter,
    pub(crate) negative: IntCounter,
    pub(crate) load: IntCounter,
    pub(crate) error: IntCounter,
}

impl Metrics {
    /// Makes and registers every family.
    ///
    /// # Errors
    ///
    /// Two families have one name, which is a mistake in this file.
    pub(crate) fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let families = Families::register(&registry)?;
        let build =
            [env!("CARGO_PKG_VERSION"), option_env!("SLUICE_REVISION").unwrap_or("unknown")];
        families.build_info.with_label_values(&build).set(1);
        let lookups = |result| families.directory_lookups.with_label_values(&[result]);
        let lookups = Lookups {
            hit: lookups("hit"),
            negative: lookups("negative"),
            load: lookups("load"),
            error: lookups("error"),
        };
        Ok(Self { registry, families, lookups })
    }

    /// A call was refused.
    pub(crate) fn refused(&self, tier: &str, code: &str, limit: Option<&str>) {
        self.families.refusals.with_label_values(&[tier, code]).inc();
        if let Some(limit) = limit {
            self.families.limit_refusals.with_label_values(&[tier, limit]).inc();
        }
    }

    /// A call that did not get as far as a backend has ended.
    pub(crate) fn ended(&self, labels: &Labels<'_>, outcome: &str) {
        let Labels { tier, stage, model, operation } = labels;
        self.families.requests.with_label_values(&[tier, stage, model, operation, outcome]).inc();
    }

    /// A filter said something of a prompt or an answer.
    fn said(&self, profile: &str, said: &VerdictCount) {
        let shadow = if said.shadow { "true" } else { "false" };
        let labels = [profile, said.filter, &said.category, said.action.as_str(), shadow];
        self.families.verdicts.with_label_values(&labels).inc_by(said.count);
    }

    /// A filter asked for another model; the outcome is `ok`, or why that one did not answer.
    pub(crate) fn fell_back(&self, model: &str, to: &str, place: &str, outcome: &str) {
        self.families.fallbacks.with_label_values(&[model, to, place, outcome]).inc();
    }

    /// The handles of one backend.
    pub(crate) fn backend(&self, upstream: &str, backend: &str) -> BackendMetrics {
        BackendMetrics::new(&self.families, upstream, backend)
    }

    /// The handles of one guard.
    pub(crate) fn guard(&self, name: &str) -> GuardMetrics {
        GuardMetrics::new(&self.families, name)
    }

    /// The handles of the Hub.
    pub(crate) fn hub(&self) -> HubMetrics {
        HubMetrics::new(&self.families)
    }

    /// A snapshot is in force.
    pub(crate) fn loaded(&self, version: &str, at_seconds: u64) {
        self.families.snapshot_info.reset();
        self.families.list_at.reset();
        self.families.licence_users.reset();
        self.families.licence_users_cap.reset();
        self.families.snapshot_info.with_label_values(&[version]).set(1);
        self.families.snapshot_ok.set(1);
        self.families.snapshot_at.set(i64::try_from(at_seconds).unwrap_or(i64::MAX));
    }

    /// The snapshot in force has a filter whose list was produced then.
    pub(crate) fn list(&self, profile: &str, place: usize, at_seconds: u64) {
        let at = i64::try_from(at_seconds).unwrap_or(i64::MAX);
        self.families.list_at.with_label_values(&[profile, &place.to_string()]).set(at);
    }

    /// About how many used a model this month, and above how many its licensor is to be asked.
    pub(crate) fn reach(&self, model: &str, users: f64, cap: u64) {
        self.families.licence_users.with_label_values(&[model]).set(users);
        let cap = i64::try_from(cap).unwrap_or(i64::MAX);
        self.families.licence_users_cap.with_label_values(&[model]).set(cap);
    }

    /// A file was not taken; the snapshot before it is still in force.
    pub(crate) fn not_loaded(&self) {
        self.families.snapshot_ok.set(0);
    }

    /// Writes everything down as Prometheus reads it.
    pub(crate) fn render(&self, writer: &Writer, directory: &Directory) -> String {
        let counts = writer.counts();
        let families = &self.families;
        families.ledger_depth.set(i64::try_from(counts.depth()).unwrap_or(i64::MAX));
        raise(&families.ledger_rows, counts.written);
        raise(&families.ledger_failures, counts.failures);
        families.directory_entries.set(i64::try_from(directory.entries()).unwrap_or(i64::MAX));
        self.written()
    }

    /// What was counted so far.
    pub(crate) fn written(&self) -> String {
        let mut text = Vec::new();
        let encoded = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        if let Err(error) = encoded {
            tracing::error!(%error, "metrics cannot be written");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

/// Brings a counter up to a count that is kept elsewhere.
fn raise(counter: &IntCounter, to: u64) {
    counter.inc_by(to.saturating_sub(counter.get()));
}
