//! What has changed on the Hub: pure.

use super::request::{HubRequest, RequestStatus};
use serde::{Deserialize, Serialize};
use sluice_config::words::RepoId;
use std::collections::BTreeMap;

/// One change of a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Event {
    /// The repo it is for.
    pub repo: RepoId,
    /// What has become of it.
    pub what: What,
    /// The request as it is now; of one that is revoked, as it was known.
    pub request: HubRequest,
}

/// What has become of a request. Whoever asked is let in from [`What::Accepted`] until
/// [`What::Revoked`]; the others open and close nothing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The Hub lists it no more, or no longer as accepted: what it opened is closed, and it is no
    /// longer known unless another event says so.
    Revoked,
    /// It waits.
    Pending,
    /// It was rejected.
    Rejected,
    /// It was accepted.
    Accepted,
}

/// What must happen for `known` to become `seen`. What is revoked comes first: somebody who was
/// reset and accepted anew has two requests, and is let in in the end.
pub fn diff(repo: &RepoId, known: &[HubRequest], seen: &[HubRequest]) -> Vec<Event> {
    let (known, seen) = (by_id(known), by_id(seen));
    let event =
        |what, request: &HubRequest| Event { repo: repo.clone(), what, request: request.clone() };
    let revoked = known.iter().filter(|(id, was)| match seen.get(*id) {
        None => true,
        Some(now) => was.status == RequestStatus::Accepted && now.status != was.status,
    });
    let revoked = revoked.map(|(_, was)| event(What::Revoked, was));
    let changed = seen.iter().filter(|(id, now)| match known.get(*id) {
        None => true,
        // A repo that hides names again does not make us forget one.
        Some(was) => was.status != now.status || (now.user.is_some() && now.user != was.user),
    });
    let changed = changed.map(|(id, now)| {
        let mut now = (*now).clone();
        now.user = now.user.or_else(|| known.get(id).and_then(|was| was.user.clone()));
        event(what(now.status), &now)
    });
    revoked.chain(changed).collect()
}

/// What is known once the events have happened.
pub fn apply(known: Vec<HubRequest>, events: &[Event]) -> Vec<HubRequest> {
    let mut all: BTreeMap<_, _> = known.into_iter().map(|it| (it.id.clone(), it)).collect();
    for Event { what, request, .. } in events {
        match what {
            What::Revoked => drop(all.remove(&request.id)),
            What::Pending | What::Rejected | What::Accepted => {
                all.insert(request.id.clone(), request.clone());
            }
        }
    }
    all.into_values().collect()
}

fn what(status: RequestStatus) -> What {
    match status {
        RequestStatus::Pending => What::Pending,
        RequestStatus::Accepted => What::Accepted,
        RequestStatus::Rejected => What::Rejected,
    }
}

fn by_id(requests: &[HubRequest]) -> BTreeMap<&str, &HubRequest> {
    requests.iter().map(|request| (request.id.as_str(), request)).collect()
}

#[cfg(test)]
mod tests;
