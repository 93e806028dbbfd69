//! What is kept of a request of the Hub's: what it said last, and the request for access here.

use super::desk::{DeskError, Wish};
use super::names::Reason;
use super::request::{HubRequest, RequestStatus};
use super::sync::What;
use serde::{Deserialize, Serialize};
use sluice_config::words::{ModelId, PrincipalId, ReleaseStage, RepoId, RequestState};
use sluice_store::acts::Heard;
use sluice_store::bodies::AccessRequest;
use sluice_store::{Kind, Owner, Write};
use std::collections::BTreeMap;

/// Who acts where the Hub does, as the audit has it.
pub(super) const BY: &str = "hub";
/// Bytes of the answers to a form that are kept of a request, as JSON: a document has a bound, and
/// who asked has written them.
const FIELDS_BYTES_MAX: usize = 32 * 1024;

/// What the Hub said last of a request.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Last {
    pub(super) request: HubRequest,
    /// The Hub lists it no more.
    #[serde(default)]
    pub(super) gone: bool,
    /// What it was told since, so that it is not told for ever.
    #[serde(default)]
    pub(super) told: Option<Wish>,
}

/// What a request is called here. Under another name it is another: a record keeps its owner.
pub(super) fn id_of(repo: &RepoId, request: &HubRequest) -> String {
    match &request.user {
        Some(user) => format!("hub:{repo}#{}:{user}", request.id),
        None => format!("hub:{repo}#{}", request.id),
    }
}

/// What is to become of a request on the Hub, if somebody here decided otherwise.
pub(super) fn wish(request: &AccessRequest, status: RequestStatus) -> Option<Wish> {
    request.decided_by.as_ref().filter(|by| *by != BY)?;
    match (request.state, status) {
        (RequestState::Accepted, RequestStatus::Pending | RequestStatus::Rejected) => {
            Some(Wish::Accept)
        }
        (RequestState::Rejected, RequestStatus::Pending | RequestStatus::Accepted) => {
            Some(Wish::Reject(Reason::parse(request.reason.chars().take(200).collect::<String>())))
        }
        (RequestState::Pending, RequestStatus::Accepted | RequestStatus::Rejected)
        | (RequestState::Withdrawn | RequestState::Expired, RequestStatus::Accepted) => {
            Some(Wish::Cancel)
        }
        _ => None,
    }
}

pub(super) fn heard<'a>(
    id: &'a str,
    request: &HubRequest,
    model: &ModelId,
    what: What,
) -> Heard<'a> {
    let owner = match &request.user {
        Some(user) => format!("hub:{user}"),
        None => format!("hub:request:{}", request.id),
    };
    let state = match what {
        What::Revoked => RequestState::Withdrawn,
        What::Pending => RequestState::Pending,
        What::Rejected => RequestState::Rejected,
        What::Accepted => RequestState::Accepted,
    };
    let mut fields = BTreeMap::new();
    let mut left = FIELDS_BYTES_MAX;
    for (label, text) in &request.fields {
        let bytes = serde_json::to_vec(&(label, text)).map_or(usize::MAX, |json| json.len());
        let Some(rest) = left.checked_sub(bytes) else { continue };
        left = rest;
        fields.insert(label.clone(), text.clone());
    }
    let request = AccessRequest {
        model: model.clone(),
        state,
        fields,
        reason: request.reason.clone().unwrap_or_default(),
        decided_by: None,
        decided: None,
        grant: None,
        external: Some(request.id.to_string()),
    };
    let owner = Owner::Principal(PrincipalId::new(&owner));
    Heard { id, owner, request, from: ReleaseStage::Gated }
}

/// What is to be remembered of a request. It belongs to its repo: what is the world's is in the
/// memory of every node.
pub(super) fn write(repo: &RepoId, last: &Last, expected: Option<u64>) -> Result<Write, DeskError> {
    let body = serde_json::to_value(last).map_err(|error| DeskError(error.to_string()))?;
    Ok(Write {
        kind: Kind::HUB_REQUEST,
        id: format!("{repo}#{}", last.request.id),
        owner: Owner::Principal(PrincipalId::new(&format!("hub:repo:{repo}"))),
        tag: if last.gone { "gone" } else { last.request.status.as_str() }.into(),
        body,
        expected,
    })
}
