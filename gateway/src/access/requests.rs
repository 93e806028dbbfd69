//! Asking for a model, seeing what became of it, and no longer wanting it.
//!
//! The id of a request is made of who asks, for what, and for the how-manieth time: so of two that are
//! sent at once one is a conflict, and nobody fills the store.

use super::{Desk, act, court, form, heard, json, known_models, no_such, unavailable, unwritten};
use crate::entitle::{Court, refused};
use crate::identify::Identified;
use crate::read;
use crate::refuse::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sluice_config::decide;
use sluice_config::policy::Named;
use sluice_config::words::{Denial, ModelId, Operation, RequestState};
use sluice_store::bodies::{self, AccessRequest};
use sluice_store::{Document, Kind, Known, Owner, StoreError, acts};
use std::collections::BTreeMap;

/// Requests of one principal that nobody has decided.
const OPEN_MAX: usize = 100;
/// Requests of one principal for one model, ever: who withdraws and asks anew is patient, or a loop.
const TRIES_MAX: usize = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    model: String,
    #[serde(default)]
    fields: Map<String, Value>,
}

#[derive(Serialize)]
struct List {
    object: &'static str,
    data: Vec<Told>,
}

/// A request as whoever asked sees it.
#[derive(Serialize)]
struct Told {
    id: String,
    object: &'static str,
    model: ModelId,
    state: RequestState,
    created: u64,
    decided: Option<u64>,
    /// Why it was decided so.
    reason: String,
    fields: BTreeMap<String, String>,
}

impl Told {
    fn of(id: &str, created: u64, request: AccessRequest) -> Self {
        let AccessRequest { model, state, fields, reason, decided, .. } = request;
        let (id, decided) = (id.into(), decided.map(sluice_config::words::Timestamp::seconds));
        Self { id, object: "access_request", model, state, created, decided, reason, fields }
    }
}

/// The caller's own, in the order they were made.
fn own(known: &Known) -> Result<Vec<(&Document, AccessRequest)>, StoreError> {
    let theirs = |document: &&Document| {
        document.kind == Kind::REQUEST && matches!(document.owner, Owner::Principal(_))
    };
    let all = known.holdings.documents.iter().filter(theirs);
    let mut all: Vec<_> =
        all.map(|it| Ok((it, bodies::read(it)?))).collect::<Result<_, StoreError>>()?;
    all.sort_by_key(|(document, _)| document.created);
    Ok(all)
}

/// Those for models that the caller may know of now.
fn told(court: Court<'_>, known: &Known) -> Result<Vec<Told>, Refusal> {
    let own = own(known).map_err(unavailable)?;
    let models: Vec<_> = known_models(court).map(|(model, _)| &model.id).collect();
    let shown = own.into_iter().filter(|(_, request)| models.contains(&&request.model));
    Ok(shown.map(|(it, request)| Told::of(&it.id, it.created.seconds(), request)).collect())
}

/// The answer of `GET /v1/access/requests`.
pub(super) fn list(court: Court<'_>, known: &Known) -> Result<Vec<u8>, Refusal> {
    Ok(json(&List { object: "list", data: told(court, known)? }))
}

/// The answer of `GET /v1/access/requests/{id}`.
pub(super) fn one(court: Court<'_>, known: &Known, id: &str) -> Result<Vec<u8>, Refusal> {
    let found = told(court, known)?.into_iter().find(|request| request.id == id);
    found.map(|request| json(&request)).ok_or_else(no_such)
}

/// Writes down that the caller asks for a model.
pub(super) async fn apply(
    desk: Desk<'_>,
    known: &Known,
    identified: Identified,
) -> Result<Vec<u8>, Refusal> {
    let wanted = "give `model`, a name, and `fields`, the answers to its form by label";
    let from = (desk.view.policy, desk.bounds);
    let (parts, asked) = read::form::<Asked>(from, identified, wanted).await?;
    let model = wanted_model(court(desk, known, &parts), &asked.model)?;
    let empty = sluice_config::access::AccessForm::default();
    let form = desk.view.policy.access().forms.get(&model).unwrap_or(&empty);
    let fields = form::answered(form, &asked.fields)?;
    let own = own(known).map_err(unavailable)?;
    let open = own.iter().filter(|(_, it)| it.state == RequestState::Pending).count();
    let tries = own.iter().filter(|(_, it)| it.model == model).count();
    if open >= OPEN_MAX || tries >= TRIES_MAX {
        let message =
            "you have asked too often; withdraw what you no longer want, or ask the operator";
        return Err(Refusal::new(RefusalCode::CapExceeded, message));
    }
    let id = id(known, &model, tries);
    let request = AccessRequest {
        model,
        state: RequestState::Pending,
        fields,
        reason: String::new(),
        decided_by: None,
        decided: None,
        grant: None,
        external: None,
    };
    let (owner, at) = (Owner::Principal(known.principal.id.clone()), parts.mark.at);
    let act = act(known, "apply", "", at);
    acts::apply(desk.records, owner, (&id, &request), &act).await.map_err(unwritten)?;
    heard(desk).await;
    Ok(json(&Told::of(&id, at.seconds(), request)))
}

fn id(known: &Known, model: &ModelId, tries: usize) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [known.principal.id.as_str(), model.as_str()] {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    let digits = hasher.update(tries.to_string().as_bytes()).finalize().to_hex();
    format!("areq_{}", digits.get(..32).unwrap_or(&digits))
}

/// The model that is asked for, if the caller may know of it and asking is what it needs.
fn wanted_model(court: Court<'_>, name: &str) -> Result<ModelId, Refusal> {
    let refused = |denial| refused(court.view, &denial, name, Operation::Chat);
    let models = match court.view.policy.named(name) {
        Some(Named::One(model)) => std::slice::from_ref(model),
        Some(Named::FirstOf(models)) => models,
        None => &[],
    };
    let mut denial = Denial::UnknownModel;
    for model in models {
        match decide::needs(court.view, court.asker, model) {
            Err(Denial::RequestRequired) => return Ok(model.id.clone()),
            Err(Denial::UnknownModel) => {}
            Err(other) => denial = other,
            Ok(()) => {
                let message = "you may use this model already";
                return Err(Refusal::new(RefusalCode::InvalidParameter, message).param("model"));
            }
        }
    }
    Err(refused(denial))
}

/// Writes down that the caller no longer wants what it asked for.
pub(super) async fn withdraw(
    desk: Desk<'_>,
    court: Court<'_>,
    known: &Known,
    id: &str,
) -> Result<Vec<u8>, Refusal> {
    let shown = told(court, known)?.into_iter().find(|request| request.id == id);
    let shown = shown.ok_or_else(no_such)?;
    let owner = Owner::Principal(known.principal.id.clone());
    let act = act(known, "withdraw", "", court.asker.call.now);
    let request = acts::withdraw(desk.records, &owner, id, &act).await.map_err(unwritten)?;
    heard(desk).await;
    Ok(json(&Told::of(id, shown.created, request)))
}
