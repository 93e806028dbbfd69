//! What a connection and the calls on it tell each other, and how long each part may take.

use sluice_config::words::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// How long each part of a connection may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// From the connection to its first byte.
    pub first_byte: Duration,
    /// From the first byte of a head to its last.
    pub header: Duration,
    /// From the end of a head to the end of its body.
    pub body: Duration,
    /// Between a call and the next.
    pub idle: Duration,
    /// For a write that the client does not take.
    pub write_stall: Duration,
}

/// What a connection and the calls on it tell each other.
#[derive(Debug)]
pub(crate) struct Watch {
    clock: Arc<dyn Clock>,
    calls: AtomicUsize,
    ended: AtomicU64,
}

impl Watch {
    /// Of a connection that is new.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, calls: AtomicUsize::new(0), ended: AtomicU64::new(0) }
    }

    /// The time, on the steady clock.
    pub(super) fn now(&self) -> Duration {
        self.clock.steady()
    }

    /// A call begins: the connection is not idle.
    pub(crate) fn enter(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A call has ended.
    pub(crate) fn leave(&self) {
        let now = self.now();
        self.ended.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.calls.fetch_sub(1, Ordering::Relaxed);
    }

    /// Since when no call is under way: the end of the last, or `opened` if there was none.
    pub(crate) fn idle_since(&self, opened: Duration) -> Option<Duration> {
        (!self.in_call()).then(|| self.ended().max(opened))
    }

    pub(super) fn in_call(&self) -> bool {
        self.calls.load(Ordering::Relaxed) > 0
    }

    pub(super) fn ended(&self) -> Duration {
        Duration::from_millis(self.ended.load(Ordering::Relaxed))
    }
}
