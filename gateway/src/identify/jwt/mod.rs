//! Tokens of OpenID Connect issuers: `Authorization: Bearer eyJ…`.
//!
//! What is checked beyond the signature: `iss` and `aud` to the letter, `exp`, `nbf` and `iat`
//! against our clock, the kind of token, the algorithm against the kind of key. A header that names
//! an extension, brings a key or says where one is, and JSON with a name twice, are refused. No URL
//! of a token is ever fetched.

mod checks;
mod fetch;
mod keys;
mod set;
mod strict;
mod token;

use super::rules::{claimed, fitting};
use super::salt::Salt;
use super::{Arrival, Carried, Method, Proving, Unproven};
use crate::metrics::Metrics;
use fetch::Source;
use keys::{Keys, Missing};
use sluice_config::words::{Clock, CredentialId, KeyDigest};
use sluice_config::{IssuerSpec, Problems};
use sluice_store::Claimed;
use std::sync::Arc;
use std::time::Duration;
use token::Token;

/// How long a token that was proven is believed before it is proven again: a key that its issuer
/// has taken back is felt within this, once that is known.
const BELIEVED: Duration = Duration::from_mins(1);

/// The issuers of a snapshot, over keys that outlive it.
#[derive(Debug)]
pub(super) struct Tokens {
    issuers: Vec<Issuer>,
    salt: Salt,
}

#[derive(Debug)]
struct Issuer {
    spec: IssuerSpec,
    /// How the names of its principals begin.
    given: String,
    keys: Arc<Keys>,
}

/// What the keys of issuers need of the node.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Arc<Metrics>,
}

impl Tokens {
    /// No issuers.
    pub(super) fn none(salt: Salt) -> Self {
        Self { issuers: Vec::new(), salt }
    }

    /// The issuers of a file; one whose keys come from where they came from keeps those it has.
    pub(super) fn assemble(
        &self,
        specs: &[IssuerSpec],
        salt: Salt,
        around: &Around,
        problems: &mut Problems,
    ) -> Self {
        let issuer = |spec: &IssuerSpec| {
            let source = Source::assemble(spec, problems)?;
            let mut held = self.issuers.iter().map(|issuer| &issuer.keys);
            let keys = held.find(|keys| keys.is_of(&spec.name, &source)).map(Arc::clone);
            let keys = keys.unwrap_or_else(|| Arc::new(Keys::new(&spec.name, source, around)));
            Some(Issuer { given: format!("jwt:{}:", spec.name), spec: spec.clone(), keys })
        };
        Self { issuers: specs.iter().filter_map(issuer).collect(), salt }
    }

    /// Fetches keys that have grown old.
    pub(super) async fn refresh(&self) {
        let refreshing =
            self.issuers.iter().map(|issuer| issuer.keys.refresh(issuer.spec.keys_age_max));
        futures_util::future::join_all(refreshing).await;
    }

    async fn check(&self, credential: &[u8], arrival: Arrival<'_>) -> Result<Claimed, Unproven> {
        let token = Token::read(credential).map_err(Unproven::Failed)?;
        let by = checks::issuer(&token.claims);
        let issuer = self.issuers.iter().find(|issuer| Some(issuer.spec.issuer.as_str()) == by);
        let issuer = issuer.ok_or(Unproven::Failed("a token of an unknown issuer"))?;
        let over = checks::check(&issuer.spec, &token, arrival.at).map_err(Unproven::Failed)?;
        let signed = issuer
            .keys
            .with(&token.header, arrival.digest, issuer.spec.stale_max, |key| key.signed(&token))
            .await;
        match signed {
            Ok(true) => {}
            Ok(false) => return Err(Unproven::Failed("a token with a wrong signature")),
            Err(Missing::Unknown) => return Err(Unproven::Failed("a token with an unknown key")),
            Err(Missing::Unavailable { wait, why }) => {
                return Err(Unproven::Unknowable { cause: why.into(), wait });
            }
        }
        let rule = fitting(&issuer.spec.rules, &token.claims);
        let rule = rule.ok_or(Unproven::Failed("a token that no rule fits"))?;
        let credential = CredentialId::new(&format!("{}{}", issuer.given, arrival.tag()));
        let until = over.min(arrival.at.plus(BELIEVED));
        claimed(rule, &token.claims, &issuer.given, credential, until)
            .ok_or(Unproven::Failed("a token without the names its rule wants"))
    }
}

impl Method for Tokens {
    fn find<'c>(&self, carried: &'c Carried<'_>) -> Option<&'c [u8]> {
        carried.header.filter(|credential| token::looks_like(credential))
    }

    fn digest(&self, credential: &[u8]) -> Option<KeyDigest> {
        (!self.issuers.is_empty()).then(|| self.salt.digest("jwt", credential))
    }

    fn prove<'a>(&'a self, credential: &'a [u8], arrival: Arrival<'a>) -> Option<Proving<'a>> {
        Some(Box::pin(self.check(credential, arrival)))
    }
}

/// Reads a token and a set of keys; what is taken must be JSON that serde reads the same.
#[cfg(fuzzing)]
pub(super) fn fuzz(bytes: &[u8]) {
    if let Some(members) = strict::object(bytes) {
        let same = serde_json::from_slice::<serde_json::Value>(bytes).ok();
        assert_eq!(same, Some(serde_json::Value::Object(members)), "read in two ways");
    }
    if let Ok(set) = set::Set::read(bytes) {
        assert!(set.len() <= 100, "more keys than anyone has");
    }
    if let Ok(token) = Token::read(bytes) {
        assert!(bytes.len() <= 8192 && token.message.len() < bytes.len());
        assert!(token.header.kid.is_none_or(|kid| !kid.contains("..")));
    }
}
