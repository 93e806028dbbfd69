//! `sluice serve`

use super::log;
use super::out::{Done, Failure};
use super::settings::Settings;
use crate::serve::{Options, StartError, start, watch};
use clap::Args;
use sluice_config::Config;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Serve calls.
#[derive(Args, Debug)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// Threads that serve calls; as many as there are cores if not said
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Serve {
    pub(super) fn run(self) -> Done {
        let config = self.settings.load()?;
        log::start(config.node.log);
        let mut builder = match self.threads {
            Some(one) if one.get() == 1 => Builder::new_current_thread(),
            Some(threads) => {
                let mut builder = Builder::new_multi_thread();
                builder.worker_threads(threads.get());
                builder
            }
            None => Builder::new_multi_thread(),
        };
        let runtime = builder.enable_all().build();
        let runtime = runtime.map_err(|error| Failure::of("cannot start", error))?;
        runtime.block_on(until_stopped(config, self.settings.config))
    }
}

async fn until_stopped(config: Config, file: PathBuf) -> Done {
    let hear = |kind| signal(kind).map_err(|error| Failure::of("cannot hear signals", error));
    let (mut terminate, mut interrupt) =
        (hear(SignalKind::terminate())?, hear(SignalKind::interrupt())?);
    let running = start(config, Options::default()).await.map_err(|error| match error {
        StartError::Config(problems) => Failure::Config(problems),
        other => Failure::of("cannot start", other),
    })?;
    for api in &running.api {
        tracing::info!(address = %api, "serving calls");
    }
    tracing::info!(address = %running.ops, "serving health and metrics");
    tokio::select! {
        () = watch(file, &running) => heard(&mut terminate, &mut interrupt).await,
        () = heard(&mut terminate, &mut interrupt) => {}
    }
    // The second signal does not wait.
    tokio::select! {
        finished = running.drain() => match finished {
            true => Ok(()),
            false => Err(Failure::Other("some calls did not finish within the drain time".into())),
        },
        () = heard(&mut terminate, &mut interrupt) => Err(Failure::Other("stopped at once".into())),
    }
}

async fn heard(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
