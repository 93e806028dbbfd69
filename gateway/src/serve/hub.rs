//! The Hub beside calls: each linked repo is polled, and at once where something was decided here.

use crate::hub::{Desk, Hub, Poller, RecordsDesk, decided_here};
use crate::node::Node;
use crate::tasks::Tasks;
use futures_util::future::join_all;
use sluice_store::{ChangeKind, Kind, Records, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often it is looked whether another Hub is in force, and whether something was decided.
const LOOK: Duration = Duration::from_secs(1);

/// Starts it.
pub(super) fn start(tasks: &Tasks, node: &Arc<Node>, records: &Arc<dyn Records>) {
    tasks.spawn_until_stop(follow(Arc::clone(node), Arc::clone(records)));
}

/// Polls for the Hub in force, whichever that is.
async fn follow(node: Arc<Node>, records: Arc<dyn Records>) {
    loop {
        let hub = node.snapshot().hub.clone();
        let replaced = replaced(&node, hub.as_ref());
        match &hub {
            None => replaced.await,
            Some(hub) => tokio::select! {
                () = poll(&node, hub, &records) => {}
                () = replaced => {}
            },
        }
    }
}

async fn replaced(node: &Node, hub: Option<&Arc<Hub>>) {
    let mut ticks = ticks();
    loop {
        ticks.tick().await;
        let snapshot = node.snapshot();
        let same = match (&snapshot.hub, hub) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            (None, None) => true,
            _ => false,
        };
        if !same {
            return;
        }
    }
}

async fn poll(node: &Node, hub: &Arc<Hub>, records: &Arc<dyn Records>) {
    let desk = RecordsDesk::new(Arc::clone(records), Arc::clone(&node.clock), hub.spec());
    let desk: Arc<dyn Desk> = Arc::new(desk);
    let pollers = hub.pollers(&desk);
    let polls = join_all(pollers.iter().map(|poller| poller.run()));
    tokio::join!(polls, listen(&pollers, &**records));
}

/// Has repos polled about which something was decided, by whichever process.
async fn listen(pollers: &[Arc<Poller>], records: &dyn Records) {
    let (mut ticks, mut place) = (ticks(), None);
    loop {
        ticks.tick().await;
        // Records that cannot be read are told of by those who need them; each poll looks anyway.
        let _polled_later = nudge(pollers, records, &mut place).await.is_err();
    }
}

/// Looks at what has changed since it looked last.
async fn nudge(
    pollers: &[Arc<Poller>],
    records: &dyn Records,
    place: &mut Option<u64>,
) -> Result<(), StoreError> {
    let newest = records.head().await?;
    let mut at = place.replace(newest).unwrap_or(newest);
    while at < newest {
        let changes = records.changes(at).await?;
        at = changes.last().map_or(newest, |last| last.seq);
        for id in changes.iter().filter_map(|change| asked(&change.what)) {
            if let Some(repo) = decided_here(records, id).await? {
                pollers.iter().filter(|it| it.repo() == &repo).for_each(|it| it.nudge());
            }
        }
    }
    Ok(())
}

/// The request for access that a change is about, if it is about one.
fn asked(change: &ChangeKind) -> Option<&str> {
    match change {
        ChangeKind::Document { kind, id, .. } if *kind == Kind::REQUEST => Some(id),
        _ => None,
    }
}

fn ticks() -> Interval {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
