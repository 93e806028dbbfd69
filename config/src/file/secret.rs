//! Where a secret is. Never the secret itself.

use super::problem::Problems;
use super::read::{At, Read};
use super::tree::Value;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// `{ env: NAME }` or `{ file: PATH }`.
#[derive(Clone, Debug)]
pub(crate) enum SecretAt {
    /// An environment variable.
    Env(String),
    /// A file; one line end at its end is not part of the secret.
    File(String),
}

const WRITTEN: &str = "a secret is written `{ env: NAME }` or `{ file: PATH }`, never inline";

impl Read for SecretAt {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &at.node.value else {
            at.note(WRITTEN, problems);
            return None;
        };
        at.only(&["env", "file"], problems)?;
        let env = at.optional::<super::leaf::Line>("env", problems);
        let file = at.optional::<super::leaf::FilePath>("file", problems);
        match (env, file) {
            (Some(env), None) if !env.0.contains('=') => Some(Self::Env(env.0)),
            (None, Some(file)) => Some(Self::File(file.0.display().to_string())),
            (None, None) if entries.iter().any(|e| e.key == "env" || e.key == "file") => None,
            _ => {
                at.note(WRITTEN, problems);
                None
            }
        }
    }
}

impl Serialize for SecretAt {
    /// Only that there is one: where it lies has no meaning for the policy.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl JsonSchema for SecretAt {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Where a secret is: an environment variable or a file, never inline.",
            "type": "object",
            "oneOf": [
                {
                    "properties": { "env": { "type": "string", "minLength": 1 } },
                    "required": ["env"],
                    "additionalProperties": false,
                },
                {
                    "properties": { "file": { "type": "string", "minLength": 1 } },
                    "required": ["file"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
