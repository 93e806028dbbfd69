//! Requests a minute: governor's token bucket, whose burst is the ceiling. Taken last, never
//! given back: a call that was let in has been one.

use crate::clock::Steady;
use arc_swap::ArcSwapOption;
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use sluice_config::words::Clock;
use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long an empty bucket takes to fill.
const FILLS_MS: u64 = 60_000;

type Bucket = RateLimiter<NotKeyed, InMemoryState, Steady, StateInformationMiddleware>;

/// The bucket of one holder, made when it is first asked for, and anew when its ceiling changes.
pub(crate) struct Requests {
    clock: Steady,
    bucket: ArcSwapOption<(NonZeroU64, Bucket)>,
    /// When one was last taken, on the steady clock.
    taken_ms: AtomicU64,
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests").finish_non_exhaustive()
    }
}

impl Requests {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock: Steady(clock), bucket: ArcSwapOption::empty(), taken_ms: AtomicU64::new(0) }
    }

    /// Whether it is as full as a fresh one: nothing was taken for as long as it takes to fill.
    pub(super) fn is_full(&self) -> bool {
        let now = millis(self.clock.0.steady());
        self.bucket.load().is_none()
            || now.saturating_sub(self.taken_ms.load(Ordering::Relaxed)) > FILLS_MS
    }

    /// Takes one request: what is left, or how long until there is one.
    pub(super) fn take(&self, ceiling: NonZeroU64) -> Result<u64, Duration> {
        self.taken_ms.store(millis(self.clock.0.steady()), Ordering::Relaxed);
        let bucket = self.bucket.load();
        match &*bucket {
            Some(bucket) if bucket.0 == ceiling => self.check(&bucket.1),
            _ => {
                let fresh = Arc::new((ceiling, self.make(ceiling)));
                // Another call may have been first; then its bucket is the one.
                let seen = self.bucket.compare_and_swap(&*bucket, Some(Arc::clone(&fresh)));
                let won = seen.as_ref().map(Arc::as_ptr) == bucket.as_ref().map(Arc::as_ptr);
                match &*seen {
                    Some(other) if !won => self.check(&other.1),
                    _ => self.check(&fresh.1),
                }
            }
        }
    }

    fn check(&self, bucket: &Bucket) -> Result<u64, Duration> {
        match bucket.check() {
            Ok(state) => Ok(u64::from(state.remaining_burst_capacity())),
            Err(not_until) => Err(not_until.wait_time_from(self.clock.now())),
        }
    }

    fn make(&self, ceiling: NonZeroU64) -> Bucket {
        // The configuration refuses ceilings that do not fit.
        let burst = NonZeroU32::try_from(ceiling).unwrap_or(NonZeroU32::MAX);
        RateLimiter::direct_with_clock(Quota::per_minute(burst), self.clock.clone())
            .with_middleware::<StateInformationMiddleware>()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
