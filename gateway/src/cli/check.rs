//! `sluice check` and `sluice test`

use super::out::{self, Done, Failure};
use super::{kept, releases, settings};
use crate::MachineClock;
use crate::metrics::Metrics;
use crate::snapshot::Snapshot;
use clap::Args;
use sluice_config::words::Clock;
use sluice_config::{Config, Problem, StoreSpec};
use std::path::PathBuf;
use std::sync::Arc;

/// Report every problem of a configuration file.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// The configuration file
    #[arg(default_value = "sluice.yaml", value_name = "FILE")]
    file: PathBuf,
}

impl Check {
    pub(super) fn run(self) -> Done {
        let config = sluice_config::load(&self.file)?;
        let (tiers, models) = (config.policy.tiers().len(), config.policy.models().len());
        let version = config.policy.version().to_owned();
        let warnings = config.warnings.clone();
        // The same assembly as in a node: filters and certificates have problems of their own.
        let metrics = Metrics::new().map_err(|error| Failure::of("metrics", error))?;
        let drift = drift(&config);
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::default());
        let snapshot = Snapshot::alone(config, &clock, &Arc::new(metrics))?;
        let file = self.file.display();
        for Problem { path, line, column, message } in warnings {
            out::line(format!("{file}:{line}:{column}: warning: {path}: {message}"))?;
        }
        for stale in snapshot.chains.stale(clock.now().seconds()) {
            out::line(format!("{file}: warning: {stale}"))?;
        }
        for drift in drift {
            out::line(format!("{file}: warning: {drift}"))?;
        }
        out::line(format!("{file}: no problems; {tiers} tiers, {models} models, policy {version}"))
    }
}

/// Where the file and the records of its store differ, if there is a store yet. That they cannot be
/// read is worth a warning too, and is no problem of the file.
fn drift(config: &Config) -> Vec<String> {
    let StoreSpec::Sqlite { path } = &config.node.store else { return Vec::new() };
    if !path.exists() {
        return Vec::new();
    }
    let found = settings::wait(async {
        let store = sluice_store::open(&config.node.store).await.map_err(kept::unread)?;
        let found = releases::drift(&config.policy, &store).await;
        store.close().await;
        found
    });
    match found {
        Ok(found) => found,
        Err(Failure::Other(why)) => vec![why],
        Err(_) => Vec::new(),
    }
}

/// Run decision tables. Each names the configuration it is about.
#[derive(Args, Debug)]
pub(super) struct Test {
    /// A folder of decision tables, or one of them
    #[arg(value_name = "DIR")]
    tables: PathBuf,
}

impl Test {
    pub(super) fn run(self) -> Done {
        let outcome = sluice_config::table::run(&self.tables)?;
        out::line(&outcome)?;
        if outcome.failures.is_empty() { Ok(()) } else { Err(Failure::No) }
    }
}
