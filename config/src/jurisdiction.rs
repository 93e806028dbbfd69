//! What depends on where a caller is, and where what answers it is.

use crate::policy::Model;
use crate::words::{Country, ModelId};

/// The most rules: each has a bit of [`crate::words::Entitlement::told`].
pub const RULES_MAX: usize = 64;

/// Rules in order. The first that denies ends the decision; all that only tell are told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jurisdiction {
    /// The rules.
    pub rules: Vec<Rule>,
}

/// A rule: for whom, for what, and what then.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which callers.
    pub callers: Callers,
    /// Which models; every one, if none is named.
    pub models: Vec<ModelId>,
    /// Which backends.
    pub backends: Backends,
    /// What then.
    pub then: Then,
}

/// Callers, by the country they call from. That nobody knows it is a country of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Callers {
    /// All but these instead of these.
    pub except: bool,
    /// The countries.
    pub countries: Vec<Country>,
    /// Whether callers are meant whose country is not known.
    pub unknown: bool,
}

/// Backends, by the region their upstream is in.
#[derive(Clone, Debug, PartialEq)]
pub enum Backends {
    /// Wherever they are.
    Any,
    /// In one of these.
    In(Vec<Box<str>>),
    /// In none of these, or nobody says where.
    Outside(Vec<Box<str>>),
}

/// What a rule is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// The call is refused.
    Deny,
    /// The answer says so in the header `x-sluice-label`.
    Label(Box<str>),
    /// The answer says so in the header `x-sluice-notice`.
    Notice(Box<str>),
}

impl Callers {
    /// Whether a caller from there is meant.
    pub fn mean(&self, country: Option<Country>) -> bool {
        let Some(country) = country else { return self.unknown };
        self.countries.contains(&country) != self.except
    }
}

impl Backends {
    /// Whether a backend there is meant.
    pub fn mean(&self, region: Option<&str>) -> bool {
        let named = |regions: &[Box<str>]| {
            region.is_some_and(|region| regions.iter().any(|known| **known == *region))
        };
        match self {
            Self::Any => true,
            Self::In(regions) => named(regions),
            Self::Outside(regions) => !named(regions),
        }
    }
}

impl Rule {
    fn means(&self, country: Option<Country>, model: &Model) -> bool {
        // Countries first: most rules are not for the caller, and to see that is cheapest.
        self.callers.mean(country)
            && (self.models.is_empty() || self.models.contains(&model.id))
            && self.backends.mean(model.region.as_deref())
    }
}

impl Jurisdiction {
    /// Whether a caller from `country` may be answered by `model`: what is to be told, a bit each
    /// rule, or nothing if the call is to be refused.
    pub fn told(&self, country: Option<Country>, model: &Model) -> Option<u64> {
        let mut told = 0;
        for (place, rule) in self.rules.iter().take(RULES_MAX).enumerate() {
            if !rule.means(country, model) {
                continue;
            }
            match rule.then {
                Then::Deny => return None,
                Then::Label(_) | Then::Notice(_) => told |= 1 << place,
            }
        }
        Some(told)
    }

    /// The rules that a bit stands for.
    pub fn of(&self, told: u64) -> impl Iterator<Item = &Then> {
        let rules = self.rules.iter().take(RULES_MAX).enumerate();
        rules.filter(move |(place, _)| told >> place & 1 == 1).map(|(_, rule)| &rule.then)
    }
}
