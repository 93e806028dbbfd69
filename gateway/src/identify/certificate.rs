//! Client certificates: whom the names in them stand for, by rules of the file.
//!
//! That a certificate is signed, lasts and is not revoked was proven by the handshake. With a key
//! or a token beside it both must hold: a rule must fit the certificate, and if that rule names a
//! principal, the key or token must be of that one.

use super::rules::{Claims, claimed, fits, fitting, principal};
use super::salt::Salt;
use super::{Arrival, Carried, Method, Proving, Unproven};
use crate::trust::Certificate;
use serde_json::Value;
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId};
use sluice_config::{Condition, IdentityRule};
use sluice_store::Claimed;

/// How the names of principals begin that certificates give.
const GIVEN: &str = "certificate:";

#[derive(Debug)]
pub(super) struct Certificates {
    pub(super) rules: Vec<IdentityRule>,
    pub(super) salt: Salt,
}

impl Certificates {
    /// Whether a certificate allows a principal that has proven itself otherwise.
    pub(super) fn allows(&self, held: &Certificate, other: &PrincipalId) -> bool {
        let Some((rule, claims)) = self.fitting(held) else { return false };
        match rule.principal {
            None => true,
            Some(_) => principal(rule, &claims, GIVEN).is_some_and(|own| own == *other),
        }
    }

    /// The rule that fits a certificate, and the names in it that the rule is about.
    fn fitting(&self, held: &Certificate) -> Option<(&IdentityRule, Claims)> {
        let all = held.names().map(|(name, values)| {
            (name.to_owned(), values.iter().map(|text| Value::from(&**text)).collect::<Value>())
        });
        let all: Claims = all.collect();
        let rule = fitting(&self.rules, &all)?;
        let meant = held.names().filter_map(|(name, values)| {
            Some((name.to_owned(), Value::from(&**meant(rule, name, values)?)))
        });
        let claims = meant.collect();
        Some((rule, claims))
    }

    fn claimed(&self, arrival: &Arrival<'_>) -> Result<Claimed, &'static str> {
        let held = arrival.certificate.ok_or("no certificate")?;
        if held.until <= arrival.at {
            return Err("a certificate that is over");
        }
        let (rule, claims) = self.fitting(held).ok_or("a certificate that no rule fits")?;
        if rule.tier.is_none() {
            return Err("a certificate without the key that must come with it");
        }
        let credential = CredentialId::new(&format!("{GIVEN}{}", arrival.tag()));
        claimed(rule, &claims, GIVEN, credential, held.until)
            .ok_or("a certificate without the names its rule wants")
    }
}

/// Which of several names a rule is about: the one it fits by, or the only one.
fn meant<'v>(rule: &IdentityRule, name: &str, values: &'v [String]) -> Option<&'v String> {
    let about = |condition: &&Condition| condition.claim.0 == [name];
    match (rule.when.iter().find(about), values) {
        (Some(condition), _) => {
            values.iter().find(|text| condition.one_of.iter().any(|wanted| fits(wanted, text)))
        }
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

impl Method for Certificates {
    fn find<'c>(&self, carried: &'c Carried<'_>) -> Option<&'c [u8]> {
        let held = carried.certificate.filter(|_| !self.rules.is_empty())?;
        Some(&held.fingerprint)
    }

    fn digest(&self, credential: &[u8]) -> Option<KeyDigest> {
        Some(self.salt.digest("certificate", credential))
    }

    fn prove<'a>(&'a self, _: &'a [u8], arrival: Arrival<'a>) -> Option<Proving<'a>> {
        let claimed = self.claimed(&arrival).map_err(Unproven::Failed);
        Some(Box::pin(std::future::ready(claimed)))
    }
}
