//! `sluice serve`

use super::log;
use super::out::{Done, Failure};
use super::settings::Settings;
use super::stop::Stop;
use crate::serve::{Options, Running, StartError, start, watch};
use clap::Args;
use sluice_config::Config;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use tokio::runtime::Builder;

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
    let mut stop = Stop::hear()?;
    let running = start(config, Options::default()).await.map_err(|error| match error {
        StartError::Config(problems) => Failure::Config(problems),
        other => Failure::of("cannot start", other),
    })?;
    told(&running);
    tokio::select! {
        () = watch(file, &running) => stop.heard().await,
        () = stop.heard() => {}
    }
    // The second signal does not wait.
    let finished = tokio::select! {
        finished = running.drain() => finished,
        () = stop.heard() => return Err(Failure::Other("stopped at once".into())),
    };
    let cut = || Failure::Other("some usage could not be written".into());
    finished.then_some(()).ok_or_else(cut)
}

fn told(running: &Running) {
    tracing::info!(callers = ?running.api, ops = %running.ops, "serving");
}
