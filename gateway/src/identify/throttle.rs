//! Failed credentials, slowed by address: guessing must cost more than it can find.

use super::carried::network;
use crate::clock::Steady;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use sluice_config::words::Clock;
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Failures a minute that an address may have before it is told to wait.
const FAILURES_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(599);
/// Failures between two sweeps of addresses that are quiet again.
const SWEEP_EVERY: u32 = 10_000;

type Limiter = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, Steady, NoOpMiddleware<Duration>>;

/// The failures of each address.
pub(crate) struct Throttle {
    limiter: Limiter,
    clock: Steady,
    noted: AtomicU32,
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").field("addresses", &self.limiter.len()).finish_non_exhaustive()
    }
}

impl Throttle {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Steady(clock);
        let quota = Quota::per_minute(FAILURES_PER_MINUTE);
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { limiter, clock, noted: AtomicU32::new(0) }
    }

    /// Notes a failure; `Err` with the wait if there have been too many.
    pub(crate) fn note(&self, address: IpAddr) -> Result<(), Duration> {
        if self.noted.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let verdict = self.limiter.check_key(&network(address));
        verdict.map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}
