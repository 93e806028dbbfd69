//! One table for a section of the file: its fields, how they are read, how they are described.
//!
//! The schema cannot drift from the readers, for both are made from the same lines.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

/// Declares a section of the file. A field is written `name: required(Type)`,
/// `name: optional(Type)` or `name: default(Type, value)`.
macro_rules! section {
    (
        $(#[doc = $about:literal])*
        $(#[expect($lint:path, reason = $reason:literal)])?
        $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $field:ident : $mode:ident ( $type:ty $(, $default:expr)? )
            ),* $(,)?
        }
    ) => {
        $(#[doc = $about])*
        $(#[expect($lint, reason = $reason)])?
        #[derive(Clone, Debug, serde::Serialize)]
        pub(crate) struct $name {
            $( $(#[doc = $doc])* pub(crate) $field: section!(@type $mode $type), )*
        }

        impl Default for $name {
            /// The section as if nothing was written in it.
            fn default() -> Self {
                Self { $( $field: section!(@absent $mode $type $(, $default)?), )* }
            }
        }

        impl $crate::file::read::Read for $name {
            fn read(
                at: $crate::file::read::At<'_>,
                problems: &mut $crate::file::problem::Problems,
            ) -> Option<Self> {
                at.only(&[$( stringify!($field) ),*], problems)?;
                Some(Self {
                    $( $field: section!(@read $mode at problems $field $type $(, $default)?), )*
                })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut shape = $crate::file::section::Shape::new(concat!($($about, "\n"),*));
                $(
                    let field = (stringify!($field), concat!($($doc, "\n"),*));
                    section!(@shape $mode shape generator field $type $(, $default)?);
                )*
                shape.finish()
            }
        }
    };
    (@type default $type:ty) => { $type };
    (@type $mode:ident $type:ty) => { Option<$type> };
    (@absent default $type:ty, $default:expr) => { <$type>::from($default) };
    (@absent $mode:ident $type:ty) => { None };
    (@read default $at:ident $problems:ident $field:ident $type:ty, $default:expr) => {
        $at.optional::<$type>(stringify!($field), $problems)
            .unwrap_or_else(|| <$type>::from($default))
    };
    (@read $mode:ident $at:ident $problems:ident $field:ident $type:ty) => {
        $at.$mode::<$type>(stringify!($field), $problems)
    };
    (@shape default $shape:ident $generator:ident $field:ident $type:ty, $default:expr) => {
        let default = serde_json::to_value(<$type>::from($default)).ok();
        $shape.field::<$type>($generator, $field, default);
    };
    (@shape optional $shape:ident $generator:ident $field:ident $type:ty) => {
        $shape.field::<$type>($generator, $field, None);
    };
    (@shape required $shape:ident $generator:ident $field:ident $type:ty) => {
        $shape.field::<$type>($generator, $field, None);
        $shape.require($field.0);
    };
}

pub(crate) use section;

/// The schema of a section, field by field.
pub(crate) struct Shape {
    about: String,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl Shape {
    pub(crate) fn new(about: &str) -> Self {
        Self { about: text(about), properties: Map::new(), required: Vec::new() }
    }

    /// Adds a field: its name and what it is for, and what it is when not written.
    pub(crate) fn field<T: JsonSchema>(
        &mut self,
        generator: &mut SchemaGenerator,
        (name, doc): (&str, &str),
        default: Option<Value>,
    ) {
        let mut schema = generator.subschema_for::<T>();
        schema.insert("description".into(), text(doc).into());
        // What is told field by field in a section of its own is not told twice.
        if let Some(default) = default.filter(|default| !default.is_object()) {
            schema.insert("default".into(), default);
        }
        self.properties.insert(name.into(), schema.to_value());
    }

    pub(crate) fn require(&mut self, name: &'static str) {
        self.required.push(name);
    }

    pub(crate) fn finish(self) -> Schema {
        let mut schema = schemars::json_schema!({
            "type": "object",
            "description": self.about,
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema.insert("required".into(), self.required.into());
        }
        schema
    }
}

/// A doc comment as one paragraph a blank line.
fn text(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(str::trim).collect();
    lines.join(" ").trim().replace("  ", "\n\n")
}
