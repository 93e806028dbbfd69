//! What most commands begin with: the configuration file and the store it names.

use super::out::Failure;
use clap::Args;
use sluice_config::{Config, StoreSpec, load};
use sluice_store::Store;
use std::future::Future;
use std::path::PathBuf;

/// Which configuration file.
#[derive(Args, Debug)]
pub(super) struct Settings {
    /// The configuration file
    #[arg(long, short, default_value = "sluice.yaml", value_name = "FILE")]
    pub(super) config: PathBuf,
}

impl Settings {
    /// Reads and compiles it.
    pub(super) fn load(&self) -> Result<Config, Failure> {
        Ok(load(&self.config)?)
    }

    /// Does `work` with the configuration and its store.
    pub(super) fn with_store<T, F>(
        &self,
        work: impl FnOnce(Config, Store) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let config = self.load()?;
        if config.node.store == StoreSpec::Memory {
            let what = "the store is in memory, where no other process sees it; write `store: \
                { kind: sqlite, path: sluice.db }`";
            return Err(Failure::Other(what.into()));
        }
        wait(async move {
            let store = sluice_store::open(&config.node.store).await;
            let store = store.map_err(|error| Failure::of("the store cannot be opened", error))?;
            let kept = store.clone();
            let done = work(config, store).await;
            kept.close().await;
            done
        })
    }
}

/// Runs `work` to its end on a runtime of its own.
pub(super) fn wait<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::of("cannot start", error))?.block_on(work)
}
