//! Step 4: may they use this revision of this model, and on what terms?

mod denied;

use crate::call::HeadParts;
use crate::decisions::Decisions;
pub(crate) use crate::read::Call;
use crate::refuse::{Refusal, RefusalCode};
use crate::trail::Trail;
use crate::world::Keeper;
pub(crate) use denied::{code, refused};
use serde::Serialize;
use sluice_config::World;
use sluice_config::decide::{self, Asker, View};
use sluice_config::policy::Model;
use sluice_config::simulate::Decided;
use sluice_config::words::{
    Circumstances, Denial, Entitlement, Operation, PrincipalId, Release, Timestamp,
};
use sluice_store::Known;
use std::sync::Arc;
use std::time::Duration;

/// A call that may be made. Made only here.
#[derive(Debug)]
pub(crate) struct Entitled {
    pub(crate) call: Call,
    pub(crate) entitlement: Entitlement,
}

/// What is decided by, and who asks: all that a decision about a call looks at but its words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Court<'c> {
    pub(crate) view: View<'c>,
    pub(crate) asker: Asker<'c>,
}

impl<'c> Court<'c> {
    /// Before whom a caller comes, with a head.
    pub(crate) fn of(view: View<'c>, known: &'c Known, parts: &'c HeadParts) -> Self {
        let HeadParts { peer, mark, end_user, .. } = parts;
        let call = Circumstances {
            now: mark.at,
            address: Some(peer.address),
            country: peer.country,
            end_user: end_user.as_ref(),
        };
        Self { view, asker: Asker { holder: &known.holder, call } }
    }
}

/// Asks the policy. Pure: what differs between two nodes is nothing.
pub(crate) fn entitle(
    view: View<'_>,
    decisions: &Decisions,
    call: Call,
    trail: &mut Trail,
) -> Result<Entitled, Refusal> {
    let asked = &call.asked;
    let Court { view, asker } = Court::of(view, &call.known, &call.parts);
    let decision = decide::entitle(view, asker, &asked.model, &asked.ask);
    decisions.note(|| Decided::of(view, asker, (&asked.model, &asked.ask), &decision));
    let entitlement =
        decision.map_err(|denial| refused(view, &denial, &asked.model, asked.ask.operation))?;
    trail.entitled(&entitlement);
    Ok(Entitled { call, entitlement })
}

/// Whether somebody may call at all, whatever it asks for.
pub(crate) fn admits(court: Court<'_>) -> Result<(), Refusal> {
    let barred = decide::barred(court.view, court.asker);
    // What is denied here has to do with no operation and no model.
    barred.map_or(Ok(()), |denial| Err(refused(court.view, &denial, "", Operation::Chat).closing()))
}

/// A place of a cohort that a call needs. Few do, and each principal once.
#[derive(Debug)]
pub(crate) struct Seat {
    model: Arc<Model>,
    release: Arc<Release>,
    principal: PrincipalId,
    asked: Box<str>,
    operation: Operation,
    at: Timestamp,
}

impl Seat {
    /// The place that a call needs, if it needs one.
    pub(crate) fn of(world: &World, entitled: &Entitled) -> Option<Self> {
        let Entitled { call, entitlement } = entitled;
        let release = world.release(&entitlement.model).filter(|_| entitlement.joins)?;
        Some(Self {
            model: Arc::clone(&entitlement.model),
            release: Arc::clone(release),
            principal: call.known.principal.id.clone(),
            asked: call.asked.model.clone(),
            operation: call.asked.ask.operation,
            at: call.parts.mark.at,
        })
    }

    /// Takes it. The only thing of records that a decision ever waits for.
    pub(crate) async fn take(self, keeper: &Keeper, view: View<'_>) -> Result<(), Refusal> {
        let Self { model, release, principal, asked, operation, at } = self;
        // Who is known by an address only could take them all.
        let known = !principal.as_str().starts_with("anonymous:");
        let seated = if known {
            keeper.seat((&model.release, &release), &principal, at).await
        } else {
            Ok(false)
        };
        match seated {
            Ok(true) => Ok(()),
            Ok(false) => {
                // To whoever may not know of the model, there is none.
                let denial =
                    if model.announced { Denial::CohortFull } else { Denial::UnknownModel };
                Err(refused(view, &denial, &asked, operation))
            }
            Err(error) => {
                let message =
                    "places at this stage of the model cannot be given just now; try again";
                let refusal = Refusal::new(RefusalCode::AuthUnavailable, message).because(error);
                Err(refusal.after(Duration::from_secs(1)))
            }
        }
    }
}

#[derive(Serialize)]
struct List<'p> {
    object: &'static str,
    data: Vec<Card<'p>>,
}

#[derive(Serialize)]
struct Card<'p> {
    id: &'p str,
    object: &'static str,
    created: u64,
    owned_by: &'p str,
}

impl<'p> Card<'p> {
    fn of(name: &'p str, model: &'p Model) -> Self {
        Self { id: name, object: "model", created: model.created, owned_by: &model.owned_by }
    }
}

/// The answer of `GET /v1/models`: what this caller may use, by the same decision.
pub(crate) fn list(court: Court<'_>) -> Vec<u8> {
    let usable = decide::usable(court.view, court.asker);
    let data = usable.map(|(model, _)| Card::of(model.id.as_str(), model));
    let list = List { object: "list", data: data.collect() };
    serde_json::to_vec(&list).unwrap_or_default()
}

/// The answer of `GET /v1/models/{name}`.
pub(crate) fn card(court: Court<'_>, name: &str) -> Result<Vec<u8>, Refusal> {
    let model = visible(court, name)?;
    Ok(serde_json::to_vec(&Card::of(name, model)).unwrap_or_default())
}

/// The model of this name, if this caller may use it.
pub(crate) fn visible<'c>(court: Court<'c>, name: &str) -> Result<&'c Arc<Model>, Refusal> {
    // What is denied here has to do with no operation.
    let refused = |denial| refused(court.view, &denial, name, Operation::Chat);
    decide::visible(court.view, court.asker, name).map_err(refused)
}
