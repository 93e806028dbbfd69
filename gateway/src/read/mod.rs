//! Step 3: what exactly is asked?
//!
//! The body is read within the bounds of the caller's tier, and its JSON once, strictly: what two
//! readers could read differently is refused, so that what is judged is what is sent.

mod ask;
mod body;
mod cursor;
pub(crate) mod end_user;
mod fields;
pub(crate) mod moderation;
mod prompt;
mod rule;
pub(crate) mod scan;
mod tape;
mod texts;
mod twins;

use crate::call::{Asked, HeadParts};
use crate::chains::Chains;
use crate::identify::Identified;
use crate::refuse::{Refusal, RefusalCode};
use ask::Reading;
use bytes::Bytes;
use end_user::EndUsers;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use sluice_config::policy::Tier;
use sluice_config::words::Operation;
use sluice_config::{Bounds, Policy};
use sluice_store::Known;
use std::sync::Arc;

/// A call whose body is read. Made only here.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) parts: Box<HeadParts>,
    pub(crate) known: Arc<Known>,
    pub(crate) asked: Box<Asked>,
}

impl Call {
    /// The same call to another model. Its headers stay behind: they have proven who calls.
    pub(crate) fn to(&self, model: &str) -> Self {
        let HeadParts { route, peer, mark, end_user, .. } = &*self.parts;
        let (route, peer, mark) = (route.clone(), peer.clone(), mark.clone());
        let (headers, end_user) = (HeaderMap::new(), end_user.clone());
        let parts = HeadParts { route, headers, peer, mark, end_user };
        let asked = Asked { model: model.into(), ..Asked::clone(&self.asked) };
        Self { parts: Box::new(parts), known: Arc::clone(&self.known), asked: Box::new(asked) }
    }
}

/// What reading a call needs of the node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Desk<'n> {
    pub(crate) policy: &'n Policy,
    pub(crate) chains: &'n Chains,
    pub(crate) bounds: &'n Bounds,
    pub(crate) end_users: &'n EndUsers,
}

/// Reads the body of a call.
pub(crate) async fn read(
    desk: Desk<'_>,
    identified: Identified,
    operation: Operation,
) -> Result<Call, Refusal> {
    let Desk { policy, chains, bounds, end_users } = desk;
    // A tier that is gone from the file takes no body; what is refused then is the model.
    let tier = policy.tier(&identified.principal().tier).ok_or_else(unknown_tier)?.clone();
    let (mut parts, incoming, known) = identified.into_parts();
    let body = body::collect(incoming, tier.body_bytes_max, bounds.body).await?;
    let prompts = if chains.screen(&tier) { Prompts::Listed } else { Prompts::Left };
    let asked = Box::new(asked(operation, &tier, bounds, prompts, body)?);
    parts.end_user = end_users.of(&known.holder, &parts.headers, asked.end_user.as_ref())?;
    Ok(Call { parts, known, asked })
}

/// Reads the body of a call that asks no model: one strict JSON object.
pub(crate) async fn json(
    policy: &Policy,
    bounds: &Bounds,
    identified: Identified,
) -> Result<Bytes, Refusal> {
    let tier = policy.tier(&identified.principal().tier).ok_or_else(unknown_tier)?.clone();
    let (_, incoming, _) = identified.into_parts();
    let body = body::collect(incoming, tier.body_bytes_max, bounds.body).await?;
    scan::scan(&body, limits(bounds)).map_err(not_json)?;
    Ok(body)
}

/// Reads the body of a call that asks no model as what it has to be: nothing that is not known there.
pub(crate) async fn form<T: DeserializeOwned>(
    (policy, bounds): (&Policy, &Bounds),
    identified: Identified,
    wanted: &'static str,
) -> Result<(Box<HeadParts>, T), Refusal> {
    let tier = policy.tier(&identified.principal().tier).ok_or_else(unknown_tier)?.clone();
    let (parts, incoming, _) = identified.into_parts();
    let body = body::collect(incoming, tier.body_bytes_max, bounds.body).await?;
    scan::scan(&body, limits(bounds)).map_err(not_json)?;
    let unlike = |_| Refusal::new(RefusalCode::InvalidParameter, wanted);
    Ok((parts, serde_json::from_slice(&body).map_err(unlike)?))
}

fn unknown_tier() -> Refusal {
    let message = "the tier of this principal is not configured; ask the operator";
    Refusal::new(RefusalCode::ModelNotFound, message).closing()
}

/// Whether the texts of the prompt are listed, for filters to look at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Prompts {
    /// They are.
    Listed,
    /// They are not: no filter looks at prompts of this tier.
    Left,
}

/// Reads a body that has arrived. Pure: this is what is fuzzed.
pub(crate) fn asked(
    operation: Operation,
    tier: &Tier,
    bounds: &Bounds,
    prompts: Prompts,
    body: Bytes,
) -> Result<Asked, Refusal> {
    let tape = scan::scan(&body, limits(bounds)).map_err(not_json)?;
    let mut reading = Reading::new(operation, tier.drops_unknown_fields, prompts);
    reading.object(&tape)?;
    reading.finish(body)
}

fn limits(bounds: &Bounds) -> scan::Limits {
    scan::Limits { depth_max: bounds.json_depth_max, keys_max: bounds.json_keys_max }
}

fn not_an_object() -> Refusal {
    let message = "the body is not one strict JSON object: it is another value";
    Refusal::new(RefusalCode::InvalidJson, message)
}

fn not_json(fault: scan::Fault) -> Refusal {
    Refusal::new(
        RefusalCode::InvalidJson,
        format!("the body is not one strict JSON object: {fault}"),
    )
}

#[cfg(test)]
mod tests;
