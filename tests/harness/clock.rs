//! A clock that tests turn by hand.

use sluice_config::words::{Clock, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// 2026-11-24 10:00:10 UTC: early in its minute, its day and its month's last week.
const START_MS: u64 = 1_795_514_410_000;

/// The hands of a clock. They stand still until they are turned.
#[derive(Clone, Debug)]
pub struct Hands(Arc<Turned>);

#[derive(Debug)]
struct Turned {
    wall_ms: AtomicU64,
    steady_ms: AtomicU64,
}

impl Default for Hands {
    fn default() -> Self {
        let steady_ms = AtomicU64::new(1_000_000);
        Self(Arc::new(Turned { wall_ms: AtomicU64::new(START_MS), steady_ms }))
    }
}

impl Hands {
    /// Turns both clocks on.
    pub fn turn(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).expect("a time that fits");
        self.0.wall_ms.fetch_add(by, Ordering::SeqCst);
        self.0.steady_ms.fetch_add(by, Ordering::SeqCst);
    }

    /// Sets the wall clock alone, as an administrator or a bad time server would.
    pub fn jump_to(&self, wall: Timestamp) {
        self.0.wall_ms.store(wall.0, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.wall_ms.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.0.steady_ms.load(Ordering::SeqCst))
    }
}
