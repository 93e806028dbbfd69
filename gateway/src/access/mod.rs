//! What callers see to themselves: what they may do, the licences they agree to, the models they ask
//! for. Everything is about the caller, and nothing is told of a model that it may not know of.

mod form;
mod licences;
mod me;
mod models;
mod requests;

use crate::admit::{self, Meters};
use crate::call::{Access, HeadParts};
use crate::entitle::{Court, refused};
use crate::identify::Identified;
use crate::journal;
use crate::refuse::{Refusal, RefusalCode};
use http::HeaderMap;
use serde::Serialize;
use sluice_config::Bounds;
use sluice_config::decide::{self, View};
use sluice_config::policy::Model;
use sluice_config::words::{Denial, Dialect, Operation, Timestamp};
use sluice_store::acts::ActError;
use sluice_store::{Act, Directory, Known, Records, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// What this needs of the node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Desk<'n> {
    pub(crate) view: View<'n>,
    pub(crate) bounds: &'n Bounds,
    pub(crate) meters: &'n Meters,
    pub(crate) records: &'n dyn Records,
    pub(crate) directory: &'n Directory,
}

/// Serves one: the headers and the body of the answer.
pub(crate) async fn serve(
    desk: Desk<'_>,
    identified: Identified,
    wanted: Access,
) -> Result<(HeaderMap, Vec<u8>), Refusal> {
    let (view, known) = (desk.view, identified.known());
    let court = Court::of(view, &known, identified.parts());
    let scopes = known.holder.scopes.as_ref().filter(|scopes| scopes.addresses().is_some());
    if scopes.is_some_and(|scopes| !scopes.has_address(identified.parts().peer.address)) {
        return Err(refused(view, &Denial::Address, "", Operation::Chat));
    }
    let tier = view.policy.tier(&known.principal.tier);
    let limits = decide::limits(view, court.asker).or_else(|| Some(Arc::clone(&tier?.limits)));
    let limits = limits.unwrap_or_default();
    let mark = identified.parts().mark.clone();
    let room = admit::request(desk.meters, &limits, &known.principal, mark.at)?;
    let body = match &wanted {
        Access::Me => {
            let left = (&*limits, &room);
            let left = admit::left(desk.meters, left, &known.principal, mark.at);
            me::tell(court, &known, left)?
        }
        Access::Licence(id) => licences::tell(court, id)?,
        Access::Accept(id) => licences::accept(desk, &known, identified, id).await?,
        Access::Requests => requests::list(court, &known)?,
        Access::Request(id) => requests::one(court, &known, id)?,
        Access::Apply => requests::apply(desk, &known, identified).await?,
        Access::Withdraw(id) => requests::withdraw(desk, court, &known, id).await?,
    };
    Ok((room.answer("application/json", &mark.request_id, Dialect::OpenAi), body))
}

/// The models the caller may know of, and what it would need to use each.
fn known_models(court: Court<'_>) -> impl Iterator<Item = (&Arc<Model>, Result<(), Denial>)> {
    let needs = move |model| (model, decide::needs(court.view, court.asker, model));
    court.view.policy.models().map(needs).filter(|(_, needs)| *needs != Err(Denial::UnknownModel))
}

/// Who acts: the caller, for itself.
fn act(known: &Known, verb: &str, reason: &str, at: Timestamp) -> Act {
    Act { by: known.principal.id.to_string(), verb: verb.into(), reason: reason.into(), at }
}

/// Has this node hear at once what was just written; the others do within their next look.
async fn heard(desk: Desk<'_>) {
    if let Err(error) = desk.directory.catch_up().await {
        journal::warn("what a caller wrote is heard later", error);
    }
}

/// Why nothing was written, in words for the caller.
fn unwritten(error: ActError) -> Refusal {
    match error {
        ActError::Store(StoreError::Absent { .. }) => no_such(),
        ActError::Store(StoreError::Unfit { .. }) => {
            Refusal::new(RefusalCode::InvalidParameter, "that is more than is kept; write less")
        }
        ActError::Store(error) => unavailable(error),
        error => Refusal::new(RefusalCode::InvalidParameter, error.to_string()),
    }
}

fn unavailable(error: StoreError) -> Refusal {
    let message = "records cannot be read or written just now; try again";
    let refusal = Refusal::new(RefusalCode::AuthUnavailable, message).because(error);
    refusal.after(Duration::from_secs(1))
}

/// What is not there, or not for the caller to know of.
fn no_such() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "there is none by this name, or not for you")
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// The court of a caller whose body was read.
fn court<'c>(desk: Desk<'c>, known: &'c Known, parts: &'c HeadParts) -> Court<'c> {
    Court::of(desk.view, known, parts)
}
