//! A filter as written. Its settings are carried unread; the part called `kind` reads them.

use super::leaf::Name;
use super::problem::Problems;
use super::read::{At, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

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
            "properties": { "kind": kind },
            "required": ["kind"],
        })
    }
}
