//! The Hugging Face Hub, and which of its repos are linked to models.

use super::BackendUrl;
use crate::words::{ModelId, RepoId, Secret, TierId};
use std::path::PathBuf;
use std::time::Duration;

/// The Hub as the file links it.
#[derive(Clone, Debug)]
pub struct HubSpec {
    /// Where it is.
    pub endpoint: BackendUrl,
    /// Our token there.
    pub token: Secret,
    /// How often the requests of a repo are listed.
    pub poll: Duration,
    /// What one call may take in all.
    pub timeout: Duration,
    /// Who signs its certificate, in PEM; the system's roots if not given.
    pub ca: Option<PathBuf>,
    /// Its repos that are linked to models, each once.
    pub repos: Vec<RepoSpec>,
    /// The tier of callers that prove who they are by a token of the Hub, if that is a way to.
    pub identity: Option<TierId>,
}

/// A repo that is linked to a model.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RepoSpec {
    /// Its name on the Hub.
    pub id: RepoId,
    /// The model that who is accepted there may use.
    pub model: ModelId,
}
