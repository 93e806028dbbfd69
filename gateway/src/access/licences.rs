//! The texts of licences, and agreeing to them.

use super::{Desk, act, court, heard, json, known_models, no_such, unwritten};
use crate::entitle::Court;
use crate::identify::Identified;
use crate::read;
use crate::refuse::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use sluice_config::access::OrganisationAcceptance;
use sluice_config::words::{Acceptance, Licence, LicenceText, Link, Subject, TextHash};
use sluice_store::{Known, Owner, acts};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Bytes of what somebody says as they agree.
const STATEMENT_BYTES_MAX: usize = 2048;

#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    object: &'static str,
    title: &'a str,
    url: Option<&'a str>,
    /// Who has to agree, if anybody.
    accept: Option<Subject>,
    accepted: bool,
    text_sha256: Option<TextHash>,
    terms: Terms<'a>,
    text: Option<&'a str>,
}

/// The terms, in short.
#[derive(Serialize)]
struct Terms<'a> {
    non_commercial: bool,
    non_production: bool,
    no_train_other_llm: bool,
    use_restrictions: &'a BTreeSet<Box<str>>,
    attribution: &'a BTreeSet<Box<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agreed {
    text_sha256: TextHash,
    #[serde(default)]
    statement: Option<String>,
}

/// The answer of `GET /v1/access/licences/{id}`.
pub(super) fn tell(court: Court<'_>, id: &str) -> Result<Vec<u8>, Refusal> {
    let (licence, accept) = find(court, id).ok_or_else(no_such)?;
    Ok(json(&Told {
        id: licence.id.as_str(),
        object: "licence",
        title: &licence.title,
        url: licence.links.iter().next().map(Link::as_str),
        accept,
        accepted: is_accepted(court, licence),
        text_sha256: licence.text_sha256.map(TextHash),
        terms: Terms {
            non_commercial: licence.non_commercial,
            non_production: licence.non_production,
            no_train_other_llm: licence.no_train_other_llm,
            use_restrictions: &licence.use_restrictions,
            attribution: &licence.attribution,
        },
        text: licence.text.as_ref().map(LicenceText::as_str),
    }))
}

/// A licence of a model that the caller may know of, and who has to agree to it.
fn find<'c>(court: Court<'c>, id: &str) -> Option<(&'c Arc<Licence>, Option<Subject>)> {
    let mut found = None;
    for (model, _) in known_models(court) {
        let own = [&model.licence, &model.terms.id];
        let own = own.into_iter().find(|licence| licence.as_str() == id);
        let asked = model.terms.accept.iter().find(|accept| accept.licence.as_str() == id);
        let named = own.or(asked.map(|accept| &accept.licence));
        let Some(named) = named else { continue };
        let licence = court.view.policy.licence(named);
        let licence = licence.or_else(|| court.view.policy.licence(&model.terms.id));
        let Some(licence) = licence else { continue };
        // An organisation's word is asked for where any model asks for it.
        let subject = licence.accept.iter().map(|accept| accept.subject).max();
        found = Some((licence, subject.or(asked.map(|accept| accept.subject))));
    }
    found
}

fn is_accepted(court: Court<'_>, licence: &Licence) -> bool {
    let acceptances = &court.asker.holder.acceptances;
    !licence.accept.is_empty() && licence.accept.iter().all(|wanted| wanted.is_met(acceptances))
}

/// Writes down that the caller agrees to a text, by its hash.
pub(super) async fn accept(
    desk: Desk<'_>,
    known: &Known,
    identified: Identified,
    id: &str,
) -> Result<Vec<u8>, Refusal> {
    let wanted = "give `text_sha256`, the hash of the text as 64 hex digits, and no more than a \
                  `statement` besides";
    let from = (desk.view.policy, desk.bounds);
    let (parts, agreed) = read::form::<Agreed>(from, identified, wanted).await?;
    let court = court(desk, known, &parts);
    let (licence, subject) = find(court, id).ok_or_else(no_such)?;
    let present = TextHash(licence.text_sha256.ok_or_else(textless)?);
    if agreed.text_sha256 != present {
        let message = format!(
            "this is not the hash of the present text, which is {present}; read it at GET \
             /v1/access/licences/{id}"
        );
        let refusal = Refusal::new(RefusalCode::InvalidParameter, message);
        return Err(refusal.param("text_sha256"));
    }
    let statement = agreed.statement.unwrap_or_default();
    if statement.len() > STATEMENT_BYTES_MAX || statement.contains('\0') {
        let message = format!("`statement` may be at most {STATEMENT_BYTES_MAX} bytes of text");
        return Err(Refusal::new(RefusalCode::InvalidParameter, message).param("statement"));
    }
    let by = subject.unwrap_or(Subject::Principal);
    let (owner, at) = (owner(court, known, by)?, parts.mark.at);
    let (licence, method) = (licence.id.clone(), "self_service".into());
    let acceptance = Acceptance { licence, text: present, by, at, method };
    let act = act(known, "accept", &statement, at);
    acts::accept(desk.records, owner, &acceptance, &act).await.map_err(unwritten)?;
    heard(desk).await;
    Ok(json(&acceptance))
}

/// For whom the caller agrees.
fn owner(court: Court<'_>, known: &Known, by: Subject) -> Result<Owner, Refusal> {
    let organisation = match by {
        Subject::Principal => return Ok(Owner::Principal(known.principal.id.clone())),
        Subject::Organisation => known.holder.organisation.as_ref(),
    };
    let may = court.view.policy.access().organisation_acceptance == OrganisationAcceptance::Allow;
    if let Some(organisation) = organisation.filter(|_| may) {
        return Ok(Owner::Organisation(organisation.clone()));
    }
    let message = "your organisation has to agree to this licence, and you may not for it; ask the \
                   operator to write down that it did";
    Err(Refusal::new(RefusalCode::InsufficientScope, message))
}

fn textless() -> Refusal {
    let message = "no text of this licence is kept here, so there is none to agree to";
    Refusal::new(RefusalCode::NotFound, message)
}
