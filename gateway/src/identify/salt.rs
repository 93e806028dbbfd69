//! Digests of credentials that are no API keys: of the whole of them, keyed, and different under
//! each configuration, so that what another one made of them is never found.

use sluice_config::words::{KeyDigest, KeyHasher};
use std::fmt;

/// What digests are keyed with.
#[derive(Clone)]
pub(super) struct Salt([u8; 32]);

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

impl Salt {
    /// The salt under a version of the configuration.
    pub(super) fn new(hasher: &KeyHasher, version: &str) -> Self {
        Self(hasher.derive(&format!("credentials under {version}")))
    }

    /// The digest of a credential of this kind.
    pub(super) fn digest(&self, kind: &str, credential: &[u8]) -> KeyDigest {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(kind.as_bytes()).update(b"\0").update(credential);
        KeyDigest(*hasher.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_config::words::Secret;

    #[test]
    fn kind_version_and_every_byte_count() {
        let hasher = KeyHasher::new(Secret::new(vec![1; 32])).expect("long enough");
        let digest = |version: &str, kind: &str, credential: &[u8]| {
            Salt::new(&hasher, version).digest(kind, credential)
        };
        let one = digest("v1", "jwt", b"eyJ0.eyJ1.abcd");
        assert_eq!(one, digest("v1", "jwt", b"eyJ0.eyJ1.abcd"));
        assert_ne!(one, digest("v2", "jwt", b"eyJ0.eyJ1.abcd"));
        assert_ne!(one, digest("v1", "certificate", b"eyJ0.eyJ1.abcd"));
        assert_ne!(one, digest("v1", "jwt", b"eyJ0.eyJ1.abce"));
    }
}
