//! A filter profile as written, and its filters. Their settings are carried unread; the part called
//! `kind` reads them.

use super::leaf::Name;
use super::problem::Problems;
use super::read::{At, List, Read};
use super::section::section;
use super::tree;
use crate::words::Strategy;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

section! {
    /// Filters, and how much of a streamed answer waits for them.
    Staged {
        /// How much of a streamed answer waits for the filters, from all to nothing.
        stream: default(Strategy, Strategy::Window),
        /// The filters, in the order they look.
        filters: required(List<Filter>),
    }
}

/// A filter profile: a list of filters, or a section with more to say.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Profile {
    /// How much of a streamed answer waits for the filters.
    pub(crate) stream: Strategy,
    /// The filters.
    pub(crate) filters: List<Filter>,
    /// Where they are written in the profile.
    #[serde(skip)]
    pub(crate) within: &'static str,
}

impl Read for Profile {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        if matches!(at.node.value, tree::Value::Map(_)) {
            let Staged { stream, filters } = Staged::read(at, problems)?;
            return Some(Self { stream, filters: filters?, within: ".filters" });
        }
        let filters = List::read(at, problems)?;
        Some(Self { stream: Strategy::Window, filters, within: "" })
    }
}

impl JsonSchema for Profile {
    fn schema_name() -> Cow<'static, str> {
        "Profile".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<List<Filter>>();
        let staged = generator.subschema_for::<Staged>();
        json_schema!({
            "description": "Filters in the order they look: a list, or a section that also says \
                how much of a streamed answer waits for them.",
            "anyOf": [list, staged],
        })
    }
}

/// One filter.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Filter {
    /// Its name in the registry.
    pub(crate) kind: String,
    /// Everything else.
    pub(crate) settings: Map<String, Value>,
}

impl Read for Filter {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        let kind = at.required::<Name>("kind", problems)?;
        let Value::Object(mut settings) = at.node.json() else { return None };
        settings.remove("kind");
        Some(Self { kind: kind.0, settings })
    }
}

impl JsonSchema for Filter {
    fn schema_name() -> Cow<'static, str> {
        "Filter".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut kind = generator.subschema_for::<Name>();
        kind.insert("description".into(), "Which filter it is.".into());
        json_schema!({
            "description": "One filter. What else may be written depends on its `kind`; a setting \
                that ends in `_file` names a file of one entry a line.",
            "type": "object",
            "properties": {
                "kind": kind,
                "in": {
                    "description": "Where it looks.",
                    "type": "array",
                    "items": { "enum": ["prompt", "answer", "reasoning", "tool_calls"] },
                    "minItems": 1,
                    "uniqueItems": true,
                    "default": ["answer", "reasoning", "tool_calls"],
                },
                "action": {
                    "description": "What is done about what it finds; its kind has a default.",
                    "enum": ["score", "annotate", "redact", "block", "fallback", "hold"],
                },
                "shadow": {
                    "description": "Whether it only tries: it reads and counts, and nothing is \
                        done.",
                    "type": "boolean",
                    "default": false,
                },
                "on_error": {
                    "description": "What is done if it fails: nothing is shown, or what it would \
                        have looked at is. A filter that asks nobody cannot fail.",
                    "enum": ["closed", "open"],
                    "default": "closed",
                },
                "categories": {
                    "description": "Which categories of its guard concern it; all if none is named.",
                    "type": "array",
                    "items": { "type": "string" },
                    "default": [],
                },
                "threshold": {
                    "description": "The score of its guard from which on something is found; the \
                        guard's own word if absent.",
                    "type": "number",
                    "minimum": 0,
                    "maximum": 1,
                },
            },
            "required": ["kind"],
        })
    }
}
