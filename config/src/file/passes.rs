//! Which filter profile the answers to a tier pass: one, or one by release stage.

use super::hint;
use super::leaf::{NAME_PATTERN, Name};
use super::problem::Problems;
use super::read::{At, Read};
use super::tree::Value;
use crate::words::ReleaseStage;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Map;
use std::borrow::Cow;

/// The word for no profile.
pub(crate) const NONE: &str = "none";

/// The word for every stage that is not named.
pub(crate) const DEFAULT: &str = "default";

/// Names of profiles, by stage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Passes {
    /// The same at every stage.
    One(Name),
    /// By stage; `None` is every stage that is not named.
    ByStage(Vec<(Option<ReleaseStage>, Name)>),
}

impl Passes {
    /// Every entry, with the word it is written behind; none for a profile of all stages.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Option<&'static str>, &Name)> {
        let (one, by_stage) = match self {
            Self::One(name) => (Some((None, name)), &[][..]),
            Self::ByStage(entries) => (None, entries.as_slice()),
        };
        let word = |stage: &Option<ReleaseStage>| Some(stage.map_or(DEFAULT, ReleaseStage::as_str));
        one.into_iter().chain(by_stage.iter().map(move |(stage, name)| (word(stage), name)))
    }

    /// The entry for a stage.
    pub(crate) fn at(&self, stage: ReleaseStage) -> Option<&Name> {
        match self {
            Self::One(name) => Some(name),
            Self::ByStage(entries) => {
                let find = |stage| entries.iter().find(|(known, _)| *known == stage);
                find(Some(stage)).or_else(|| find(None)).map(|(_, name)| name)
            }
        }
    }
}

impl Read for Passes {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        if !matches!(at.node.value, Value::Map(_)) {
            return Name::read(at, problems).map(Self::One);
        }
        let mut entries = Vec::new();
        for (key, at) in at.entries(problems)? {
            let stage = ReleaseStage::ALL.into_iter().find(|stage| stage.as_str() == key);
            if stage.is_none() && key != DEFAULT {
                let known = ReleaseStage::ALL.map(ReleaseStage::as_str);
                at.note(format!("unknown stage{}", hint::near(key, &known)), problems);
                continue;
            }
            entries.extend(Name::read(at, problems).map(|name| (stage, name)));
        }
        Some(Self::ByStage(entries))
    }
}

impl Serialize for Passes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = self.entries().map(|(word, name)| (word.unwrap_or(DEFAULT), name));
        serializer.collect_map(named)
    }
}

impl JsonSchema for Passes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Passes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let name = |of: &str| {
            let description = format!("The profile {of}, or `none`.");
            serde_json::json!({
                "description": description, "type": "string", "pattern": NAME_PATTERN,
            })
        };
        let stages = ReleaseStage::ALL.map(ReleaseStage::as_str);
        let named = stages.map(|word| (word.to_owned(), name(&format!("at stage {word}"))));
        let others = (DEFAULT.to_owned(), name("at every stage that is not named"));
        let by_stage = named.into_iter().chain([others]).collect::<Map<_, _>>();
        json_schema!({
            "anyOf": [
                name("at every stage"),
                { "type": "object", "properties": by_stage, "additionalProperties": false },
            ],
        })
    }
}
