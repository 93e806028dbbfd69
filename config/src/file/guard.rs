//! The section of the file that names remote classifiers. What an adapter is told is carried
//! unread; the adapter called `kind` reads it.

use super::leaf::{FilePath, Line, Name, Whole};
use super::net::Url;
use super::problem::Problems;
use super::read::{At, List, Read};
use super::secret::SecretAt;
use super::section::section;
use super::tree::Value as Written;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

section! {
    /// A remote classifier that filters ask. It must not be a model that is guarded.
    Guard {
        /// Which adapter knows its words.
        kind: required(Name),
        /// Its servers, which are equal: `http[s]://host[:port][/prefix]`, without `/v1`.
        urls: required(List<Url>),
        /// What the servers call the model.
        model: required(Line),
        /// Who signs their certificates, in PEM; the system's roots if absent.
        ca: optional(FilePath),
        /// Sent as `authorization: Bearer`. A caller's key never is.
        credential: optional(SecretAt),
        /// What a judgement may take in all, waiting for a place included.
        timeout_ms: default(Whole<10, 600_000>, 2_000),
        /// Requests under way at once.
        connections_max: default(Whole<1, 4_096>, 16),
        /// Judgements that may wait for a place; the next is told at once that the guard is busy.
        queue_max: default(Whole<0, 100_000>, 64),
        /// Bytes of the texts that are sent. The oldest turns are left out; what is judged never is.
        exchange_bytes_max: default(Whole<256, 16_777_216>, 65_536),
        /// Bytes of a reply.
        reply_bytes_max: default(Whole<256, 16_777_216>, 262_144),
        /// Which judgements are kept.
        cache: default(Cache, Cache::default()),
        /// When a server that fails is left alone.
        breaker: default(Breaker, Breaker::default()),
        /// What the adapter is told.
        options: default(Options, Options::default()),
    }
}

section! {
    /// Which judgements of a guard are kept. Never a failure, nor what could not be read.
    Cache {
        /// How many; 0 is none.
        entries_max: default(Whole<0, 10_000_000>, 10_000),
        /// For how long.
        ttl_ms: default(Whole<1, 86_400_000>, 300_000),
    }
}

section! {
    /// When a server of a guard that fails is left alone.
    Breaker {
        /// Failures in a row after which it is.
        failures_max: default(Whole<1, 1_000>, 5),
        /// For how long; then one question tries.
        open_ms: default(Whole<10, 3_600_000>, 10_000),
    }
}

/// What an adapter is told.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Options(pub(crate) Map<String, Value>);

impl Read for Options {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        let (Written::Map(_), Value::Object(options)) = (&at.node.value, at.node.json()) else {
            return at.expected("a section (`name: value`)", problems);
        };
        Some(Self(options))
    }
}

impl JsonSchema for Options {
    fn schema_name() -> Cow<'static, str> {
        "GuardOptions".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What the adapter of a guard is told. What may be written depends on \
                the `kind`; an option that ends in `_file` names a file whose text it is.",
            "type": "object",
        })
    }
}
