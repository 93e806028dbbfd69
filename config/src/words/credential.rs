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
/// What the checksum covers: public id, hyphen, secret.
const COVERED: usize = PUBLIC + 1 + SECRET;
/// How many checksums there are: as many as [`CHECK`] digits can write.
const CHECKS: u64 = 62_u64.pow(6);
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
        let (covered, check) = text.strip_prefix(PREFIX)?.split_at_checked(COVERED)?;
        let (public, tail) = covered.split_at_checked(PUBLIC)?;
        let secret = tail.strip_prefix('-')?;
        // A checksum that is right is also in the alphabet.
        let well_formed = are_digits(public) && are_digits(secret);
        let right = well_formed && check.as_bytes() == checksum(covered);
        right.then_some(Self { text, public })
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
        let covered = format!("{public}-{secret}");
        let check = String::from_iter(checksum(&covered).map(char::from));
        format!("{PREFIX}{covered}{check}")
    }
}

/// Without a branch for each byte, so that many are looked at together.
fn are_digits(text: &str) -> bool {
    text.bytes().fold(true, |all, byte| all & byte.is_ascii_alphanumeric())
}

/// The lowest base-62 digits of the hash of what is covered, read as one big-endian number.
fn checksum(covered: &str) -> [u8; CHECK] {
    let hash = blake3::hash(covered.as_bytes());
    let (pairs, _) = hash.as_bytes().as_chunks::<2>();
    // The lowest digits of a number are those of its remainder, and a remainder fits a word.
    let append = |low, pair: &[u8; 2]| (low << 16 | u64::from(u16::from_be_bytes(*pair))) % CHECKS;
    let mut low = pairs.iter().fold(0, append);
    let mut check = [b'0'; CHECK];
    for place in check.iter_mut().rev() {
        *place = digit(low % 62);
        low /= 62;
    }
    check
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
        text.push(char::from(digit(carry.into())));
    }
    text.iter().rev().collect()
}

fn digit(value: u64) -> u8 {
    let digit = usize::try_from(value).ok().and_then(|at| DIGITS.get(at));
    *digit.unwrap_or(&b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    #[test]
    fn a_key_that_exists_stays_valid() {
        // Made by the first version that made keys.
        let key = "sk-sluice-tEi3AokdGoqT-JJBwqz7PwY01V6bl3Gp1Eliwv2KjAcZX0AFlK0dbcUPDN0Agy";
        assert_eq!(
            ApiKey::make(&std::array::from_fn(|at| u8::try_from(at * 3).expect("small"))),
            key
        );
        assert!(ApiKey::parse(key).is_some());
    }

    proptest! {
        #[test]
        fn the_checksum_is_the_lowest_digits_of_the_hash(covered in ".*") {
            let check = String::from_iter(checksum(&covered).map(char::from));
            prop_assert_eq!(check, digits(blake3::hash(covered.as_bytes()).as_bytes(), CHECK));
        }

        #[test]
        fn only_the_alphabet_makes_a_key(
            random: [u8; 32],
            at in 0..72_usize,
            odd in "[^a-zA-Z0-9]",
        ) {
            let key = ApiKey::make(&std::array::from_fn(|at| random[at % 32]));
            prop_assert!(ApiKey::parse(&key).is_some());
            let mut changed = key.clone();
            changed.replace_range(at..=at, &odd);
            prop_assert_eq!(ApiKey::parse(&changed).is_some(), changed == key);
        }
    }
}
