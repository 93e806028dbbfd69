//! Step 2: who is it?
//!
//! To add a way of proving it: one file here and one line in [`METHODS`]. Every failure is the
//! same refusal, byte for byte; what differed goes to the log.

mod api_key;
mod throttle;

use crate::accept::{Countries, Head};
use crate::call::HeadParts;
use crate::metrics::Metrics;
use crate::refuse::{Refusal, RefusalCode};
use http::HeaderMap;
use hyper::body::Incoming;
use prometheus::IntCounter;
use sluice_config::words::{KeyDigest, KeyHasher, Principal};
use sluice_store::{Directory, Known, Lookup};
use std::fmt;
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
    /// What of this kind the call carries.
    fn find<'h>(&self, headers: &'h HeaderMap) -> Presented<'h>;

    /// The digest under which the directory knows a presented credential; `None` if it is
    /// malformed.
    fn digest(&self, credential: &[u8], hasher: &KeyHasher) -> Option<KeyDigest>;
}

/// What a call carries of one kind of credential.
#[derive(Debug, PartialEq)]
pub(crate) enum Presented<'h> {
    Nothing,
    One(&'h [u8]),
    /// Two that differ: whoever reads them in another order would see another caller.
    Differing,
}

const METHODS: &[&dyn Method] = &[&api_key::ApiKeys];

/// What `identify` needs of the node.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) directory: Directory,
    pub(crate) hasher: KeyHasher,
    pub(crate) throttle: Throttle,
    pub(crate) metrics: Arc<Metrics>,
}

/// Proves who calls, from memory where the credential has been seen lately.
pub(crate) async fn identify(door: &Door, head: Head) -> Result<Identified, Refusal> {
    match prove(door, head.parts()).await {
        Ok(known) => {
            let (parts, body) = head.into_parts();
            Ok(Identified { parts, body, known })
        }
        Err(Unproven::Failed(why)) => Err(failed(door, head.parts(), why)),
        Err(Unproven::Unknowable(error)) => {
            let message = "credentials cannot be checked just now; try again";
            let refusal = Refusal::new(RefusalCode::AuthUnavailable, message).because(error);
            Err(refusal.after(Duration::from_secs(1)).closing())
        }
    }
}

enum Unproven {
    Failed(&'static str),
    Unknowable(sluice_store::StoreError),
}

async fn prove(door: &Door, parts: &HeadParts) -> Result<Arc<Known>, Unproven> {
    let mut found = None;
    for method in METHODS {
        match method.find(&parts.headers) {
            Presented::Nothing => {}
            Presented::One(credential) if found.is_none() => found = Some((method, credential)),
            Presented::One(_) | Presented::Differing => {
                return Err(Unproven::Failed("more than one credential"));
            }
        }
    }
    let (method, credential) = found.ok_or(Unproven::Failed("no credential"))?;
    let digest = method.digest(credential, &door.hasher);
    let digest = digest.ok_or(Unproven::Failed("malformed credential"))?;
    let known = match door.directory.find(&digest) {
        Lookup::Known(known) => counted(&door.metrics.lookups.hit, Some(known)),
        Lookup::Unknown => counted(&door.metrics.lookups.negative, None),
        Lookup::Absent => load(door, &digest).await?,
    };
    let known = known.ok_or(Unproven::Failed("unknown credential"))?;
    match known.stands(parts.mark.at) {
        Ok(_) => Ok(known),
        Err(fallen) => Err(Unproven::Failed(match fallen {
            sluice_store::Fallen::Revoked => "revoked credential",
            sluice_store::Fallen::Disabled => "disabled principal",
            sluice_store::Fallen::Expired => "expired credential",
        })),
    }
}

fn counted(counter: &IntCounter, known: Option<Arc<Known>>) -> Option<Arc<Known>> {
    counter.inc();
    known
}

async fn load(door: &Door, digest: &KeyDigest) -> Result<Option<Arc<Known>>, Unproven> {
    let lookups = &door.metrics.lookups;
    match door.directory.load(digest).await {
        Ok(found) => Ok(counted(&lookups.load, found)),
        Err(error) => {
            lookups.error.inc();
            Err(Unproven::Unknowable(error))
        }
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
