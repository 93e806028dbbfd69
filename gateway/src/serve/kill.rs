//! The kill file, taken up when it changes or on SIGUSR2, and what is over, let go.

use super::watch::watcher;
use crate::journal;
use crate::kill::{KillFile, KillSwitch};
use crate::metrics::Metrics;
use crate::node::Node;
use crate::tasks::Tasks;
use sluice_config::KillSpec;
use sluice_config::kill::KillOrders;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

/// How often expired directives are let go, and the file is looked at where nobody says that it
/// has changed.
const TICK: Duration = Duration::from_secs(1);

/// Reads the kill file, before anybody can call, and begins to watch it.
pub(super) fn start(tasks: &Tasks, node: &Arc<Node>, spec: &KillSpec) {
    let mut file = spec.file.as_deref().map(KillFile::new);
    if let Some(orders) = file.as_mut().and_then(|file| file.read(&node.metrics)) {
        node.kill.hear(orders);
    }
    // Without a handler the signal would end the process, whatever the configuration says.
    let asked = signal(SignalKind::user_defined2());
    let (switch, metrics) = (Arc::clone(&node.kill), Arc::clone(&node.metrics));
    let keeper = Keeper { switch, metrics, file };
    let path = spec.file.clone();
    tasks.spawn_until_stop(async move {
        match asked {
            Ok(asked) => keeper.keep(asked, path.as_deref()).await,
            Err(error) => journal::error("SIGUSR2 cannot be heard", error),
        }
    });
}

/// Has the node take orders, off the threads that serve calls: it waits for the disk.
pub(super) async fn hear(node: &Arc<Node>, orders: KillOrders) {
    let switch = Arc::clone(&node.kill);
    if let Err(error) = spawn_blocking(move || switch.hear(orders)).await {
        journal::error("orders of the kill switch were not taken", error);
    }
}

struct Keeper {
    switch: Arc<KillSwitch>,
    metrics: Arc<Metrics>,
    file: Option<KillFile>,
}

impl Keeper {
    async fn keep(mut self, mut asked: Signal, path: Option<&Path>) {
        let (changed, mut heard) = mpsc::channel(1);
        let watching = path.map(|path| watcher(path, changed)).transpose();
        if let Err(error) = &watching {
            journal::warn("the kill file cannot be watched; it is looked at each second", error);
        }
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let read = tokio::select! {
                Some(()) = heard.recv() => Again::IfChanged,
                Some(()) = asked.recv() => Again::Anyway,
                _ = ticks.tick() => Again::IfChanged,
            };
            match spawn_blocking(move || self.again(read)).await {
                Ok(keeper) => self = keeper,
                Err(error) => return journal::error("the kill file is read no longer", error),
            }
        }
    }

    fn again(mut self, read: Again) -> Self {
        let Self { switch, metrics, file } = &mut self;
        let wanted = |file: &&mut KillFile| read == Again::Anyway || file.has_changed();
        if let Some(file) = file.as_mut().filter(wanted)
            && let Some(orders) = file.read(metrics)
        {
            switch.hear(orders);
        }
        switch.tick();
        self
    }
}

/// When the file is read.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Again {
    IfChanged,
    Anyway,
}
