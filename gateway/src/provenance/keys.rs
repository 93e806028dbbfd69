//! The key that signs receipts, and those that know them again.

use super::claims::Claims;
use bytes::Bytes;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use sluice_config::{Problems, ReceiptSpec};
use std::time::Duration;

/// The one algorithm there is, for signing and for checking.
const ALGORITHM: Algorithm = Algorithm::EdDSA;
/// What kind of token it is, so that it can be taken for no other.
const KIND: &str = "receipt+jwt";
/// Bytes of a receipt that is checked: one of 128 choices has less.
const RECEIPT_BYTES_MAX: usize = 32 * 1024;

/// What receipts are signed and checked with.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(super) issuer: String,
    /// How long a receipt can be asked for.
    pub(super) keep: Duration,
    header: Header,
    private: EncodingKey,
    /// The public keys, that of [`Self::private`] first.
    public: Vec<Public>,
    validation: Validation,
    /// The public keys as a JWK Set.
    set: Bytes,
}

#[derive(Debug)]
struct Public {
    /// The header of every receipt under this key.
    header: Header,
    key: DecodingKey,
}

/// Why a receipt is none of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Invalid {
    /// It is not written as we write them.
    Malformed,
    /// No key of ours has this name.
    UnknownKey,
    /// It was changed, or signed with another key.
    BadSignature,
    /// It is signed with a key of ours for somebody else.
    OtherIssuer,
}

impl Invalid {
    /// The word callers know it by.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::OtherIssuer => "other_issuer",
        }
    }
}

impl Keys {
    /// Reads every key, noting those that are none.
    pub(crate) fn assemble(spec: &ReceiptSpec, problems: &mut Problems) -> Option<Self> {
        let own = own(spec);
        if own.is_none() {
            let what = "it is not an Ed25519 private key, PKCS#8 in PEM; \
                `openssl genpkey -algorithm ed25519` makes one";
            problems.note("provenance.receipts.key", what);
        }
        let mut jwks = Vec::new();
        for earlier in &spec.earlier {
            let jwk = known(&earlier.public_key).map(|jwk| named(jwk, &earlier.key_id));
            if jwk.is_none() {
                problems.note(&earlier.path, "it is not an Ed25519 public key in PEM");
            }
            jwks.extend(jwk);
        }
        let (private, jwk) = own?;
        jwks.insert(0, jwk);
        let public = jwks.iter().filter_map(Public::of).collect();
        let set = serde_json::to_vec(&JwkSet { keys: jwks }).ok()?.into();
        let (issuer, keep) = (spec.issuer.clone(), spec.keep);
        let (header, validation) = (header(&spec.key_id), validation(&issuer));
        Some(Self { issuer, keep, header, private, public, validation, set })
    }

    /// The public keys, for whoever checks a receipt without us.
    pub(crate) fn set(&self) -> Bytes {
        self.set.clone()
    }

    /// Signs.
    pub(super) fn sign(&self, claims: &Claims) -> jsonwebtoken::errors::Result<String> {
        encode(&self.header, claims, &self.private)
    }

    /// What a receipt says, if it is one of ours.
    pub(crate) fn verify(&self, receipt: &str) -> Result<Claims, Invalid> {
        if receipt.len() > RECEIPT_BYTES_MAX {
            return Err(Invalid::Malformed);
        }
        let header = jsonwebtoken::decode_header(receipt).map_err(|_| Invalid::Malformed)?;
        let known = self.public.iter().find(|known| known.header.kid == header.kid);
        let known = known.ok_or(Invalid::UnknownKey)?;
        // INVARIANT: only the header that we write is read: with our algorithm and kind of token,
        // and without anything that we would have to understand.
        if header != known.header {
            return Err(Invalid::Malformed);
        }
        let token = decode(receipt, &known.key, &self.validation);
        token.map(|token| token.claims).map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => Invalid::BadSignature,
            ErrorKind::InvalidIssuer => Invalid::OtherIssuer,
            _ => Invalid::Malformed,
        })
    }
}

impl Public {
    fn of(jwk: &Jwk) -> Option<Self> {
        let key = DecodingKey::from_jwk(jwk).ok()?;
        Some(Self { header: header(jwk.common.key_id.as_deref()?), key })
    }
}

/// The private key, and its public half.
fn own(spec: &ReceiptSpec) -> Option<(EncodingKey, Jwk)> {
    let key = EncodingKey::from_ed_pem(spec.key.expose()).ok()?;
    let jwk = Jwk::from_encoding_key(&key, ALGORITHM).ok()?;
    Some((key, named(jwk, &spec.key_id)))
}

/// A public key.
fn known(pem: &[u8]) -> Option<Jwk> {
    let key = DecodingKey::from_ed_pem(pem).ok()?;
    Jwk::from_decoding_key(&key, Some(ALGORITHM)).ok()
}

fn named(mut jwk: Jwk, key_id: &str) -> Jwk {
    jwk.common.key_id = Some(key_id.to_owned());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    jwk
}

fn header(key_id: &str) -> Header {
    let mut header = Header::new(ALGORITHM);
    header.typ = Some(KIND.to_owned());
    header.kid = Some(key_id.to_owned());
    header
}

/// A receipt has an issuer and no end: what was shown stays what was shown.
fn validation(issuer: &str) -> Validation {
    let mut validation = Validation::new(ALGORITHM);
    validation.set_required_spec_claims(&["iss"]);
    validation.set_issuer(&[issuer]);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

#[cfg(test)]
mod tests;
