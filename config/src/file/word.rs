//! Closed words: read by the same serde derive that writes and describes them.

use super::hint;
use super::problem::Problems;
use super::read::{At, Read};
use crate::spec::{Engine, LogLevel, Plaintext};
use crate::words::{Dialect, Operation, ReleaseStage, Scope, Strategy, Unit, Window};
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use std::fmt;

/// What serde says of a word it does not know.
#[derive(Debug)]
enum Stranger {
    Other,
    Unknown(&'static [&'static str]),
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown word")
    }
}

impl std::error::Error for Stranger {}

impl serde::de::Error for Stranger {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Other
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::Unknown(expected)
    }
}

fn word<T: for<'de> Deserialize<'de>>(at: At<'_>, problems: &mut Problems) -> Option<T> {
    let text = at.text("a word", problems)?;
    match T::deserialize(StrDeserializer::<Stranger>::new(text)) {
        Ok(word) => Some(word),
        Err(Stranger::Unknown(known)) => {
            at.note(format!("unknown word{}", hint::near(text, known)), problems);
            None
        }
        Err(Stranger::Other) => at.expected("another word", problems),
    }
}

/// What is done with a request field that is not known.
#[derive(
    Clone, Copy, Debug, serde::Deserialize, schemars::JsonSchema, PartialEq, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UnknownFields {
    /// The call is refused.
    Refuse,
    /// The field is dropped.
    Drop,
}

/// Where records and usage are kept.
#[derive(
    Clone, Copy, Debug, serde::Deserialize, schemars::JsonSchema, PartialEq, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoreKind {
    /// In one SQLite file.
    Sqlite,
    /// Nowhere: gone when the process ends. For tests and trials.
    Memory,
}

/// What a decision table expects: yes, or the word of a denial.
#[derive(
    Clone, Copy, Debug, serde::Deserialize, schemars::JsonSchema, PartialEq, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// Yes.
    Ok,
    /// There is no such model, as far as the caller may know.
    UnknownModel,
    /// The model is announced, but not yet open to the tier.
    NotReleased,
    /// The model does not offer the operation.
    Unsupported,
    /// More was asked for than the tier gives.
    Cap,
    /// Prompt and answer do not fit the window.
    Context,
}

impl Answer {
    /// The word, as [`crate::words::Denial::as_str`] says it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::UnknownModel => "unknown_model",
            Self::NotReleased => "not_released",
            Self::Unsupported => "unsupported",
            Self::Cap => "cap",
            Self::Context => "context",
        }
    }
}

macro_rules! words {
    ($($word:ty),*) => {
        $(impl Read for $word {
            fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
                word(at, problems)
            }
        })*
    };
}

words!(
    Answer,
    Dialect,
    Engine,
    LogLevel,
    Operation,
    Plaintext,
    ReleaseStage,
    Scope,
    StoreKind,
    Strategy,
    Unit,
    UnknownFields,
    Window
);
