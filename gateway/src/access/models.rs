//! The models a caller may know of, and what it would need to use each.

use super::known_models;
use crate::entitle::{Court, code, refused};
use serde::Serialize;
use sluice_config::decide;
use sluice_config::policy::Model;
use sluice_config::words::{Denial, Operation, Timestamp};

#[derive(Serialize)]
pub(super) struct Card {
    id: String,
    stage: &'static str,
    usable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<Needs>,
    licence: Licence,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sunset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<String>,
}

/// What stands between a caller and a model.
#[derive(Serialize)]
struct Needs {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Licence {
    id: String,
    /// The texts that are to be agreed to, and whether they are.
    accept: Vec<Text>,
}

#[derive(Serialize)]
struct Text {
    licence: String,
    accepted: bool,
}

/// A card for each.
pub(super) fn cards(court: Court<'_>) -> Vec<Card> {
    known_models(court).map(|(model, needs)| card(court, model, needs.err())).collect()
}

fn card(court: Court<'_>, model: &Model, denial: Option<Denial>) -> Card {
    let release = court.view.world.release(model);
    let seconds = |at: Timestamp| at.seconds();
    let successor = release.and_then(|release| release.successor.as_ref());
    let successor = successor.filter(|name| {
        let other = court.view.policy.model(name.as_str());
        other.is_some_and(|other| {
            decide::needs(court.view, court.asker, other) != Err(Denial::UnknownModel)
        })
    });
    let acceptances = &court.asker.holder.acceptances;
    let text = |wanted: &sluice_config::words::Accept| Text {
        licence: wanted.licence.to_string(),
        accepted: wanted.is_met(acceptances),
    };
    Card {
        id: model.id.to_string(),
        stage: court.view.world.stage(model).as_str(),
        usable: denial.is_none(),
        needs: denial.map(|denial| needs(court, model, &denial)),
        licence: Licence {
            id: model.licence.to_string(),
            accept: model.terms.accept.iter().map(text).collect(),
        },
        deprecated: release.and_then(|release| release.deprecated).map(seconds),
        sunset: release.and_then(|release| release.sunset).map(seconds),
        successor: successor.map(ToString::to_string),
    }
}

fn needs(court: Court<'_>, model: &Model, denial: &Denial) -> Needs {
    let refusal = refused(court.view, denial, model.id.as_str(), Operation::Chat);
    let access = court.view.policy.access();
    let url = match denial {
        Denial::Licence { licence, .. } => {
            let ours = || format!("/v1/access/licences/{licence}");
            Some(access.licence_url.as_ref().map_or_else(ours, ToString::to_string))
        }
        Denial::RequestRequired => {
            let ours = || "/v1/access/requests".to_owned();
            Some(access.request_url.as_ref().map_or_else(ours, ToString::to_string))
        }
        Denial::RequestPending | Denial::RequestRejected => Some("/v1/access/requests".into()),
        _ => None,
    };
    Needs { code: code(denial).as_str(), message: refusal.to_string(), url }
}
