//! A decision as a line of the decision log: what was asked, by whom, from where, and the word of the
//! answer. No prompt, no key, no name of a person.

use crate::Policy;
use crate::decide::{Asker, View};
use crate::words::{
    Ask, Circumstances, Country, Denial, EndUserId, Entitlement, PrincipalId, TierId, Timestamp,
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Bytes of a line: names have bounds, so what is longer was not written by a node.
pub const LINE_BYTES_MAX: usize = 4_096;
/// What stands before the hash of a name that no model has.
const UNKNOWN: &str = "unknown:";
/// Hex digits that tell one unknown name from another.
const HASH_DIGITS: usize = 16;
/// How much of an address is kept: a network of many.
const KEPT: (u8, u8) = (24, 48);

/// One decision.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// By which policy.
    pub policy: String,
    /// Who asked.
    pub principal: PrincipalId,
    /// On which tier.
    pub tier: TierId,
    /// The model that was decided on; the name that was asked for, if it was none; a hash of a name that
    /// is not of the file, since anything might stand in one.
    pub model: String,
    /// What was asked, in numbers.
    pub ask: Ask,
    /// The network it was asked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<IpNet>,
    /// The country it was asked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Box<str>>,
    /// On whose behalf, by the hash that calls are known by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_user: Option<EndUserId>,
    /// `ok`, or the word of a denial.
    pub verdict: String,
}

impl Decided {
    /// What is written down of a decision.
    pub fn of(
        view: View<'_>,
        asker: Asker<'_>,
        (name, ask): (&str, &Ask),
        answer: &Result<Entitlement, Denial>,
    ) -> Self {
        let Circumstances { now, address, country, end_user } = asker.call;
        let principal = &asker.holder.principal;
        Self {
            at: now,
            policy: view.policy.version().into(),
            principal: principal.id.clone(),
            tier: principal.tier.clone(),
            model: shown(view.policy, name, answer.as_ref().ok()),
            ask: ask.clone(),
            network: address.and_then(network),
            country: country.map(|country| country.as_str().into()),
            end_user: end_user.cloned(),
            verdict: answer.as_ref().map_or_else(Denial::as_str, |_| "ok").into(),
        }
    }

    /// Reads a line of a log.
    ///
    /// # Errors
    ///
    /// In words, without what stands in the line.
    pub fn read(line: &str) -> Result<Self, &'static str> {
        if line.len() > LINE_BYTES_MAX {
            return Err("longer than any line that a node writes");
        }
        serde_json::from_str(line).map_err(|_| "not a decision")
    }

    /// What was true of the call, as far as it was kept, as if it was made at `now`.
    pub(super) fn call(&self, now: Timestamp) -> Circumstances<'_> {
        Circumstances {
            now,
            address: self.network.map(|network| network.addr()),
            country: self.country.as_ref().and_then(|country| Country::parse(country)),
            end_user: self.end_user.as_ref(),
        }
    }
}

fn shown(policy: &Policy, name: &str, given: Option<&Entitlement>) -> String {
    match given {
        Some(given) => given.model.id.as_str().into(),
        None if policy.named(name).is_some() => name.into(),
        None => {
            let hash = blake3::hash(name.as_bytes()).to_hex();
            UNKNOWN.chars().chain(hash.chars().take(HASH_DIGITS)).collect()
        }
    }
}

fn network(address: IpAddr) -> Option<IpNet> {
    let address = address.to_canonical();
    let kept = if address.is_ipv4() { KEPT.0 } else { KEPT.1 };
    IpNet::new(address, kept).ok().map(|network| network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_a_network_is_kept() {
        for (address, kept) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()).unwrap().to_string(), kept);
        }
    }

    #[test]
    fn of_a_name_that_no_model_has_a_hash_is_kept() {
        let name = "my secret, pasted into the wrong field";
        let kept = shown(&Policy::default(), name, None);
        assert!(kept.starts_with(UNKNOWN) && !kept.contains("secret"), "{kept}");
        assert_eq!(kept.len(), UNKNOWN.len() + HASH_DIGITS);
    }

    #[test]
    fn what_is_no_decision_is_told_without_what_stands_in_it() {
        assert_eq!(Decided::read("{\"secret\": 1}"), Err("not a decision"));
        let long = "x".repeat(LINE_BYTES_MAX + 1);
        assert_eq!(Decided::read(&long), Err("longer than any line that a node writes"));
    }
}
