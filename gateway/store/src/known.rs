//! Who has a credential, what belongs to them, and whether it still stands.

use crate::{Holdings, StoreError, holder};
use sluice_config::words::{Country, Holder, Principal, Scopes, Timestamp};
use std::sync::Arc;

/// Who has a credential, and whether it still stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Who it is.
    pub principal: Principal,
    /// When the credential ends by itself, if it does.
    pub expires: Option<Timestamp>,
    /// When the credential was ended by hand, if it was.
    pub revoked: Option<Timestamp>,
    /// When the principal was stopped, if it is.
    pub disabled: Option<Timestamp>,
    /// What the credential may be used for, if not for everything its principal may.
    pub scopes: Option<Scopes>,
    /// Where the credential says its holder is, if it does.
    pub country: Option<Country>,
    /// What belongs to them, as it is kept.
    pub holdings: Arc<Holdings>,
    /// All of it as the decision sees it.
    pub holder: Holder,
}

impl Known {
    /// Someone whose credential stands for ever, and who holds nothing.
    pub fn of(principal: Principal) -> Self {
        Self {
            holder: Holder::of(principal.clone()),
            principal,
            expires: None,
            revoked: None,
            disabled: None,
            scopes: None,
            country: None,
            holdings: Arc::default(),
        }
    }

    /// The same, with what belongs to them: read once, here.
    pub(crate) fn holding(mut self, holdings: Holdings) -> Result<Self, StoreError> {
        let (principal, scopes) = (self.principal.clone(), self.scopes.clone());
        let found = holder::of(principal, &holdings)?;
        self.holder = Holder { scopes, country: self.country, ..found };
        self.holdings = Arc::new(holdings);
        Ok(self)
    }

    /// Whether the credential still stands at `now`; if not, why, for the log and never for the
    /// caller.
    pub fn stands(&self, now: Timestamp) -> Result<&Principal, Fallen> {
        if self.revoked.is_some() {
            return Err(Fallen::Revoked);
        }
        if self.disabled.is_some() {
            return Err(Fallen::Disabled);
        }
        if self.expires.is_some_and(|at| at <= now) {
            return Err(Fallen::Expired);
        }
        Ok(&self.principal)
    }
}

/// Why a credential that is known no longer stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fallen {
    /// The credential was ended by hand.
    #[error("the credential is revoked")]
    Revoked,
    /// The principal was stopped.
    #[error("the principal is disabled")]
    Disabled,
    /// The credential's time is over.
    #[error("the credential has expired")]
    Expired,
}
