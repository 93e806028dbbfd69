//! The live count of one limit for one holder.

use std::sync::{Mutex, PoisonError};

/// What is used and reserved in the window that runs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Count {
    window: u64,
    used: u64,
    reserved: u64,
}

/// A meter. The ceiling is the policy's and comes with each question, so that a reload changes
/// ceilings and never counts.
// INVARIANT: used + reserved <= ceiling holds after each reserve that succeeds; a settle adds to
// used no more than it takes from reserved.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Count>);

/// What a meter had left when it was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Left(pub(crate) u64);

impl Meter {
    /// Takes `amount` of `ceiling` in `window`, or says what is left. Windows only move forward:
    /// a clock that jumps back counts into the window it had reached.
    pub(crate) fn reserve(&self, window: u64, amount: u64, ceiling: u64) -> Result<Held, Left> {
        let mut count = self.count(window);
        let taken = count.used.saturating_add(count.reserved);
        let left = ceiling.saturating_sub(taken);
        if amount > left {
            return Err(Left(left));
        }
        count.reserved += amount;
        Ok(Held { window: count.window, amount, left: left - amount })
    }

    /// What is left of `ceiling` in `window`.
    pub(crate) fn left(&self, window: u64, ceiling: u64) -> u64 {
        let count = self.count(window);
        ceiling.saturating_sub(count.used.saturating_add(count.reserved))
    }

    /// Turns what was held into what was used. A window that has passed is left alone.
    pub(crate) fn settle(&self, held: Held, used: u64) {
        let mut count = self.count(held.window);
        if count.window == held.window {
            count.reserved = count.reserved.saturating_sub(held.amount);
            count.used = count.used.saturating_add(used.min(held.amount));
        }
    }

    /// Adds what the books say was used before this process began.
    pub(crate) fn seed(&self, window: u64, used: u64) {
        let mut count = self.count(window);
        if count.window == window {
            count.used = count.used.saturating_add(used);
        }
    }

    /// Whether nothing is used or held in `window`: whoever forgets it then refills nothing.
    pub(crate) fn is_clear(&self, window: u64) -> bool {
        let count = self.count(window);
        count.used == 0 && count.reserved == 0
    }

    fn count(&self, window: u64) -> std::sync::MutexGuard<'_, Count> {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if window > count.window {
            *count = Count { window, used: 0, reserved: 0 };
        }
        count
    }
}

/// What one reservation holds of one meter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    window: u64,
    amount: u64,
    /// What was left after it.
    pub(crate) left: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Reserve(u64),
        Settle(usize, u64),
        Tick,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..60_u64).prop_map(Step::Reserve),
            4 => (any::<usize>(), 0..90_u64).prop_map(|(nth, used)| Step::Settle(nth, used)),
            1 => Just(Step::Tick),
        ]
    }

    proptest! {
        #[test]
        fn never_above_its_ceiling(steps in prop::collection::vec(step(), 0..200)) {
            let (meter, ceiling) = (Meter::default(), 100);
            let (mut window, mut held): (u64, Vec<Held>) = (1, Vec::new());
            for step in steps {
                match step {
                    Step::Reserve(amount) => held.extend(meter.reserve(window, amount, ceiling)),
                    Step::Settle(nth, used) if !held.is_empty() => {
                        meter.settle(held.swap_remove(nth % held.len()), used);
                    }
                    Step::Settle(..) => {}
                    Step::Tick => window += 1,
                }
                let count = *meter.0.lock().expect("not poisoned");
                prop_assert!(count.used + count.reserved <= ceiling, "{count:?}");
            }
            let open: u64 = held.iter().filter(|h| h.window == meter.count(window).window).map(|h| h.amount).sum();
            prop_assert_eq!(meter.count(window).reserved, open);
        }
    }

    #[test]
    fn a_clock_that_jumps_back_refills_nothing() {
        let meter = Meter::default();
        let held = meter.reserve(7, 100, 100).expect("free");
        meter.settle(held, 100);
        assert_eq!(meter.reserve(6, 1, 100).expect_err("full"), Left(0));
        assert!(meter.reserve(8, 1, 100).is_ok());
    }
}
