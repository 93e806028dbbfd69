//! What the operations listener shows of the node.

use crate::node::Node;
use sluice_admin::{Readiness, SnapshotState, Version, Vitals};
use std::sync::Arc;
use std::time::Duration;

/// Records unheard of for longer than this are worth a look.
const STALE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct NodeVitals(pub(super) Arc<Node>);

impl Vitals for NodeVitals {
    /// A store that is away does not make a node unready: known keys are served from memory, and
    /// taking every node out at once would help nobody.
    fn ready(&self) -> Readiness {
        let node = &self.0;
        let draining = node.is_draining();
        let stale = node.door.directory.stale_for();
        let records = match stale {
            stale if stale > STALE => Err(format!("not heard of for {} s", stale.as_secs())),
            _ => Ok(()),
        };
        let snapshot = match node.loaded().problems.len() {
            0 => Ok(()),
            count => Err(format!("the newest file has {count} problems; an older one is in force")),
        };
        let accepting = if draining { Err("draining".to_owned()) } else { Ok(()) };
        let behind = || "the journal lacks an order, which holds until a restart".to_owned();
        let kill = node.kill.is_written().then_some(()).ok_or_else(behind);
        let parts = vec![
            ("accepting", accepting),
            ("records", records),
            ("snapshot", snapshot),
            ("kill", kill),
        ];
        Readiness { ready: !draining, parts }
    }

    fn metrics(&self) -> String {
        self.0.tell_reach();
        self.0.metrics.render(&self.0.writer, &self.0.door.directory)
    }

    fn snapshot(&self) -> SnapshotState {
        let loaded = self.0.loaded();
        SnapshotState {
            version: self.0.snapshot().policy.version().to_owned(),
            loaded_at: loaded.at,
            last_reload_ok: loaded.problems.is_empty(),
            problems: loaded.problems,
        }
    }

    fn version(&self) -> Version {
        Version {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: option_env!("SLUICE_REVISION").unwrap_or("unknown").to_owned(),
        }
    }
}
