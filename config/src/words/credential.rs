//! API keys: their form, their check, and the keyed hash that is all we keep of them.
//!
//! `sk-sluice-<public id, 12>-<secret, 43><checksum, 6>`, all in base 62. The public id is safe to
//! log. The secret carries 256 bits. The checksum lets secret scanners and this gateway tell a key
//! from a typing error without asking anyone.

use super::{CredentialId, Secret};
use std::fmt;

const PREFIX: &str = "sk-sluice-";
const PUBLIC: usize = 12;
const SECRET: usize = 43;
const CHECK: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The keyed hash of an API key; the key itself is never kept.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct KeyDigest(pub [u8; 32]);

impl fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyDigest")
    }
}

/// Hashes keys with the node's key secret (BLAKE3, keyed).
#[derive(Clone, Debug)]
pub struct KeyHasher {
    id: String,
    secret: Secret,
    key: [u8; 32],
}

impl KeyHasher {
    /// Derives the hashing key from a secret of at least 32 bytes.
    ///
    /// `None` if the secret is shorter than that.
    pub fn new(secret: Secret) -> Option<Self> {
        if secret.expose().len() < 32 {
            return None;
        }
        let key = blake3::derive_key("sluice 2026-11 api key digest v1", secret.expose());
        let id = blake3::derive_key("sluice 2026-11 api key secret id v1", secret.expose());
        let id = blake3::Hash::from_bytes(id).to_hex().chars().take(8).collect();
        Some(Self { id, secret, key })
    }

    /// A short name of the secret, kept beside each digest so that the secret can rotate.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The digest of a well-formed key.
    pub fn digest(&self, key: &ApiKey<'_>) -> KeyDigest {
        KeyDigest(*blake3::keyed_hash(&self.key, key.text.as_bytes()).as_bytes())
    }

    /// A secret derived for another purpose, so that no two purposes share one.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let material = [purpose.as_bytes(), b"\0", self.secret.expose()].concat();
        blake3::derive_key("sluice 2026-11 derived secret v1", &material)
    }
}

/// A key that has the right form and checksum; whether it is known is another matter.
#[derive(Clone, Copy)]
pub struct ApiKey<'a> {
    text: &'a str,
    public: &'a str,
}

impl fmt::Debug for ApiKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ApiKey").field(&self.public).finish()
    }
}

impl<'a> ApiKey<'a> {
    /// Reads a key. `None` if it is not one: wrong length, prefix, alphabet or checksum.
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let (public, tail) = rest.split_at_checked(PUBLIC)?;
        let tail = tail.strip_prefix('-')?;
        let (secret, check) = tail.split_at_checked(SECRET)?;
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
        let well_formed = check.len() == CHECK && digits(public) && digits(secret) && digits(check);
        (well_formed && check == checksum(public, secret)).then_some(Self { text, public })
    }

    /// The part that names the key in lists and logs.
    pub fn credential(&self) -> CredentialId {
        CredentialId::new(self.public)
    }

    /// Makes a key from random bytes. The text is to be shown once and forgotten.
    pub fn make(random: &[u8; 64]) -> String {
        let (public, secret) = random.split_at(16);
        let public = digits(public, PUBLIC);
        let secret = digits(secret, SECRET);
        let check = checksum(&public, &secret);
        format!("{PREFIX}{public}-{secret}{check}")
    }
}

fn checksum(public: &str, secret: &str) -> String {
    let hash = blake3::hash([public.as_bytes(), b"-", secret.as_bytes()].concat().as_slice());
    digits(hash.as_bytes(), CHECK)
}

/// Writes the number that `bytes` are, big-endian, as `len` base-62 digits (its lowest ones).
fn digits(bytes: &[u8], len: usize) -> String {
    let mut number = bytes.to_vec();
    let mut text = Vec::with_capacity(len);
    for _ in 0..len {
        let mut carry = 0_u32;
        for byte in &mut number {
            let value = (carry << 8) | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            carry = value % 62;
        }
        let digit = usize::try_from(carry).ok().and_then(|at| DIGITS.get(at));
        text.push(char::from(*digit.unwrap_or(&b'0')));
    }
    text.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_key_parses_and_a_changed_one_does_not() {
        let key = ApiKey::make(&[7; 64]);
        assert_eq!(key.len(), 72);
        let parsed = ApiKey::parse(&key).expect("a made key is well-formed");
        assert_eq!(parsed.credential().as_str().len(), PUBLIC);
        for at in PREFIX.len()..key.len() {
            let mut bytes = key.clone().into_bytes();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            let text = String::from_utf8(bytes).expect("ascii");
            assert!(ApiKey::parse(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_secret_decides_the_digest() {
        let key = ApiKey::make(&[7; 64]);
        let key = ApiKey::parse(&key).expect("well-formed");
        let hasher = |byte| KeyHasher::new(Secret::new(vec![byte; 32])).expect("long enough");
        assert_ne!(hasher(1).digest(&key), hasher(2).digest(&key));
        assert!(KeyHasher::new(Secret::new(vec![1; 31])).is_none());
    }
}
