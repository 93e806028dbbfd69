//! Passive health: a backend that fails is left alone for a while, longer each time.
//!
//! What a caller's own requests provoke must not take a backend from everybody: answers with a
//! server error count only once two principals have had them, and never against the last backend
//! that is up. A backend that cannot be reached counts at once.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Failures in a row that put a backend aside.
const FAILURES_MAX: u32 = 3;
/// How long the first time.
const PAUSE: Duration = Duration::from_secs(1);
/// How long at most.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// How a call to a backend failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Failure {
    /// No connection, or none in time.
    Connect,
    /// It did not answer in time.
    Timeout,
    /// It answered with a server error, or not as HTTP.
    Answer,
}

impl Failure {
    /// The word in the metrics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Answer => "answer",
        }
    }
}

/// The health of one backend.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// Until when it is put aside, in milliseconds, and whether anything counts against it: what
    /// each call asks, without a lock.
    until: AtomicU64,
    blamed: AtomicBool,
    state: Mutex<State>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Who had the first failure of the row.
    first: u64,
    several: bool,
    pauses: u32,
}

impl Health {
    /// How long it is still put aside; nothing if it is up.
    pub(crate) fn aside(&self, now: Duration) -> Duration {
        Duration::from_millis(self.until.load(Ordering::Acquire)).saturating_sub(now)
    }

    /// Whether it has not been put aside since a call went well there.
    pub(crate) fn is_up(&self) -> bool {
        self.lock().pauses == 0
    }

    /// A call went well.
    pub(crate) fn well(&self) {
        if self.blamed.load(Ordering::Acquire) {
            let mut state = self.lock();
            *state = State::default();
            self.until.store(0, Ordering::Release);
            self.blamed.store(false, Ordering::Release);
        }
    }

    /// A call failed; true if that puts the backend aside now. `alone` is whether no other
    /// backend is up.
    pub(crate) fn failed(
        &self,
        failure: Failure,
        principal: &str,
        alone: bool,
        now: Duration,
    ) -> bool {
        let who = self.hasher.hash_one(principal);
        let mut state = self.lock();
        if state.failures == 0 {
            (state.first, state.several) = (who, false);
        }
        state.failures = state.failures.saturating_add(1);
        self.blamed.store(true, Ordering::Release);
        state.several |= state.first != who;
        let counts = match failure {
            Failure::Connect => true,
            Failure::Timeout | Failure::Answer => state.several && !alone,
        };
        let again = state.pauses > 0;
        if !counts || !self.aside(now).is_zero() || (state.failures < FAILURES_MAX && !again) {
            return false;
        }
        let pause = PAUSE.saturating_mul(1 << state.pauses.min(5)).min(PAUSE_MAX);
        *state = State { pauses: state.pauses + 1, ..State::default() };
        let until = (now + pause).as_millis();
        self.until.store(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Release);
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_secs(100);

    #[test]
    fn one_callers_failures_eject_nothing() {
        let health = Health::default();
        for _ in 0..100 {
            assert!(!health.failed(Failure::Answer, "mallory", false, AT));
        }
        assert!(health.failed(Failure::Answer, "ada", false, AT));
        assert_eq!(health.aside(AT), PAUSE);
    }

    #[test]
    fn the_last_backend_up_is_kept_unless_it_is_out_of_reach() {
        let health = Health::default();
        for who in ["ada", "bob", "cem", "dora"] {
            assert!(!health.failed(Failure::Answer, who, true, AT));
        }
        assert!(health.failed(Failure::Connect, "ada", true, AT));
    }

    #[test]
    fn each_pause_is_longer_until_a_call_goes_well() {
        let health = Health::default();
        let mut now = AT;
        for _ in 0..2 {
            assert!(!health.failed(Failure::Connect, "ada", true, now));
        }
        for seconds in [1, 2, 4, 8, 16, 30, 30] {
            assert!(health.failed(Failure::Connect, "ada", true, now));
            assert_eq!(health.aside(now), Duration::from_secs(seconds));
            now += health.aside(now);
        }
        health.well();
        assert!(!health.failed(Failure::Connect, "ada", true, now));
    }
}
