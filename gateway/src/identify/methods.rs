//! Every way of proving who one is, as the configuration in force has them.

use super::Method;
use super::anonymous::Anonymous;
use super::api_key::ApiKeys;
use super::carried::Carried;
use super::certificate::Certificates;
use super::hub::HubTokens;
use super::jwt::{Around, Tokens};
use super::salt::Salt;
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::trust::Certificate;
use sluice_config::words::{Clock, KeyHasher, PrincipalId};
use sluice_config::{IdentitySpec, Problems};
use std::sync::Arc;

/// The ways of one snapshot. What issuers have been asked for outlives it.
#[derive(Debug)]
pub(crate) struct Methods {
    hasher: KeyHasher,
    around: Around,
    api_keys: ApiKeys,
    tokens: Tokens,
    hub_tokens: HubTokens,
    certificates: Certificates,
    anonymous: Anonymous,
}

/// What was found of a kind.
#[derive(Debug)]
pub(super) struct Found<'c> {
    /// The kind, as it is counted.
    pub(super) name: &'static str,
    pub(super) method: &'c dyn Method,
    pub(super) credential: &'c [u8],
}

impl Methods {
    /// API keys, and nothing else yet.
    pub(crate) fn new(hasher: KeyHasher, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Self {
        let salt = Salt::new(&hasher, "nothing");
        Self {
            api_keys: ApiKeys(hasher.clone()),
            tokens: Tokens::none(salt.clone()),
            hub_tokens: HubTokens { hub: None, salt: salt.clone() },
            certificates: Certificates { rules: Vec::new(), salt: salt.clone() },
            anonymous: Anonymous { tier: None, salt },
            around: Around { clock, metrics },
            hasher,
        }
    }

    /// The ways of a file whose policy has this version, and of the Hub it links.
    pub(crate) fn assemble(
        &self,
        spec: IdentitySpec,
        hub: Option<&Arc<Hub>>,
        version: &str,
        problems: &mut Problems,
    ) -> Self {
        let salt = Salt::new(&self.hasher, version);
        Self {
            hasher: self.hasher.clone(),
            around: self.around.clone(),
            api_keys: ApiKeys(self.hasher.clone()),
            tokens: self.tokens.assemble(&spec.issuers, salt.clone(), &self.around, problems),
            hub_tokens: HubTokens { hub: hub.cloned(), salt: salt.clone() },
            certificates: Certificates { rules: spec.certificates, salt: salt.clone() },
            anonymous: Anonymous { tier: spec.anonymous, salt },
        }
    }

    /// Fetches what issuers publish, where it has grown old.
    pub(crate) async fn refresh(&self) {
        self.tokens.refresh().await;
    }

    /// What stands in a header; each credential looks like one of them at most.
    fn shown(&self) -> [(&'static str, &dyn Method); 3] {
        [("api_key", &self.api_keys), ("jwt", &self.tokens), ("hub", &self.hub_tokens)]
    }

    /// What a call carries: a credential in a header or no credential at all, and a certificate.
    /// `None` if what stands in a header looks like nothing we know.
    pub(super) fn find<'c>(
        &'c self,
        carried: &'c Carried<'_>,
    ) -> Option<(Option<Found<'c>>, Option<Found<'c>>)> {
        let found = |(name, method): (&'static str, &'c dyn Method)| {
            Some(Found { name, method, credential: method.find(carried)? })
        };
        let held = found(("certificate", &self.certificates));
        let shown = match carried.header {
            Some(_) => Some(self.shown().into_iter().find_map(found)?),
            None if held.is_some() => None,
            None => found(("anonymous", &self.anonymous)),
        };
        Some((shown, held))
    }

    /// Whether the certificate that came along allows a principal.
    pub(super) fn allows(&self, held: Option<&Certificate>, principal: &PrincipalId) -> bool {
        held.is_some_and(|held| self.certificates.allows(held, principal))
    }
}
