//! The keys of an issuer: which may check what.

use super::token::{Header, Token, algorithm, is_key_name};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use serde_json::Value;
use sluice_config::TokenAlgorithm;

/// Keys of one issuer, of any kind.
const KEYS_MAX: usize = 100;

const RSA: [TokenAlgorithm; 6] = [
    TokenAlgorithm::Rs256,
    TokenAlgorithm::Rs384,
    TokenAlgorithm::Rs512,
    TokenAlgorithm::Ps256,
    TokenAlgorithm::Ps384,
    TokenAlgorithm::Ps512,
];

/// The keys of an issuer that check signatures.
#[derive(Debug)]
pub(super) struct Set(Vec<Key>);

/// A public key.
pub(super) struct Key {
    kid: Option<String>,
    /// What it may check: by its kind, and by what the set says of it.
    algorithms: Vec<TokenAlgorithm>,
    public: DecodingKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl Set {
    /// Reads a JWK Set. Keys for other purposes, and of kinds we do not know, are passed over.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        let document: Document = serde_json::from_slice(bytes).map_err(|_| "no set of keys")?;
        if document.keys.len() > KEYS_MAX {
            return Err("too many keys");
        }
        let mut keys: Vec<Key> = Vec::new();
        for key in document.keys.iter().filter_map(Key::read) {
            // Of two keys that could be meant the first is.
            if !keys.iter().any(|other| other.is_meant_by_all(&key)) {
                keys.push(key);
            }
        }
        if keys.is_empty() { Err("no key that checks signatures") } else { Ok(Self(keys)) }
    }

    /// How many there are.
    #[cfg(fuzzing)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Finds the key that a header means.
    pub(super) fn find(&self, header: &Header) -> Found<'_> {
        let Some(kid) = &header.kid else {
            return match self.0.as_slice() {
                [only] if only.checks(header.algorithm) => Found::Key(only),
                _ => Found::Unfit,
            };
        };
        let mut named = self.0.iter().filter(|key| key.kid.as_ref() == Some(kid)).peekable();
        if named.peek().is_none() {
            return Found::Unknown;
        }
        named.find(|key| key.checks(header.algorithm)).map_or(Found::Unfit, Found::Key)
    }
}

/// What a set has for a header.
#[derive(Debug)]
pub(super) enum Found<'s> {
    /// The key.
    Key(&'s Key),
    /// The key that is named checks other signatures, or which one is meant cannot be told.
    Unfit,
    /// No key of that name: there may be one by now.
    Unknown,
}

