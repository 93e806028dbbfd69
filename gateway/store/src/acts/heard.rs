//! Requests for access that another system decides too: what it says of one counts, by whatever
//! steps it came to that.

use super::requests::{granted, taken_back};
use super::{ActError, commit, find, write};
use crate::bodies::AccessRequest;
use crate::{Act, Kind, Owner, Records, Write};
use sluice_config::words::{GrantId, ReleaseStage, RequestState};

/// What another system says became of a request.
#[derive(Clone, Debug)]
pub struct Heard<'a> {
    /// What the request is called here. The grants that come of it are called so too, with a number.
    pub id: &'a str,
    /// Whose it is.
    pub owner: Owner,
    /// The request, as it is there.
    pub request: AccessRequest,
    /// The stage a grant of it is given at.
    pub from: ReleaseStage,
}

/// Writes down what another system says of requests, together with what is to be remembered of it.
/// One that is so already keeps who decided it here, and why.
pub async fn hear(
    records: &dyn Records,
    all: Vec<Heard<'_>>,
    beside: Write,
    act: &Act,
) -> Result<(), ActError> {
    let mut writes = vec![beside];
    for heard in all {
        writes.extend(told(records, heard, act).await?);
    }
    commit(records, writes, act).await
}

async fn told(records: &dyn Records, heard: Heard<'_>, act: &Act) -> Result<Vec<Write>, ActError> {
    let Heard { id, owner, mut request, from } = heard;
    let known = find::<AccessRequest>(records, &Kind::REQUEST, id).await?;
    let version = known.as_ref().map(|it| it.version);
    let mut writes = Vec::new();
    if let Some(known) = known.map(|it| it.body) {
        if known.state == request.state && known.model == request.model {
            return Ok(writes);
        }
        if let Some(former) = &known.grant {
            writes.extend(taken_back(records, former).await?);
        }
        if request.fields.is_empty() {
            request.fields = known.fields;
        }
    }
    if request.state == RequestState::Accepted {
        let number = version.unwrap_or(0).saturating_add(1);
        let name = GrantId::new(&format!("{id}.{number}"));
        let mut grant = granted(&request, &name, from, act);
        grant.source = act.by.as_str().into();
        let tag = grant.state.as_str();
        writes.push(write((Kind::GRANT, name.as_str()), owner.clone(), tag, &grant, None)?);
        request.grant = Some(name);
    }
    if request.state != RequestState::Pending || version.is_some() {
        request.decided_by = Some(act.by.clone());
        request.decided = Some(act.at);
    }
    let tag = request.state.as_str();
    writes.push(write((Kind::REQUEST, id), owner, tag, &request, version)?);
    Ok(writes)
}
