//! What is stopped.

use super::KillFault;
use crate::words::{
    Country, EndUserId, ModelId, OrganisationId, PrincipalId, ProjectId, ReleaseStage, RevisionId,
    TierId,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Bytes of the name of what is stopped.
const NAME_BYTES_MAX: usize = 256;

/// What is stopped.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KillScope {
    /// Everything.
    Everything,
    /// A model, at every revision.
    Model(ModelId),
    /// A model as long as these weights are behind it.
    Revision(ModelRevision),
    /// Every revision at this stage.
    Stage(ReleaseStage),
    /// Every caller of a tier.
    Tier(TierId),
    /// Every principal of an organisation.
    Organisation(OrganisationId),
    /// Every principal of a project.
    Project(ProjectId),
    /// One principal.
    Principal(PrincipalId),
    /// Whoever sits behind calls of principals.
    EndUser(EndUserId),
    /// Calls from a country.
    Region(Country),
    /// Models that are said to be of a category.
    Category(Arc<str>),
}

impl KillScope {
    /// The words there are, in the order of the variants.
    pub const WORDS: [&'static str; 11] = [
        "everything",
        "model",
        "revision",
        "stage",
        "tier",
        "organisation",
        "project",
        "principal",
        "end_user",
        "region",
        "category",
    ];

    /// The word in files and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Model(_) => "model",
            Self::Revision(_) => "revision",
            Self::Stage(_) => "stage",
            Self::Tier(_) => "tier",
            Self::Organisation(_) => "organisation",
            Self::Project(_) => "project",
            Self::Principal(_) => "principal",
            Self::EndUser(_) => "end_user",
            Self::Region(_) => "region",
            Self::Category(_) => "category",
        }
    }

    /// Whether it names who calls, not what is called.
    pub fn names_a_caller(&self) -> bool {
        match self {
            Self::Organisation(_) | Self::Project(_) | Self::Principal(_) | Self::EndUser(_) => {
                true
            }
            Self::Everything
            | Self::Model(_)
            | Self::Revision(_)
            | Self::Stage(_)
            | Self::Tier(_)
            | Self::Region(_)
            | Self::Category(_) => false,
        }
    }

    pub(super) fn check(&self) -> Result<(), KillFault> {
        match self {
            Self::Everything | Self::Stage(_) | Self::Region(_) | Self::Revision(_) => Ok(()),
            Self::Model(id) => name(id.as_str()),
            Self::Tier(id) => name(id.as_str()),
            Self::Organisation(id) => name(id.as_str()),
            Self::Project(id) => name(id.as_str()),
            Self::Principal(id) => name(id.as_str()),
            Self::EndUser(id) => name(id.as_str()),
            Self::Category(category) => name(category),
        }
    }
}

impl fmt::Display for KillScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: &dyn fmt::Display = match self {
            Self::Everything => return f.write_str(self.word()),
            Self::Model(id) => id,
            Self::Revision(revision) => revision,
            Self::Stage(stage) => stage,
            Self::Tier(id) => id,
            Self::Organisation(id) => id,
            Self::Project(id) => id,
            Self::Principal(id) => id,
            Self::EndUser(id) => id,
            Self::Region(country) => country,
            Self::Category(category) => category,
        };
        write!(f, "{} {named}", self.word())
    }
}

fn name(text: &str) -> Result<(), KillFault> {
    let fine = (1..=NAME_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control);
    fine.then_some(()).ok_or(KillFault::Name)
}

/// The weights behind a model, written `model@revision`.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelRevision {
    /// The model.
    pub model: ModelId,
    /// Its weights.
    pub revision: RevisionId,
}

impl ModelRevision {
    /// Reads `model@revision`. No name of a model has an `@`.
    ///
    /// # Errors
    ///
    /// One of the two is missing, or is no name.
    pub fn parse(text: &str) -> Result<Self, KillFault> {
        let (model, revision) = text.split_once('@').ok_or(KillFault::Revision)?;
        name(model).and_then(|()| name(revision)).map_err(|_| KillFault::Revision)?;
        Ok(Self { model: ModelId::new(model), revision: RevisionId::new(revision) })
    }
}

impl TryFrom<String> for ModelRevision {
    type Error = KillFault;

    fn try_from(text: String) -> Result<Self, KillFault> {
        Self::parse(&text)
    }
}

impl From<ModelRevision> for String {
    fn from(revision: ModelRevision) -> Self {
        revision.to_string()
    }
}

impl fmt::Display for ModelRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.model, self.revision)
    }
}
