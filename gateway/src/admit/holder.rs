//! Who shares a count: a principal, or all of a tier. Its meters outlive every snapshot.

use super::meter::Meter;
use super::requests::Requests;
use dashmap::DashMap;
use foldhash::fast::RandomState;
use sluice_config::words::{Clock, Principal, PrincipalId, Scope, TierId, Unit, Window};
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
