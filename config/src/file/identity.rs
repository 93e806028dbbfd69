//! The section of the file that says how callers are known, beside API keys.

use super::leaf::{FilePath, Line, Name, Whole};
use super::net::Place;
use super::problem::Problems;
use super::read::{At, List, Named, Read};
use super::section::section;
use super::tree::{Node, Value};
use crate::spec::TokenAlgorithm;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use std::borrow::Cow;

section! {
    /// How callers are known, beside API keys.
    Identity {
        /// Whose tokens are taken (OpenID Connect), by a name of yours.
        issuers: default(Named<Issuer>, Named::default()),
        /// Whom client certificates stand for. Absent: a certificate only opens the connection.
        client_certificates: optional(Certificates),
        /// Lets in who shows no credential at all. Absent: nobody.
        anonymous: optional(Anonymous),
    }
}

section! {
    /// Somebody whose tokens (JWT) are taken.
    #[expect(clippy::struct_field_names, reason = "tokens call it so")]
    Issuer {
        /// Its URL, exactly as tokens say it in `iss`. Plain `http` only on a loopback address.
        issuer: required(Place),
        /// What tokens must be for: one of these must be in their `aud`.
        audiences: required(List<Line>),
        /// Where its keys are (a JWK Set). Absent: where its discovery document says.
        jwks_url: optional(Place),
        /// The algorithms that tokens may be signed with.
        algorithms: default(List<TokenAlgorithm>, TokenAlgorithm::USUAL.to_vec()),
        /// Who signs its certificate, in PEM; the system's roots if absent.
        ca: optional(FilePath),
        /// The kinds of token (`typ`) that are taken, in any case.
        types: default(List<Line>, vec![Line("at+jwt".into()), Line("JWT".into())]),
        /// Whether a token must name its kind.
        type_required: default(bool, true),
        /// How far its clock may be from ours.
        leeway_ms: default(Whole<0, 300_000>, 30_000),
        /// How old its keys may grow before they are fetched again.
        keys_max_age_ms: default(Whole<30_000, 86_400_000>, 300_000),
        /// How old they may grow while it cannot be reached; then its tokens cannot be checked.
        stale_max_ms: default(Whole<30_000, 604_800_000>, 86_400_000),
        /// Whom its tokens stand for: the first rule that fits. None fits: nobody.
        rules: required(List<TokenRule>),
    }
}

section! {
    /// Whom the tokens of an issuer stand for.
    TokenRule {
        /// Claims and what they must be, or one of what; of a claim that is a list, one item. Claims
        /// within others are written `a.b`, or `/a/b` where names have dots.
        when: default(Named<Values>, Named::default()),
        /// The tier they stand on.
        tier: required(Name),
        /// Their name: text with `{claim}` in it, `{sub}` if absent. It begins with `jwt:` and the
        /// issuer's name, unless it is written `{ record: TEXT }`, a principal of the records.
        principal: optional(Naming),
        /// Their project: text with `{claim}` in it.
        project: optional(Line),
        /// Their organisation: text with `{claim}` in it.
        organisation: optional(Line),
        /// The claim that holds their country, by its two letters.
        country: optional(Line),
    }
}

section! {
    /// Whom client certificates stand for.
    Certificates {
        /// The first rule that fits. None fits: nobody.
        rules: required(List<CertificateRule>),
    }
}

section! {
    /// Whom client certificates stand for.
    CertificateRule {
        /// `uri` (SPIFFE ids; `…/*` is all below), `dns` (`*.…` is all below) and `common_name`, and
        /// what they must be, or one of what.
        when: default(Named<Values>, Named::default()),
        /// The tier they stand on. Absent: a certificate alone is nobody, an API key or a token
        /// must come with it.
        tier: optional(Name),
        /// Their name: text with `{uri}`, `{dns}` or `{common_name}` in it, what is in `when` if
        /// absent. It begins with `certificate:`, unless it is written `{ record: TEXT }`. A key or
        /// token that comes along must be of this principal.
        principal: optional(Naming),
        /// Their project.
        project: optional(Line),
        /// Their organisation.
        organisation: optional(Line),
    }
}

section! {
    /// Who shows no credential at all. Each address is a principal of its own.
    Anonymous {
        /// The tier they stand on.
        tier: required(Name),
    }
}

/// What a claim must be: text, yes or no, or a list of them.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Values(pub(crate) Vec<Wanted>);

/// One value a claim may have.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Wanted {
    Text(String),
    Flag(bool),
}

/// Values one claim is compared with.
const VALUES_MAX: usize = 100;
const VALUES: &str = "expected text, true or false, or a list of 1 to 100 of them";

impl Values {
    fn of(node: &Node) -> Option<Vec<Wanted>> {
        match &node.value {
            Value::Text(text) if !text.is_empty() => Some(vec![Wanted::Text(text.clone())]),
            Value::Bool(flag) => Some(vec![Wanted::Flag(*flag)]),
            Value::List(items) if (1..=VALUES_MAX).contains(&items.len()) => {
                let items = items.iter().map(|item| match &item.value {
                    Value::List(_) => None,
                    _ => Self::of(item),
                });
                items.collect::<Option<Vec<_>>>().map(|items| items.concat())
            }
            _ => None,
        }
    }
}

impl Read for Values {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        let values = Self::of(at.node).map(Self);
        if values.is_none() {
            at.note(VALUES, problems);
        }
        values
    }
}

impl JsonSchema for Values {
    fn schema_name() -> Cow<'static, str> {
        "Values".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one = || json_schema!({ "type": ["string", "boolean"] });
        json_schema!({
            "description": "What a claim must be, or one of what.",
            "anyOf": [
                one(),
                { "type": "array", "items": one(), "minItems": 1, "maxItems": VALUES_MAX },
            ],
        })
    }
}

/// What a principal is called: text, or `{ record: TEXT }`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Naming {
    /// A name within what proved it.
    Own(String),
    /// The name of a principal of the records.
    Record(String),
}

impl Read for Naming {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        match &at.node.value {
            Value::Text(_) => Line::read(at, problems).map(|line| Self::Own(line.0)),
            Value::Map(_) => {
                at.only(&["record"], problems)?;
                at.required::<Line>("record", problems).map(|line| Self::Record(line.0))
            }
            _ => at.expected("text or `{ record: TEXT }`", problems),
        }
    }
}

impl JsonSchema for Naming {
    fn schema_name() -> Cow<'static, str> {
        "Naming".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a principal is called, with `{claim}` in it.",
            "oneOf": [
                generator.subschema_for::<Line>(),
                {
                    "type": "object",
                    "properties": { "record": generator.subschema_for::<Line>() },
                    "required": ["record"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
