//! Closed words: read by the same serde derive that writes and describes them.

use super::access::AccessFieldKind;
use super::hint;
use super::licences::{AppliesTo, Inherit, MauAt, MauScope, MauWindow};
use super::problem::Problems;
use super::read::{At, Read};
use crate::access::OrganisationAcceptance;
use crate::spec::{ClientCertificates, CountrySource, Engine, LogLevel, Plaintext, TokenAlgorithm};
use crate::words::{
    Denial, Dialect, GrantState, Modality, OpState, Operation, Purpose, ReleaseStage, RequestState,
    Scope, Standing, Strategy, Subject, Unit, Verification, Window,
};
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

/// What a rule of jurisdiction does.
#[derive(
    Clone, Copy, Debug, serde::Deserialize, schemars::JsonSchema, PartialEq, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Consequence {
    /// The call is refused.
    Deny,
    /// Answers have the text in the header `x-sluice-label`.
    Label,
    /// Answers have the text in the header `x-sluice-notice`.
    Notice,
}

/// What a decision table expects: yes, or the word of a denial.
#[derive(
    Clone, Copy, Debug, serde::Deserialize, schemars::JsonSchema, PartialEq, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// Yes.
    Ok,
    /// The caller is suspended or banned.
    Suspended,
    /// Whoever the caller calls for is.
    EndUserBlocked,
    /// The credential is not good for calls from there.
    Address,
    /// The credential is not good for this operation or model.
    OutOfScope,
    /// There is no such model, as far as the caller may know.
    UnknownModel,
    /// The model is announced, but not yet open to the tier.
    NotReleased,
    /// The revision takes no calls for now.
    ModelSuspended,
    /// The revision takes no calls any more.
    ModelRetired,
    /// Not from there, or not there.
    Region,
    /// The caller has to ask for the model first.
    RequestRequired,
    /// It has asked.
    RequestPending,
    /// It has asked, in vain.
    RequestRejected,
    /// Every place of the cohort is taken.
    CohortFull,
    /// The licence was not agreed to.
    Licence,
    /// The licence is not offered where the organisation has its seat.
    Licensee,
    /// The caller is not known well enough.
    Verification,
    /// The licence does not allow what was declared.
    Purpose,
    /// The model does not offer the operation.
    Unsupported,
    /// More was asked for than the tier gives.
    Cap,
    /// Prompt and answer do not fit the window.
    Context,
}

impl Answer {
    /// Every word.
    pub(crate) const ALL: [Self; 21] = [
        Self::Ok,
        Self::Suspended,
        Self::EndUserBlocked,
        Self::Address,
        Self::OutOfScope,
        Self::UnknownModel,
        Self::NotReleased,
        Self::ModelSuspended,
        Self::ModelRetired,
        Self::Region,
        Self::RequestRequired,
        Self::RequestPending,
        Self::RequestRejected,
        Self::CohortFull,
        Self::Licence,
        Self::Licensee,
        Self::Verification,
        Self::Purpose,
        Self::Unsupported,
        Self::Cap,
        Self::Context,
    ];

    /// What was answered. A denial without a word here does not compile, and a word that no table of
    /// the repository expects fails a test.
    pub(crate) fn of(denial: Option<&Denial>) -> Self {
        let Some(denial) = denial else { return Self::Ok };
        match denial {
            Denial::Suspended => Self::Suspended,
            Denial::EndUserBlocked => Self::EndUserBlocked,
            Denial::Address => Self::Address,
            Denial::OutOfScope { .. } => Self::OutOfScope,
            Denial::UnknownModel => Self::UnknownModel,
            Denial::NotReleased { .. } => Self::NotReleased,
            Denial::ModelSuspended => Self::ModelSuspended,
            Denial::ModelRetired { .. } => Self::ModelRetired,
            Denial::Region => Self::Region,
            Denial::RequestRequired => Self::RequestRequired,
            Denial::RequestPending => Self::RequestPending,
            Denial::RequestRejected => Self::RequestRejected,
            Denial::CohortFull => Self::CohortFull,
            Denial::Licence { .. } => Self::Licence,
            Denial::Licensee { .. } => Self::Licensee,
            Denial::Verification { .. } => Self::Verification,
            Denial::Purpose { .. } => Self::Purpose,
            Denial::Unsupported { .. } => Self::Unsupported,
            Denial::Cap { .. } => Self::Cap,
            Denial::Context { .. } => Self::Context,
        }
    }

    /// The word, as [`crate::words::Denial::as_str`] says it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Suspended => "suspended",
            Self::EndUserBlocked => "end_user_blocked",
            Self::Address => "address",
            Self::OutOfScope => "out_of_scope",
            Self::UnknownModel => "unknown_model",
            Self::NotReleased => "not_released",
            Self::ModelSuspended => "model_suspended",
            Self::ModelRetired => "model_retired",
            Self::Region => "region",
            Self::RequestRequired => "request_required",
            Self::RequestPending => "request_pending",
            Self::RequestRejected => "request_rejected",
            Self::CohortFull => "cohort_full",
            Self::Licence => "licence",
            Self::Licensee => "licensee",
            Self::Verification => "verification",
            Self::Purpose => "purpose",
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
    AccessFieldKind,
    Answer,
    AppliesTo,
    ClientCertificates,
    Consequence,
    CountrySource,
    Dialect,
    Engine,
    GrantState,
    Inherit,
    LogLevel,
    OpState,
    MauAt,
    MauScope,
    MauWindow,
    Modality,
    Operation,
    OrganisationAcceptance,
    Plaintext,
    Purpose,
    ReleaseStage,
    RequestState,
    Scope,
    Standing,
    StoreKind,
    Strategy,
    Subject,
    TokenAlgorithm,
    Unit,
    UnknownFields,
    Verification,
    Window
);
