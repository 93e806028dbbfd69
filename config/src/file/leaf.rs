//! The plain values of a file: numbers in a range, text, names.

use super::problem::Problems;
use super::read::{At, Read};
use super::tree::Value;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use std::borrow::Cow;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Whole<const MIN: u64, const MAX: u64>(pub(crate) u64);

impl<const MIN: u64, const MAX: u64> From<u64> for Whole<MIN, MAX> {
    fn from(value: u64) -> Self {
        Self(value.clamp(MIN, MAX))
    }
}

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    /// As a size in memory.
    pub(crate) fn size(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// As a small number.
    pub(crate) fn small(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }

    /// As milliseconds.
    pub(crate) fn milliseconds(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0)
    }
}

impl<const MIN: u64, const MAX: u64> Read for Whole<MIN, MAX> {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        let Value::Number(number) = &at.node.value else {
            return at.expected("a whole number", problems);
        };
        match number.as_u64() {
            Some(value) if (MIN..=MAX).contains(&value) => Some(Self(value)),
            Some(0) if MIN > 0 => {
                let what = format!("zero is not allowed here; give a number from {MIN} to {MAX}");
                at.note(what, problems);
                None
            }
            _ => {
                at.note(format!("expected a whole number from {MIN} to {MAX}"), problems);
                None
            }
        }
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Whole<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Whole_{MIN}_{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// The ceiling of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Ceiling(pub(crate) u64);

type CeilingNumber = Whole<1, 1_000_000_000_000_000>;

impl Read for Ceiling {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        if matches!(&at.node.value, Value::Number(number) if number.as_u64() == Some(0)) {
            let what = "zero is not a limit but a denial; leave the limit out to limit nothing, \
                or let the tier see fewer stages to deny it";
            at.note(what, problems);
            return None;
        }
        CeilingNumber::read(at, problems).map(|number| Self(number.0))
    }
}

impl JsonSchema for Ceiling {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Ceiling".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        CeilingNumber::json_schema(generator)
    }
}

impl Read for f64 {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        let Value::Number(number) = &at.node.value else {
            return at.expected("a number", problems);
        };
        number.as_f64()
    }
}

impl Read for bool {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        match at.node.value {
            Value::Bool(yes) => Some(yes),
            _ => at.expected("true or false", problems),
        }
    }
}

/// Declares a value that is written as text: what it holds, what it is called in messages, its
/// schema, and what checks it.
macro_rules! written {
    (
        $(#[doc = $about:literal])*
        $name:ident($holds:ty), $what:literal, $schema:tt, $check:expr, $show:expr
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $name(pub(crate) $holds);

        impl $crate::file::read::Read for $name {
            fn read(
                at: $crate::file::read::At<'_>,
                problems: &mut $crate::file::problem::Problems,
            ) -> Option<Self> {
                let text = at.text($what, problems)?;
                let check: fn(&str) -> Result<$holds, String> = $check;
                match check(text) {
                    Ok(value) => Some(Self(value)),
                    Err(what) => {
                        at.note(what, problems);
                        None
                    }
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let show: fn(&$holds) -> String = $show;
                serializer.serialize_str(&show(&self.0))
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

pub(crate) use written;

/// What a name looks like, for the schema.
pub(crate) const NAME_PATTERN: &str = "^[A-Za-z0-9._:/-]{1,128}$";

/// Whether `name` can be one: what [`NAME_PATTERN`] says.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte))
}

/// What to say of a name that is none.
pub(crate) const NAME_RULE: &str =
    "a name is 1 to 128 letters, digits or any of `. _ : / -`, nothing else";

written! {
    /// A name, given or referred to.
    Name(String), "a name", { "type": "string", "pattern": NAME_PATTERN },
    |text| if is_name(text) { Ok(text.into()) } else { Err(NAME_RULE.into()) },
    Clone::clone
}

written! {
    /// A line of text.
    Line(String), "text", { "type": "string", "minLength": 1, "maxLength": 1024 },
    |text| {
        let fine = (1..=1024).contains(&text.len()) && !text.contains(char::is_control);
        if fine { Ok(text.into()) } else { Err("expected one line of 1 to 1024 bytes".into()) }
    },
    Clone::clone
}

written! {
    /// A file, relative to the configuration file.
    FilePath(std::path::PathBuf), "the path of a file",
    { "type": "string", "minLength": 1, "maxLength": 1024 },
    |text| {
        let fine = (1..=1024).contains(&text.len()) && !text.contains(char::is_control);
        if fine { Ok(text.into()) } else { Err("expected the path of a file".into()) }
    },
    |path| path.display().to_string()
}
