//! Step 2: who is it?
//!
//! To add a way of proving it: one file here and one line in [`Methods`]. Every failure is the
//! same refusal, byte for byte; what differed goes to the log. Trouble of the store or of an issuer
//! is never a failure of the caller.

mod anonymous;
mod api_key;
mod carried;
mod certificate;
mod hub;
mod jwt;
mod methods;
mod rules;
mod salt;
mod throttle;

use crate::accept::{Countries, Head};
use crate::call::HeadParts;
use crate::metrics::Metrics;
use crate::refuse::{Refusal, RefusalCode};
use crate::trust::Certificate;
use carried::{Carried, Differing};
use hyper::body::Incoming;
use methods::Found;
pub(crate) use methods::Methods;
use prometheus::IntCounter;
use sluice_config::words::{KeyDigest, KeyHasher, Principal, Timestamp};
use sluice_store::{Claimed, Directory, Fallen, Known, Lookup, StoreError};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
pub(crate) use throttle::Throttle;

/// A call whose caller is proven; its body is still unread. Made only here.
#[derive(Debug)]
pub(crate) struct Identified {
    parts: Box<HeadParts>,
    body: Incoming,
    known: Arc<Known>,
}

impl Identified {
    pub(crate) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known)
    }

    /// Finds out where the call comes from.
    pub(crate) fn locate(&mut self, countries: &Countries) {
        self.parts.peer.country = countries.of(&self.parts, self.known.holder.country);
    }

    pub(crate) fn parts(&self) -> &HeadParts {
        &self.parts
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.known.principal
    }

    pub(crate) fn into_parts(self) -> (Box<HeadParts>, Incoming, Arc<Known>) {
        (self.parts, self.body, self.known)
    }
}

/// One way of proving who one is.
pub(crate) trait Method: fmt::Debug + Send + Sync {
    /// What of this kind the call carries, if what it carries looks so.
    fn find<'c>(&self, carried: &'c Carried<'_>) -> Option<&'c [u8]>;

    /// The digest of all of it, under which the directory knows it; `None` if it is malformed.
    fn digest(&self, credential: &[u8]) -> Option<KeyDigest>;

    /// Proves what the directory does not know, or no longer; `None` if the records know.
    fn prove<'a>(&'a self, credential: &'a [u8], arrival: Arrival<'a>) -> Option<Proving<'a>>;
}

/// What comes of proving a credential.
pub(crate) type Proving<'a> = Pin<Box<dyn Future<Output = Result<Claimed, Unproven>> + Send + 'a>>;

/// A credential that has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival<'a> {
    /// When.
    at: Timestamp,
    /// What the directory knows it by.
    digest: KeyDigest,
    /// The certificate that the connection was opened with.
    certificate: Option<&'a Certificate>,
}

impl Arrival<'_> {
    /// A few digits of the digest, which tell credentials apart in logs.
    fn tag(&self) -> String {
        blake3::Hash::from_bytes(self.digest.0).to_hex().chars().take(12).collect()
    }
}

/// Why it is not known who calls.
#[derive(Debug)]
pub(crate) enum Unproven {
    /// The caller does not prove it.
    Failed(&'static str),
    /// It cannot be proven just now, by nobody's fault who calls.
    Unknowable {
        /// What stands in the way.
        cause: Box<dyn Error + Send + Sync>,
        /// When it may be gone.
        wait: Duration,
    },
}

impl From<StoreError> for Unproven {
    fn from(error: StoreError) -> Self {
        Self::Unknowable { cause: error.into(), wait: Duration::from_secs(1) }
    }
}

/// What `identify` needs of the node.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) directory: Directory,
    pub(crate) hasher: KeyHasher,
    pub(crate) throttle: Throttle,
    pub(crate) metrics: Arc<Metrics>,
}

/// Proves who calls, from memory where the credential has been seen lately.
pub(crate) async fn identify(
    door: &Door,
    methods: &Methods,
    head: Head,
) -> Result<Identified, Refusal> {
    match prove(door, methods, head.parts()).await {
        Ok(known) => {
            let (parts, body) = head.into_parts();
            Ok(Identified { parts, body, known })
        }
        Err(Unproven::Failed(why)) => Err(failed(door, head.parts(), why)),
        Err(Unproven::Unknowable { cause, wait }) => {
            let message = "credentials cannot be checked just now; try again";
            let refusal = Refusal::new(RefusalCode::AuthUnavailable, message).because(cause);
            Err(refusal.after(wait).closing())
        }
    }
}

