//! Who shares a count: a principal, or all of a tier. Its meters outlive every snapshot.

use super::meter::Meter;
use super::requests::Requests;
use dashmap::DashMap;
use foldhash::fast::RandomState;
use sluice_config::words::{Clock, Principal, PrincipalId, Scope, TierId, Timestamp, Unit, Window};
use std::cell::OnceCell;
use std::sync::Arc;

/// The meters of one holder. Those without a limit cost a few bytes and are never asked.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(super) requests: Requests,
    concurrency: Meter,
    minute: Meter,
    day: Meter,
    month: Meter,
}

impl Holder {
    fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            requests: Requests::new(Arc::clone(clock)),
            concurrency: Meter::default(),
            minute: Meter::default(),
            day: Meter::default(),
            month: Meter::default(),
        }
    }

    /// The meter of a limit; requests have a bucket of their own.
    pub(super) fn meter(&self, unit: Unit, window: Window) -> Option<&Meter> {
        match (unit, window) {
            (Unit::Requests, _) => None,
            (Unit::Concurrency, _) => Some(&self.concurrency),
            (Unit::Tokens, Window::Day) => Some(&self.day),
            (Unit::Tokens, Window::Month) => Some(&self.month),
            (Unit::Tokens, Window::Minute | Window::Now) => Some(&self.minute),
        }
    }
}

impl Holder {
    /// Whether it is as a new one would be.
    fn is_clear(&self, now: Timestamp) -> bool {
        let clear = |meter: &Meter, window| meter.is_clear(super::window::number(window, now));
        self.requests.is_full()
            && clear(&self.concurrency, Window::Now)
            && clear(&self.minute, Window::Minute)
            && clear(&self.day, Window::Day)
            && clear(&self.month, Window::Month)
    }
}

/// Every holder that has been seen. A principal has its own count on each tier it has been on.
#[derive(Debug)]
pub(crate) struct Meters {
    clock: Arc<dyn Clock>,
    principals: DashMap<(PrincipalId, TierId), Arc<Holder>, RandomState>,
    tiers: DashMap<TierId, Arc<Holder>, RandomState>,
}

impl Meters {
    /// Meters that have counted nothing yet.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, principals: DashMap::default(), tiers: DashMap::default() }
    }

    /// The counts of one caller.
    pub(super) fn of<'m>(&'m self, principal: &'m Principal) -> Holders<'m> {
        Holders { meters: self, principal, own: OnceCell::new(), tier: OnceCell::new() }
    }

    fn holder(&self, scope: Scope, principal: &PrincipalId, tier: &TierId) -> Arc<Holder> {
        match scope {
            Scope::Tier => match self.tiers.get(tier) {
                Some(holder) => Arc::clone(&holder),
                None => Arc::clone(&self.tiers.entry(tier.clone()).or_insert_with(|| self.make())),
            },
            Scope::Principal => {
                let key = (principal.clone(), tier.clone());
                match self.principals.get(&key) {
                    Some(holder) => Arc::clone(&holder),
                    None => Arc::clone(&self.principals.entry(key).or_insert_with(|| self.make())),
                }
            }
        }
    }

    /// Forgets principals of whom there is nothing to remember. Callers without records, who name
    /// themselves by their address or by a token, would otherwise fill the memory.
    pub(crate) fn sweep(&self) {
        let now = self.clock.now();
        // INVARIANT: whoever uses a holder has it from the map, under the lock that is held here; so
        // one that nobody has but the map is used by nobody.
        self.principals.retain(|_, holder| Arc::strong_count(holder) > 1 || !holder.is_clear(now));
    }

    /// How many principals are remembered.
    #[cfg(test)]
    fn principals(&self) -> usize {
        self.principals.len()
    }

    fn make(&self) -> Arc<Holder> {
        Arc::new(Holder::new(&self.clock))
    }

    /// Counts what the books say was spent in a window, so that a restart refills nothing.
    pub(crate) fn seed(&self, principal: &PrincipalId, tier: &TierId, window: Window, tokens: u64) {
        let number = super::window::number(window, self.clock.now());
        for scope in [Scope::Principal, Scope::Tier] {
            let holder = self.holder(scope, principal, tier);
            if let Some(meter) = holder.meter(Unit::Tokens, window) {
                meter.seed(number, tokens);
            }
        }
    }
}

/// Who counts the calls of one caller: itself and its tier, each looked up once a call.
#[derive(Debug)]
pub(super) struct Holders<'m> {
    meters: &'m Meters,
    principal: &'m Principal,
    own: OnceCell<Arc<Holder>>,
    tier: OnceCell<Arc<Holder>>,
}

impl Holders<'_> {
    /// The one that a limit of this scope is counted by.
    pub(super) fn of(&self, scope: Scope) -> &Arc<Holder> {
        let cell = match scope {
            Scope::Principal => &self.own,
            Scope::Tier => &self.tier,
        };
        let Principal { id, tier, .. } = self.principal;
        cell.get_or_init(|| self.meters.holder(scope, id, tier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::time::Duration;

    #[derive(Debug, Default)]
    struct Turned(Mutex<Duration>);

    impl Clock for Turned {
        fn now(&self) -> Timestamp {
            Timestamp(0).plus(*self.0.lock().expect("not poisoned"))
        }

        fn steady(&self) -> Duration {
            *self.0.lock().expect("not poisoned")
        }
    }

    fn caller(name: &str) -> Principal {
        let (tier, credential) = (TierId::new("public"), "key");
        let credential = sluice_config::words::CredentialId::new(credential);
        Principal { id: PrincipalId::new(name), tier, credential }
    }

    #[test]
    fn who_left_nothing_behind_is_forgotten_and_nobody_else() {
        let clock = Arc::new(Turned::default());
        *clock.0.lock().expect("not poisoned") = Duration::from_hours(960);
        let meters = Meters::new(clock.clone());
        let one = std::num::NonZeroU64::MIN;
        let of = |name: &str| Arc::clone(meters.of(&caller(name)).of(Scope::Principal));
        let (asked, spent, holds, used) = (of("asked"), of("spent"), of("holds"), of("used"));
        asked.requests.take(one).expect("one");
        let day = super::super::window::number(Window::Day, clock.now());
        let held = spent.day.reserve(day, 5, 10).expect("room");
        spent.day.settle(held, 5);
        let still = holds.concurrency.reserve(0, 1, 1).expect("room");
        drop((asked, spent, holds));
        meters.sweep();
        assert_eq!(meters.principals(), 4, "a bucket fills in a minute, and one is in use");
        *clock.0.lock().expect("not poisoned") += Duration::from_secs(61);
        drop(used);
        meters.sweep();
        assert_eq!(meters.principals(), 2, "what was spent today, and what is held");
        of("holds").concurrency.settle(still, 0);
        *clock.0.lock().expect("not poisoned") += Duration::from_hours(24);
        meters.sweep();
        assert_eq!(meters.principals(), 0);
    }
}
