//! Who a caller is here, what it has, and what is left of it.

use super::models::{Card, cards};
use super::{json, unavailable};
use crate::entitle::Court;
use crate::refuse::Refusal;
use serde::Serialize;
use sluice_config::words::{
    Circumstances, Conditions, Gives, Grant, Limit, OrganisationId, ProjectId, Scope, Timestamp,
    Unmet, Window,
};
use sluice_store::bodies::{self, Action};
use sluice_store::{Known, StoreError};

#[derive(Serialize)]
struct Me<'a> {
    object: &'static str,
    principal: &'a str,
    tier: &'a str,
    project: Option<&'a str>,
    organisation: Option<&'a str>,
    verification: &'static str,
    standing: Behaviour,
    limits: Vec<Room>,
    grants: Vec<Given<'a>>,
    credits: Vec<Credit<'a>>,
    models: Vec<Card>,
}

#[derive(Serialize)]
struct Behaviour {
    standing: &'static str,
    actions: Vec<Open>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal_url: Option<String>,
}

/// What was done about how the caller behaves, or its project, or its organisation.
#[derive(Serialize)]
struct Open {
    id: String,
    about: &'static str,
    standing: &'static str,
    reason: String,
    since: u64,
    until: Option<u64>,
    next: bodies::NextStep,
}

#[derive(Serialize)]
struct Room {
    limit: &'static str,
    scope: Scope,
    ceiling: u64,
    left: Option<u64>,
    /// Over how long it is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<Window>,
}

#[derive(Serialize)]
struct Given<'a> {
    id: &'a str,
    gives: &'a Gives,
    conditions: &'a Conditions,
    /// Conditions that this call does not meet: without all of them the grant counts for nothing.
    unmet: Vec<&'static str>,
    starts: Option<u64>,
    until: Option<u64>,
}

#[derive(Serialize)]
struct Credit<'a> {
    grant: &'a str,
    tokens: u64,
    sponsor: &'a str,
}

/// The answer of `GET /v1/access/me`.
pub(super) fn tell(
    court: Court<'_>,
    known: &Known,
    left: Vec<(Limit, Option<u64>)>,
) -> Result<Vec<u8>, Refusal> {
    let (holder, call) = (&known.holder, &court.asker.call);
    let grants = || holder.grants.iter().filter(|grant| ahead(grant, call.now));
    let credits = grants().filter_map(|grant| match &grant.gives {
        Gives::Credit { tokens, sponsor, .. } => {
            Some(Credit { grant: grant.id.as_str(), tokens: *tokens, sponsor })
        }
        _ => None,
    });
    Ok(json(&Me {
        object: "access",
        principal: known.principal.id.as_str(),
        tier: known.principal.tier.as_str(),
        project: holder.project.as_ref().map(ProjectId::as_str),
        organisation: holder.organisation.as_ref().map(OrganisationId::as_str),
        verification: holder.verification(call.now).as_str(),
        standing: standing(court, known).map_err(unavailable)?,
        limits: left.into_iter().map(limit).collect(),
        grants: grants().map(|grant| given(court, grant, call)).collect(),
        credits: credits.collect(),
        models: cards(court),
    }))
}

/// Whether a grant counts or will.
fn ahead(grant: &Grant, now: Timestamp) -> bool {
    grant.expires.is_none_or(|expires| now < expires)
}

fn limit((limit, left): (Limit, Option<u64>)) -> Room {
    let window = Some(limit.window).filter(|window| *window != Window::Now);
    Room { limit: limit.name(), scope: limit.scope, ceiling: limit.ceiling.get(), left, window }
}

fn given<'a>(court: Court<'a>, grant: &'a Grant, call: &Circumstances<'_>) -> Given<'a> {
    Given {
        id: grant.id.as_str(),
        gives: &grant.gives,
        conditions: &grant.conditions,
        unmet: court.asker.holder.all_unmet(grant, call).map(Unmet::as_str).collect(),
        starts: grant.starts.map(Timestamp::seconds),
        until: grant.expires.map(Timestamp::seconds),
    }
}

fn standing(court: Court<'_>, known: &Known) -> Result<Behaviour, StoreError> {
    let now = court.asker.call.now;
    let mut actions = Vec::new();
    let all = known.holdings.documents.iter();
    for document in all.filter(|document| document.kind == sluice_store::Kind::ACTION) {
        let action: Action = bodies::read(document)?;
        let over = action.sanction.expires.is_some_and(|expires| expires <= now);
        if action.lifted.is_some() || over {
            continue;
        }
        actions.push(Open {
            id: document.id.clone(),
            about: document.owner.word(),
            standing: action.sanction.standing.as_str(),
            reason: action.reason,
            since: action.opened.seconds(),
            until: action.sanction.expires.map(Timestamp::seconds),
            next: action.next,
        });
    }
    let appeal = court.view.policy.access().appeal_url.as_ref().filter(|_| !actions.is_empty());
    Ok(Behaviour {
        standing: known.holder.standing(now).as_str(),
        appeal_url: appeal.map(ToString::to_string),
        actions,
    })
}
