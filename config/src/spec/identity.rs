//! How callers are known, beside API keys.

use crate::words::TierId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// How callers are known, beside API keys.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IdentitySpec {
    /// Whose tokens are taken.
    pub issuers: Vec<IssuerSpec>,
    /// Whom client certificates stand for; without rules, a certificate only opens a connection.
    pub certificates: Vec<IdentityRule>,
    /// The tier of who shows no credential at all, if they are let in.
    pub anonymous: Option<TierId>,
}

/// Somebody whose tokens are taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IssuerSpec {
    /// What the file calls it: letters, digits and `. _ -`.
    pub name: String,
    /// What its tokens call it, to the letter.
    pub issuer: String,
    /// Whom tokens must be for.
    pub audiences: Vec<String>,
    /// Where its keys are; `None` is where its discovery document says.
    pub jwks_url: Option<String>,
    /// What tokens may be signed with.
    pub algorithms: Vec<TokenAlgorithm>,
    /// Who signs its certificate, in PEM; the system's roots if not given.
    pub ca: Option<PathBuf>,
    /// The kinds of token that are taken, in small letters.
    pub types: Vec<String>,
    /// Whether a token must name its kind.
    pub type_required: bool,
    /// How far its clock may be from ours.
    pub leeway: Duration,
    /// How old its keys may grow before they are fetched again.
    pub keys_age_max: Duration,
    /// How old they may grow while it cannot be reached.
    pub stale_max: Duration,
    /// Whom its tokens stand for.
    pub rules: Vec<IdentityRule>,
    /// Where it is written, for example `identity.issuers.corporate`.
    pub path: String,
}

/// Whom a token or certificate stands for, where it fits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IdentityRule {
    /// What must hold, all of it.
    pub when: Vec<Condition>,
    /// The tier; `None` where a certificate alone is nobody.
    pub tier: Option<TierId>,
    /// The principal; `None` where a key that comes along says it.
    pub principal: Option<PrincipalRule>,
    /// The project.
    pub project: Option<Template>,
    /// The organisation.
    pub organisation: Option<Template>,
    /// The claim that holds the country.
    pub country: Option<ClaimPath>,
}

/// How a principal is named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PrincipalRule {
    /// By a name within what proved it.
    Own(Template),
    /// As a principal of the records.
    Record(Template),
}

/// Something that a claim must be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Condition {
    /// The claim.
    pub claim: ClaimPath,
    /// One of these.
    pub one_of: Vec<Wanted>,
}

/// What a value is compared with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// This text.
    Exact(String),
    /// Text that begins so and goes on.
    Below(String),
    /// Text that ends so and has something before it.
    Within(String),
    /// Yes or no.
    Flag(bool),
}

/// Where a claim is: names, each within the one before.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClaimPath(pub Vec<String>);

/// Text with claims in it. Two claims never stand side by side.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Template(pub Vec<Piece>);

/// A piece of a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// What a claim says.
    Claim(ClaimPath),
}

/// What a token can be signed with: with a private key, never with a secret that both sides share.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TokenAlgorithm {
    /// RSA, PKCS#1 v1.5, SHA-256.
    Rs256,
    /// RSA, PKCS#1 v1.5, SHA-384.
    Rs384,
    /// RSA, PKCS#1 v1.5, SHA-512.
    Rs512,
    /// RSA, PSS, SHA-256.
    Ps256,
    /// RSA, PSS, SHA-384.
    Ps384,
    /// RSA, PSS, SHA-512.
    Ps512,
    /// ECDSA on P-256, SHA-256.
    Es256,
    /// ECDSA on P-384, SHA-384.
    Es384,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl TokenAlgorithm {
    /// Those that issuers use mostly.
    pub const USUAL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];
}
