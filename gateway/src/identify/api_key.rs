//! API keys: `sk-sluice-…`, known by their digest in the records.

use super::{Arrival, Carried, Method, Proving};
use sluice_config::words::{ApiKey, KeyDigest, KeyHasher};

/// How every key begins.
const PREFIX: &[u8] = b"sk-sluice-";

#[derive(Debug)]
pub(super) struct ApiKeys(pub(super) KeyHasher);

impl Method for ApiKeys {
    fn find<'c>(&self, carried: &'c Carried<'_>) -> Option<&'c [u8]> {
        carried.header.filter(|credential| credential.starts_with(PREFIX))
    }

    fn digest(&self, credential: &[u8]) -> Option<KeyDigest> {
        let key = ApiKey::parse(std::str::from_utf8(credential).ok()?)?;
        Some(self.0.digest(&key))
    }

    fn prove<'a>(&'a self, _: &'a [u8], _: Arrival<'a>) -> Option<Proving<'a>> {
        None
    }
}
