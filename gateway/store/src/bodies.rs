//! What the bodies of documents say, kind by kind.
//!
//! A body with a word that is not known here is not read at all: a caller of whom only half is
//! understood must not pass as one of whom nothing is said.

use crate::{Document, Kind, StoreError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sluice_config::words::{
    Country, GrantId, ModelId, OpState, OrganisationId, ProjectId, Purposes, ReleaseStage,
    RequestState, Sanction, TextHash, Timestamp, Verified,
};
use std::collections::BTreeMap;

/// Reads the body of a document.
pub fn read<T: DeserializeOwned>(document: &Document) -> Result<T, StoreError> {
    T::deserialize(&document.body).map_err(|_| StoreError::Malformed {
        what: document.kind.to_string(),
        name: document.id.clone(),
    })
}

/// A company, a lab, a university.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Organisation {
    /// What people want to remember of it.
    pub note: String,
    /// Where it has its seat.
    pub domicile: Option<Country>,
    /// How well it is known.
    pub verified: Option<Proven>,
    /// What its principals use models for.
    pub purposes: Purposes,
}

/// What an organisation does with its own principals.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Project {
    /// Whose it is.
    pub organisation: Option<OrganisationId>,
    /// What people want to remember of it.
    pub note: String,
    /// Whether prompts and answers may be kept.
    pub data_retention: bool,
    /// Whether people may read them.
    pub human_review: bool,
    /// Whether it is believed whom it calls for: only then grants of end users count.
    pub vouching: bool,
    /// What its principals use models for.
    pub purposes: Purposes,
}

/// What is known of a principal beside its row.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The project it is of.
    pub project: Option<ProjectId>,
    /// How well it is known.
    pub verified: Option<Proven>,
    /// What it uses models for.
    pub purposes: Purposes,
}

/// How well somebody is known, and how that was found out.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// How well, and until when.
    pub known: Verified,
    /// How it was found out.
    pub method: String,
    /// When.
    pub at: Timestamp,
    /// The hash of what shows it; what that is, is kept elsewhere.
    pub evidence: Option<TextHash>,
}

/// What was done about how somebody behaves. They stand no better than the worst that is open.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// How they stand by it, and until when.
    pub sanction: Sanction,
    /// Why, in words they may read.
    pub reason: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub opened: Timestamp,
    /// What they can do about it.
    #[serde(default)]
    pub next: NextStep,
    /// How it ended.
    #[serde(default)]
    pub lifted: Option<Lifted>,
}

/// How an action ended.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lifted {
    /// Who ended it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// What somebody can do about an action.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Wait.
    #[default]
    None,
    /// Show who they are.
    Verify,
    /// Ask for it to be looked at again.
    Appeal,
}

/// An application for a model.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRequest {
    /// The model, by its canonical name.
    pub model: ModelId,
    /// What became of it.
    pub state: RequestState,
    /// What the form asked, and what was answered.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Why it was decided so, for whoever asked.
    #[serde(default)]
    pub reason: String,
    /// Who decided.
    #[serde(default)]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default)]
    pub decided: Option<Timestamp>,
    /// The grant that came of it.
    #[serde(default)]
    pub grant: Option<GrantId>,
    /// What another system calls it, for example the Hub.
    #[serde(default)]
    pub external: Option<String>,
}

/// One move of a revision: on its ladder, or of whether it serves.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The revision, `model@revision`.
    pub release: String,
    /// Which move of it: 1 is the first.
    pub number: u64,
    /// Where it was.
    pub from: Place,
    /// Where it is.
    pub to: Place,
    /// Who moved it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// What showed that it may.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// Where a revision is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// How far it is out.
    pub stage: ReleaseStage,
    /// Whether it serves.
    pub op_state: OpState,
}

/// Whether a document is of a kind.
pub(crate) fn is(document: &Document, kind: &Kind) -> bool {
    document.kind == *kind
}
