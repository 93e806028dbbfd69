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

/// What one request takes of a bucket of its own ceiling: lower ceilings are as exact as that.
const CELLS: u64 = 1_000;
/// How long an empty bucket takes to fill.
const FILLS_MS: u64 = 60_000;

type Bucket = RateLimiter<NotKeyed, InMemoryState, Steady, StateInformationMiddleware>;

/// The bucket of one holder, made when it is first asked for, and anew when its ceiling grows.
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

    /// Takes one request of `ceiling` a minute: what is left, or how long until there is one.
    ///
    /// Calls of one holder may have different ceilings: a grant raises some, and standing lowers
    /// others. They share one bucket, of the highest ceiling there was; where the ceiling is lower, a
    /// request takes more of it. So no order of calls has more than the highest allows, but once
    /// when that grows.
    pub(super) fn take(&self, ceiling: NonZeroU64) -> Result<u64, Duration> {
        self.taken_ms.store(millis(self.clock.0.steady()), Ordering::Relaxed);
        let bucket = self.bucket.load();
        match &*bucket {
            Some(bucket) if bucket.0 >= ceiling => self.check(bucket, ceiling),
            _ => {
                let fresh = Arc::new((ceiling, self.make(ceiling)));
                // Another call may have been first; then its bucket is the one.
                let seen = self.bucket.compare_and_swap(&*bucket, Some(Arc::clone(&fresh)));
                let won = seen.as_ref().map(Arc::as_ptr) == bucket.as_ref().map(Arc::as_ptr);
                match &*seen {
                    Some(other) if !won && other.0 >= ceiling => self.check(other, ceiling),
                    _ => self.check(&fresh, ceiling),
                }
            }
        }
    }

    fn check(
        &self,
        (most, bucket): &(NonZeroU64, Bucket),
        ceiling: NonZeroU64,
    ) -> Result<u64, Duration> {
        let cost = most.get().saturating_mul(CELLS).div_ceil(ceiling.get());
        let cost = u32::try_from(cost).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
        match bucket.check_n(cost) {
            Ok(Ok(state)) => Ok(u64::from(state.remaining_burst_capacity() / cost)),
            Ok(Err(not_until)) => Err(not_until.wait_time_from(self.clock.now())),
            // One request is more than all of them.
            Err(_) => Err(Duration::from_millis(FILLS_MS)),
        }
    }

    fn make(&self, ceiling: NonZeroU64) -> Bucket {
        // The configuration refuses ceilings that do not fit.
        let cells = u32::try_from(ceiling.get().saturating_mul(CELLS)).ok();
        let burst = cells.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
        RateLimiter::direct_with_clock(Quota::per_minute(burst), self.clock.clone())
            .with_middleware::<StateInformationMiddleware>()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MachineClock;
    use proptest::prelude::*;
    use sluice_config::words::Timestamp;

    /// Time that stands still.
    #[derive(Debug)]
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp(1)
        }

        fn steady(&self) -> Duration {
            Duration::from_hours(1)
        }
    }

    fn ceiling(number: u64) -> NonZeroU64 {
        NonZeroU64::new(number).expect("not zero")
    }

    proptest! {
        #[test]
        fn no_order_of_ceilings_has_more_than_the_highest(
            ceilings in prop::collection::vec(1..40_u64, 1..4),
            order in prop::collection::vec(any::<usize>(), 0..300),
        ) {
            let requests = Requests::new(Arc::new(Still));
            let highest = ceilings.iter().copied().max().unwrap_or(1);
            let mut taken = u64::from(requests.take(ceiling(highest)).is_ok());
            for nth in order {
                let asked = ceiling(ceilings[nth % ceilings.len()]);
                taken += u64::from(requests.take(asked).is_ok());
            }
            prop_assert!(taken <= highest, "{taken} of {highest}");
        }
    }

    #[test]
    fn a_ceiling_is_exact_where_it_is_the_only_one() {
        for number in [1, 7, 600, 1_000_000] {
            let requests = Requests::new(Arc::new(MachineClock::default()));
            let left = requests.take(ceiling(number)).expect("the first");
            assert_eq!(left, number - 1);
        }
        let requests = Requests::new(Arc::new(Still));
        let taken = (0..20).filter(|_| requests.take(ceiling(7)).is_ok()).count();
        assert_eq!(taken, 7);
    }
}
