//! A token as written: three parts, of which nothing is believed yet.

use super::strict;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sluice_config::TokenAlgorithm;

/// Bytes of a token: more than any that fits a header beside others.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// Bytes of the name of a key.
const KID_BYTES_MAX: usize = 128;

/// Members of a header that would have us do what we do not: take extensions as understood, take
/// keys from the caller, unpack, decrypt.
const REFUSED: [&str; 8] = ["crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc"];

/// A well-formed token; whether it holds is another matter.
#[derive(Debug)]
pub(super) struct Token<'t> {
    pub(super) header: Header,
    pub(super) claims: Map<String, Value>,
    /// What is signed.
    pub(super) message: &'t str,
    pub(super) signature: &'t str,
}

/// What the header of a token says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: TokenAlgorithm,
    /// The kind of token, in small letters and without `application/`.
    pub(super) kind: Option<String>,
    pub(super) kid: Option<String>,
}

/// Whether a credential looks like a token: the header of each begins so.
pub(super) fn looks_like(credential: &[u8]) -> bool {
    credential.starts_with(b"eyJ")
}

impl<'t> Token<'t> {
    /// Reads a token; what is wrong with it is for the log.
    pub(super) fn read(credential: &'t [u8]) -> Result<Self, &'static str> {
        if credential.len() > TOKEN_BYTES_MAX {
            return Err("a token that is too long");
        }
        let text = std::str::from_utf8(credential).map_err(|_| "a token that is not text")?;
        let (message, signature) = text.rsplit_once('.').ok_or("a token without a signature")?;
        let (header, claims) = message.split_once('.').ok_or("a token without claims")?;
        let header = part(header).ok_or("a token whose header cannot be read")?;
        let claims = part(claims).ok_or("a token whose claims cannot be read")?;
        if signature.is_empty() {
            return Err("a token without a signature");
        }
        Ok(Self { header: Header::read(&header)?, claims, message, signature })
    }
}

fn part(text: &str) -> Option<Map<String, Value>> {
    strict::object(&URL_SAFE_NO_PAD.decode(text).ok()?)
}

impl Header {
    fn read(members: &Map<String, Value>) -> Result<Self, &'static str> {
        if REFUSED.iter().any(|name| members.contains_key(*name)) {
            return Err("a token header that asks for more than a signature");
        }
        let text = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err("a token header with something else than text"),
        };
        let algorithm = text("alg")?.and_then(algorithm);
        let kind = text("typ")?.map(str::to_ascii_lowercase);
        let kind = kind.map(|kind| kind.strip_prefix("application/").unwrap_or(&kind).to_owned());
        let key_name = text("kid")?;
        if key_name.is_some_and(|name| !is_key_name(name)) {
            return Err("a token with an odd key name");
        }
        let algorithm = algorithm.ok_or("a token with no algorithm of ours")?;
        Ok(Self { algorithm, kind, kid: key_name.map(Into::into) })
    }
}

/// An algorithm by name. `none`, and what needs a shared secret, are not among them.
pub(super) fn algorithm(name: &str) -> Option<TokenAlgorithm> {
    Some(match name {
        "RS256" => TokenAlgorithm::Rs256,
        "RS384" => TokenAlgorithm::Rs384,
        "RS512" => TokenAlgorithm::Rs512,
        "PS256" => TokenAlgorithm::Ps256,
        "PS384" => TokenAlgorithm::Ps384,
        "PS512" => TokenAlgorithm::Ps512,
        "ES256" => TokenAlgorithm::Es256,
        "ES384" => TokenAlgorithm::Es384,
        "EdDSA" => TokenAlgorithm::EdDsa,
        _ => return None,
    })
}

/// Whether keys may be called so. Issuers use hashes in base64, numbers, words and dates; what climbs
/// through folders is none of these.
pub(super) fn is_key_name(kid: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~+/=:@".contains(&byte);
    (1..=KID_BYTES_MAX).contains(&kid.len()) && kid.bytes().all(plain) && !kid.contains("..")
}
