//! On what terms: what grants add to a tier, and what standing takes away.

use super::access::Access;
use crate::policy::Tier;
use crate::words::{Credit, Gives, GrantId, Limit, Scope, Standing, Unmet};
use std::num::NonZeroU64;
use std::sync::Arc;

/// What is left of each ceiling to somebody who is throttled: one part of so many.
const THROTTLED: u64 = 4;

/// The terms of an entitlement that hang on the caller.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) limits: Arc<[Limit]>,
    pub(super) relaxed: Vec<Arc<str>>,
    pub(super) credit: Option<Credit>,
    pub(super) unmet: Vec<(GrantId, Unmet)>,
}

/// The terms for somebody. Whoever has no grant and is not throttled shares those of the tier.
pub(super) fn of(tier: &Tier, access: &Access<'_>) -> Terms {
    let mut terms = Terms {
        limits: Arc::clone(&tier.limits),
        relaxed: Vec::new(),
        credit: None,
        unmet: Vec::new(),
    };
    let (holder, call) = (access.asker.holder, &access.asker.call);
    for grant in access.live() {
        if let Some(unmet) = holder.unmet(grant, call) {
            terms.unmet.push((grant.id.clone(), unmet));
            continue;
        }
        match &grant.gives {
            Gives::Model { .. } => {}
            Gives::Limit(limit) => terms.raise(*limit),
            Gives::Relax { category } => terms.relaxed.push(Arc::clone(category)),
            Gives::Credit { tokens, .. } => {
                let credit = || Credit { grant: grant.id.clone(), tokens: *tokens };
                terms.credit.get_or_insert_with(credit);
            }
        }
    }
    if access.standing >= Standing::Throttled {
        let limits = Arc::make_mut(&mut terms.limits).iter_mut();
        // What all of a tier share is not for one of them to lower.
        let own = limits.filter(|limit| limit.scope == Scope::Principal);
        own.for_each(|limit| *limit = throttled(limit));
    }
    terms
}

impl Terms {
    /// A ceiling in place of a lower one of the same kind. What is not bounded stays so.
    fn raise(&mut self, granted: Limit) {
        // Nor to raise.
        if granted.scope != Scope::Principal {
            return;
        }
        let same = |limit: &Limit| {
            (limit.unit, limit.window, limit.scope) == (granted.unit, granted.window, granted.scope)
        };
        if self.limits.iter().any(|limit| same(limit) && limit.ceiling < granted.ceiling) {
            // Copied once: what was raised before is changed where it lies.
            let limits = Arc::make_mut(&mut self.limits).iter_mut();
            limits.filter(|limit| same(limit)).for_each(|limit| *limit = granted);
        }
    }
}

fn throttled(limit: &Limit) -> Limit {
    let ceiling = NonZeroU64::new(limit.ceiling.get() / THROTTLED).unwrap_or(NonZeroU64::MIN);
    Limit { ceiling, ..*limit }
}
