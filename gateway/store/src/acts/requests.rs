//! Requests for access: asked, decided, withdrawn. A yes and the grant that comes of it are written
//! together, and so is what takes both back.

use super::{ActError, Found, commit, found, write};
use crate::bodies::AccessRequest;
use crate::{Act, Kind, Listing, Owner, Records, Write};
use sluice_config::words::{
    Conditions, Gives, Grant, GrantId, GrantState, ReleaseStage, RequestState,
};

/// What is decided of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Yes: a grant of this name comes of it.
    Accept {
        /// Its name in the books.
        grant: GrantId,
        /// The stage it is given at.
        from: ReleaseStage,
    },
    /// No, or no longer.
    Reject,
    /// To be decided anew.
    Reopen,
    /// Nobody decided in time.
    Expire,
}

/// Writes down that somebody asks for a model. Whoever has asked already need not again.
pub async fn apply(
    records: &dyn Records,
    owner: Owner,
    (id, request): (&str, &AccessRequest),
    act: &Act,
) -> Result<(), ActError> {
    let theirs = Listing {
        kind: Some(Kind::REQUEST),
        owner: Some(owner.clone().into()),
        ..Listing::default()
    };
    for document in records.documents(&theirs).await? {
        let earlier: AccessRequest = crate::bodies::read(&document)?;
        let stands = !matches!(earlier.state, RequestState::Withdrawn | RequestState::Expired);
        if earlier.model == request.model && stands {
            let state = earlier.state.as_str();
            return Err(ActError::illegal(format!("{} is {state} already", document.id)));
        }
    }
    let tag = request.state.as_str();
    let write = write((Kind::REQUEST, id), owner, tag, request, None)?;
    commit(records, vec![write], act).await
}

/// Whoever asked no longer wants it. Only their own requests are found.
pub async fn withdraw(
    records: &dyn Records,
    owner: &Owner,
    id: &str,
    act: &Act,
) -> Result<AccessRequest, ActError> {
    let known = found::<AccessRequest>(records, &Kind::REQUEST, "request", id).await?;
    if known.owner != *owner {
        return Err(crate::StoreError::Absent { what: "request", name: id.into() }.into());
    }
    settle(records, (id, known), (RequestState::Withdrawn, None), act).await
}

/// Decides a request.
pub async fn decide(
    records: &dyn Records,
    id: &str,
    decision: Decision,
    act: &Act,
) -> Result<AccessRequest, ActError> {
    let known = found::<AccessRequest>(records, &Kind::REQUEST, "request", id).await?;
    let next = match decision {
        Decision::Accept { grant, from } => (RequestState::Accepted, Some((grant, from))),
        Decision::Reject => (RequestState::Rejected, None),
        Decision::Reopen => (RequestState::Pending, None),
        Decision::Expire => (RequestState::Expired, None),
    };
    settle(records, (id, known), next, act).await
}

async fn settle(
    records: &dyn Records,
    (id, known): (&str, Found<AccessRequest>),
    (state, grant): (RequestState, Option<(GrantId, ReleaseStage)>),
    act: &Act,
) -> Result<AccessRequest, ActError> {
    let Found { body: mut request, owner, version } = known;
    if !request.state.may_become(state) {
        let (from, to) = (request.state.as_str(), state.as_str());
        return Err(ActError::illegal(format!(
            "{id} is {from}, and nothing leads from there to {to}"
        )));
    }
    let mut writes = Vec::new();
    if let Some(former) = request.grant.take() {
        writes.extend(taken_back(records, &former).await?);
    }
    if let Some((name, from)) = grant {
        let grant = granted(&request, &name, from, act);
        let tag = grant.state.as_str();
        writes.push(write((Kind::GRANT, name.as_str()), owner.clone(), tag, &grant, None)?);
        request.grant = Some(name);
    }
    request.state = state;
    request.reason.clone_from(&act.reason);
    request.decided_by = Some(act.by.clone());
    request.decided = Some(act.at);
    writes.push(write((Kind::REQUEST, id), owner, state.as_str(), &request, Some(version))?);
    commit(records, writes, act).await?;
    Ok(request)
}

pub(super) fn granted(
    request: &AccessRequest,
    name: &GrantId,
    from: ReleaseStage,
    act: &Act,
) -> Grant {
    Grant {
        id: name.clone(),
        gives: Gives::Model { name: request.model.clone(), from },
        conditions: Conditions::default(),
        state: GrantState::Active,
        starts: None,
        expires: None,
        source: "request".into(),
        reason: act.reason.as_str().into(),
    }
}

/// The end of a grant that came of a request, if it is not over already.
pub(super) async fn taken_back(
    records: &dyn Records,
    id: &GrantId,
) -> Result<Option<Write>, ActError> {
    let known = found::<Grant>(records, &Kind::GRANT, "grant", id.as_str()).await?;
    let mut grant = known.body;
    if !grant.state.may_become(GrantState::Revoked) {
        return Ok(None);
    }
    grant.state = GrantState::Revoked;
    let (key, tag) = ((Kind::GRANT, id.as_str()), grant.state.as_str());
    Ok(Some(write(key, known.owner, tag, &grant, Some(known.version))?))
}
