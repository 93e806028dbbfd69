//! Leaves a server alone that fails again and again, and lets one question try whether it is well.
//!
//! What one caller's texts provoke must not take a guard from everybody: failures other than to
//! connect count only once two callers have had them.

use sluice_config::BreakerSpec;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The breaker of one server.
#[derive(Debug)]
pub(super) struct Breaker {
    spec: BreakerSpec,
    state: Mutex<State>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Who had the first failure of the row.
    first: Option<u64>,
    /// Whether somebody else had one as well, or nobody can be the cause.
    certain: bool,
    /// Until when it is open; it stays half open after that until a try has come to an end.
    until: Option<Duration>,
    trying: bool,
}

/// What a breaker does with the next question.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Phase {
    /// Lets it through.
    Closed,
    /// Lets one through.
    HalfOpen,
    /// Lets none through.
    Open,
}

/// Who may have caused a failure.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause<'w> {
    /// Whoever asked, by what they sent.
    Asker(&'w str),
    /// Nobody: the server was not even reached.
    Nobody,
}

/// A question that was let through. Dropped without a word, it says nothing about the server.
#[derive(Debug)]
#[must_use]
pub(super) struct Attempt<'b> {
    breaker: &'b Breaker,
    /// Whether it is the one that tries.
    tries: bool,
}

impl Breaker {
    pub(super) fn new(spec: BreakerSpec) -> Self {
        Self { spec, state: Mutex::default(), hasher: RandomState::new() }
    }

    pub(super) fn phase(&self, now: Duration) -> Phase {
        match self.lock().until {
            None => Phase::Closed,
            Some(until) if now < until => Phase::Open,
            Some(_) => Phase::HalfOpen,
        }
    }

    /// Whether a question would be let through.
    pub(super) fn admits(&self, now: Duration) -> bool {
        let state = self.lock();
        state.until.is_none_or(|until| now >= until && !state.trying)
    }

    /// Lets a question through, or not.
    pub(super) fn enter(&self, now: Duration) -> Option<Attempt<'_>> {
        let mut state = self.lock();
        let tries = match state.until {
            None => false,
            Some(until) if now >= until && !state.trying => true,
            Some(_) => return None,
        };
        state.trying |= tries;
        Some(Attempt { breaker: self, tries })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// It went well; true if that closes the breaker.
    pub(super) fn well(self) -> bool {
        let mut state = self.breaker.lock();
        // What began before the breaker opened says nothing of how the server is now.
        if self.tries || state.until.is_none() {
            *state = State::default();
        }
        drop(state);
        self.tries
    }

    /// It failed; true if that opens the breaker.
    pub(super) fn failed(self, cause: Cause<'_>, now: Duration) -> bool {
        let BreakerSpec { failures_max, open } = self.breaker.spec;
        let mut state = self.breaker.lock();
        if state.until.is_some() && !self.tries {
            return false;
        }
        state.failures = state.failures.saturating_add(1);
        match cause {
            Cause::Nobody => state.certain = true,
            Cause::Asker(who) => {
                let who = self.breaker.hasher.hash_one(who);
                state.certain |= *state.first.get_or_insert(who) != who;
            }
        }
        let opens = state.certain && (self.tries || state.failures >= failures_max);
        if opens {
            *state = State { until: Some(now.saturating_add(open)), ..State::default() };
        }
        drop(state);
        opens
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.tries {
            self.breaker.lock().trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_secs(100);
    const OPEN: Duration = Duration::from_secs(10);

    fn breaker() -> Breaker {
        Breaker::new(BreakerSpec { failures_max: 3, open: OPEN })
    }

    fn fails(breaker: &Breaker, now: Duration) -> bool {
        breaker.enter(now).is_some_and(|attempt| attempt.failed(Cause::Nobody, now))
    }

    fn fails_for(breaker: &Breaker, who: &str, now: Duration) -> bool {
        breaker.enter(now).is_some_and(|attempt| attempt.failed(Cause::Asker(who), now))
    }

    #[test]
    fn one_callers_failures_open_nothing() {
        let breaker = breaker();
        for _ in 0..100 {
            assert!(!fails_for(&breaker, "mallory", AT));
        }
        assert!(fails_for(&breaker, "ada", AT), "two have had them");
        let later = AT + OPEN;
        assert!(!fails_for(&breaker, "mallory", later));
        assert_eq!(breaker.phase(later), Phase::HalfOpen, "the next may try at once");
        assert!(fails_for(&breaker, "ada", later), "it opens again");
        assert!(breaker.enter(later + OPEN).expect("half open").well());
    }

    #[test]
    fn failures_in_a_row_open_it_and_others_do_not() {
        let breaker = breaker();
        assert!(!fails(&breaker, AT) && !fails(&breaker, AT));
        assert!(!breaker.enter(AT).expect("closed").well());
        assert!(!fails(&breaker, AT) && !fails(&breaker, AT));
        drop(breaker.enter(AT));
        assert_eq!(breaker.phase(AT), Phase::Closed);
        assert!(fails(&breaker, AT));
        assert_eq!(breaker.phase(AT), Phase::Open);
        assert!(!breaker.admits(AT) && breaker.enter(AT).is_none());
    }

    #[test]
    fn one_question_tries_and_decides() {
        let breaker = breaker();
        for _ in 0..3 {
            fails(&breaker, AT);
        }
        let later = AT + OPEN;
        assert_eq!(breaker.phase(later), Phase::HalfOpen);
        let tries = breaker.enter(later).expect("half open");
        assert!(breaker.enter(later).is_none() && !breaker.admits(later), "one at a time");
        assert!(tries.failed(Cause::Nobody, later), "it opens again at once");
        assert_eq!(breaker.phase(later), Phase::Open);
        // One that is given up says nothing; the next may try.
        let again = later + OPEN;
        drop(breaker.enter(again).expect("half open"));
        assert!(breaker.enter(again).expect("half open").well(), "it closes");
        assert_eq!(breaker.phase(again), Phase::Closed);
        assert!(!fails(&breaker, again), "and counts anew");
    }

    #[test]
    fn what_began_before_it_opened_changes_nothing() {
        let breaker = breaker();
        let (slow, slower) = (breaker.enter(AT).expect("closed"), breaker.enter(AT));
        for _ in 0..3 {
            fails(&breaker, AT);
        }
        assert!(!slow.well());
        assert!(!slower.expect("closed").failed(Cause::Nobody, AT + OPEN));
        assert_eq!(breaker.phase(AT), Phase::Open);
        assert_eq!(breaker.phase(AT + OPEN), Phase::HalfOpen);
    }
}
