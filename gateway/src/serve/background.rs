//! The work that goes on beside calls.

use super::vitals::NodeVitals;
use crate::journal;
use crate::node::Node;
use crate::tasks::Tasks;
use sluice_config::kill::KillOrders;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};

/// How often the directory hears what changed in the records: a made or revoked key is felt
/// within this.
const CATCH_UP: Duration = Duration::from_millis(200);
/// How often idle connections to backends are closed.
const SWEEP: Duration = Duration::from_secs(1);
/// How often callers of whom there is nothing to remember are forgotten: each is looked at.
const FORGET_EVERY: u32 = 60;

/// How often it is looked whether the keys of issuers have grown old.
const REFRESH: Duration = Duration::from_secs(1);

/// Starts it.
pub(super) fn start(tasks: &Tasks, node: &Arc<Node>, ops: TcpListener) {
    tasks.spawn_until_stop(catch_up(Arc::clone(node)));
    tasks.spawn_until_stop(sweep(Arc::clone(node)));
    tasks.spawn_until_stop(refresh(Arc::clone(node)));
    let vitals = Arc::new(NodeVitals(Arc::clone(node)));
    let stopping = tasks.stopping().clone();
    tasks.spawn(async move {
        sluice_admin::ops::serve(ops, vitals, stopping.wait()).await;
    });
}

async fn catch_up(node: Arc<Node>) {
    let mut ticks = interval(CATCH_UP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        ticks.tick().await;
        let heard = match node.door.directory.catch_up().await {
            Ok(_) => node.keeper.catch_up().await,
            Err(error) => Err(error),
        };
        if let Ok(true) = heard {
            let orders = node.keeper.orders();
            super::kill::hear(&node, KillOrders::clone(&orders)).await;
        }
        // Said once when it begins, and once when it ends.
        match (&heard, failing) {
            (Err(error), false) => journal::error("records cannot be read", error),
            (Ok(_), true) => journal::info("records can be read again", ""),
            _ => {}
        }
        failing = heard.is_err();
    }
}

async fn refresh(node: Arc<Node>) {
    let mut ticks = interval(REFRESH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        node.snapshot().methods.refresh().await;
    }
}

async fn sweep(node: Arc<Node>) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for turn in (1..=FORGET_EVERY).cycle() {
        ticks.tick().await;
        if turn == FORGET_EVERY {
            node.meters.sweep();
        }
        node.backends.sweep();
        let snapshot = node.snapshot();
        snapshot.guards.sweep();
        if let Some(hub) = &snapshot.hub {
            hub.sweep();
        }
    }
}