impl Key {
    fn read(value: &Value) -> Option<Self> {
        let jwk = Jwk::deserialize(value).ok()?;
        let signs = matches!(&jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
        let operations = jwk.common.key_operations.as_ref();
        let verifies = operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
        if !signs || !verifies {
            return None;
        }
        let mut algorithms = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => RSA.to_vec(),
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => vec![TokenAlgorithm::Es256],
                EllipticCurve::P384 => vec![TokenAlgorithm::Es384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                vec![TokenAlgorithm::EdDsa]
            }
            _ => return None,
        };
        if let Some(only) = value.get("alg") {
            let only = only.as_str().and_then(algorithm)?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        let kid = jwk.common.key_id.clone();
        let named = kid.as_ref().is_none_or(|kid| is_key_name(kid));
        let public = DecodingKey::from_jwk(&jwk).ok()?;
        (named && !algorithms.is_empty()).then_some(Self { kid, algorithms, public })
    }

    fn checks(&self, algorithm: TokenAlgorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether whatever means `other` means this one as well.
    fn is_meant_by_all(&self, other: &Self) -> bool {
        self.kid == other.kid && other.algorithms.iter().all(|it| self.checks(*it))
    }

    /// Whether a token is signed by this key.
    pub(super) fn signed(&self, token: &Token<'_>) -> bool {
        let algorithm = meant(token.header.algorithm);
        let message = token.message.as_bytes();
        self.checks(token.header.algorithm)
            && crypto::verify(token.signature, message, &self.public, algorithm).unwrap_or(false)
    }
}

fn meant(algorithm: TokenAlgorithm) -> Algorithm {
    match algorithm {
        TokenAlgorithm::Rs256 => Algorithm::RS256,
        TokenAlgorithm::Rs384 => Algorithm::RS384,
        TokenAlgorithm::Rs512 => Algorithm::RS512,
        TokenAlgorithm::Ps256 => Algorithm::PS256,
        TokenAlgorithm::Ps384 => Algorithm::PS384,
        TokenAlgorithm::Ps512 => Algorithm::PS512,
        TokenAlgorithm::Es256 => Algorithm::ES256,
        TokenAlgorithm::Es384 => Algorithm::ES384,
        TokenAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    fn ec(kid: &str, more: &Value) -> Value {
        let mut key = json!({ "kty": "EC", "crv": "P-256", "x": X, "y": Y, "kid": kid });
        for (name, value) in more.as_object().into_iter().flatten() {
            key[name] = value.clone();
        }
        key
    }

    fn rsa(kid: &str) -> Value {
        json!({ "kty": "RSA", "n": "AQ".repeat(171), "e": "AQAB", "kid": kid })
    }

    fn set(keys: &[Value]) -> Result<Set, &'static str> {
        Set::read(json!({ "keys": keys, "more": 1 }).to_string().as_bytes())
    }

    fn finds(set: &Set, kid: Option<&str>, algorithm: TokenAlgorithm) -> &'static str {
        let header = Header { algorithm, kind: None, kid: kid.map(Into::into) };
        match set.find(&header) {
            Found::Key(_) => "key",
            Found::Unfit => "unfit",
            Found::Unknown => "unknown",
        }
    }

    #[test]
    fn a_key_checks_what_its_kind_and_its_set_say() {
        use TokenAlgorithm::{EdDsa, Es256, Es384, Ps256, Rs256, Rs512};
        let mut only = rsa("only");
        only["alg"] = "RS256".into();
        let set = set(&[ec("e", &json!({})), rsa("r"), only]).expect("keys");
        for (kid, algorithm, expected) in [
            (Some("e"), Es256, "key"),
            (Some("e"), Es384, "unfit"),
            (Some("e"), Rs256, "unfit"),
            (Some("e"), EdDsa, "unfit"),
            (Some("r"), Rs256, "key"),
            (Some("r"), Ps256, "key"),
            (Some("r"), Es256, "unfit"),
            (Some("only"), Rs256, "key"),
            (Some("only"), Rs512, "unfit"),
            (Some("none"), Es256, "unknown"),
            (None, Es256, "unfit"),
        ] {
            assert_eq!(finds(&set, kid, algorithm), expected, "{kid:?} {algorithm:?}");
        }
    }

    #[test]
    fn the_only_key_needs_no_name() {
        let set = set(&[ec("e", &json!({}))]).expect("a key");
        assert_eq!(finds(&set, None, TokenAlgorithm::Es256), "key");
        assert_eq!(finds(&set, None, TokenAlgorithm::Rs256), "unfit");
    }

    #[test]
    fn of_one_name_there_is_one_key_of_each_kind() {
        let set = set(&[ec("k", &json!({})), rsa("k"), ec("k", &json!({ "x": Y }))]);
        let set = set.expect("keys");
        assert_eq!(set.0.len(), 2);
        assert_eq!(finds(&set, Some("k"), TokenAlgorithm::Rs256), "key");
        assert_eq!(finds(&set, Some("k"), TokenAlgorithm::Es256), "key");
    }

    #[test]
    fn keys_for_other_purposes_check_nothing() {
        for key in [
            ec("k", &json!({ "use": "enc" })),
            ec("k", &json!({ "key_ops": ["sign"] })),
            ec("k", &json!({ "alg": "HS256" })),
            ec("k", &json!({ "alg": "RS256" })),
            ec("k", &json!({ "alg": ["ES256"] })),
            ec("k", &json!({ "crv": "secp256k1" })),
            ec("../k", &json!({})),
            json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "k", "alg": "HS256" }),
            json!({ "kty": "new", "kid": "k" }),
            json!({ "kid": "k" }),
            json!("k"),
        ] {
            assert!(set(std::slice::from_ref(&key)).is_err(), "{key}");
            // And are passed over beside one that does.
            let both = set(&[key, ec("good", &json!({}))]).expect("a key");
            assert_eq!(finds(&both, Some("good"), TokenAlgorithm::Es256), "key");
        }
        let key = ec("k", &json!({ "use": "sig", "key_ops": ["verify"], "alg": "ES256" }));
        assert!(set(&[key]).is_ok());
    }

    #[test]
    fn a_set_has_a_size_and_a_shape() {
        let many = |count: usize| (0..count).map(|nth| ec(&nth.to_string(), &json!({})));
        assert!(set(&many(100).collect::<Vec<_>>()).is_ok());
        assert_eq!(set(&many(101).collect::<Vec<_>>()).err(), Some("too many keys"));
        for text in ["", "{}", "[]", r#"{"keys":{}}"#, r#"{"keys":[]}"#] {
            assert!(Set::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