async fn prove(door: &Door, methods: &Methods, parts: &HeadParts) -> Result<Arc<Known>, Unproven> {
    let carried = Carried::of(parts);
    let carried = carried.map_err(|Differing| Unproven::Failed("more than one credential"))?;
    let found = methods.find(&carried).ok_or(Unproven::Failed("malformed credential"))?;
    let (at, certificate) = (parts.mark.at, carried.certificate);
    let (one, held) = match found {
        (Some(one), held) => (one, held),
        (None, Some(one)) => (one, None),
        (None, None) => return Err(Unproven::Failed("no credential")),
    };
    let known = known(door, &one, at, certificate).await?;
    let known = stands(known, at)?;
    // A certificate beside a key or a token: both must hold.
    let allowed = held.is_none() || methods.allows(certificate, &known.principal.id);
    allowed.then_some(known).ok_or(Unproven::Failed("a certificate that does not go with the key"))
}

/// Who has a credential, as far as is known.
async fn known(
    door: &Door,
    found: &Found<'_>,
    at: Timestamp,
    certificate: Option<&Certificate>,
) -> Result<Arc<Known>, Unproven> {
    let Found { method, credential, .. } = found;
    let digest = method.digest(credential).ok_or(Unproven::Failed("malformed credential"))?;
    let lookups = &door.metrics.lookups;
    let lapsed = match door.directory.find(&digest) {
        Lookup::Known(known) => match known.stands(at) {
            Err(Fallen::Expired) => Some(known),
            _ => return Ok(counted(&lookups.hit, known)),
        },
        Lookup::Unknown => {
            lookups.negative.inc();
            return Err(Unproven::Failed("unknown credential"));
        }
        Lookup::Absent => None,
    };
    match (method.prove(credential, Arrival { at, digest, certificate }), lapsed) {
        (None, Some(known)) => Ok(counted(&lookups.hit, known)),
        (None, None) => load(door, &digest).await,
        (Some(proving), _) => {
            let proven = proving.await;
            count(door, found.name, &proven);
            Ok(door.directory.admit(&digest, proven?).await?)
        }
    }
}

/// Who it is, if what is known of it still stands.
fn stands(known: Arc<Known>, at: Timestamp) -> Result<Arc<Known>, Unproven> {
    let Err(fallen) = known.stands(at) else { return Ok(known) };
    Err(Unproven::Failed(match fallen {
        Fallen::Revoked => "revoked credential",
        Fallen::Disabled => "disabled principal",
        Fallen::Expired => "expired credential",
    }))
}

fn count(door: &Door, method: &str, proven: &Result<Claimed, Unproven>) {
    let result = match proven {
        Ok(_) => "ok",
        Err(Unproven::Failed(_)) => "refused",
        Err(Unproven::Unknowable { .. }) => "unavailable",
    };
    door.metrics.families.identity_proofs.with_label_values(&[method, result]).inc();
}

fn counted<T>(counter: &IntCounter, value: T) -> T {
    counter.inc();
    value
}

async fn load(door: &Door, digest: &KeyDigest) -> Result<Arc<Known>, Unproven> {
    let lookups = &door.metrics.lookups;
    match door.directory.load(digest).await {
        Ok(found) => counted(&lookups.load, found).ok_or(Unproven::Failed("unknown credential")),
        Err(error) => Err(counted(&lookups.error, error.into())),
    }
}

fn failed(door: &Door, parts: &HeadParts, why: &'static str) -> Refusal {
    if let Err(wait) = door.throttle.note(parts.peer.address) {
        let message = "too many failed credentials from this address; wait before trying again";
        return Refusal::new(RefusalCode::TooManyFailures, message).after(wait).closing();
    }
    let message =
        "the API key is missing or not valid; send it as `Authorization: Bearer sk-sluice-…`";
    Refusal::new(RefusalCode::InvalidApiKey, message).because(why).closing()
}

/// Reads what stands in a header, for fuzzing.
#[cfg(fuzzing)]
pub(crate) fn fuzz(bytes: &[u8]) {
    jwt::fuzz(bytes);
}
