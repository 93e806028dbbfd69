//! `POST /v1/moderations`: what the caller's own filters find in texts. No model is asked, and
//! nothing is done about what is found.
//!
//! The filters are those that answers of a model pass: of the model that the caller names, or of
//! one that is out for everybody. Where none of them looks at prompts or answers, that nothing was
//! found would be a lie; so it is refused.

use crate::admit::{self, Meters};
use crate::chains::Chains;
use crate::entitle::{Court, visible};
use crate::identify::Identified;
use crate::metrics::Metrics;
use crate::read::moderation::{Moderated, Wanted, moderated};
use crate::refuse::{Refusal, RefusalCode};
use crate::wards::{Talk, Wards};
use futures_util::future::{FutureExt, join_all};
use http::HeaderMap;
use serde::Serialize;
use sluice_config::Bounds;
use sluice_config::decide::{self, View};
use sluice_config::words::{Dialect, PrincipalId, ProfileId, ReleaseStage};
use sluice_stream::Action;
use sluice_stream::filter::{Chain, OnError, Silence};
use sluice_stream::guard::Exchange;
use sluice_stream::moderation::{BY_ITSELF, MODELS, OURS, Scores};
use std::sync::Arc;

/// What looking at texts needs of the node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Desk<'n> {
    pub(crate) view: View<'n>,
    pub(crate) bounds: &'n Bounds,
    pub(crate) chains: &'n Chains,
    pub(crate) meters: &'n Meters,
    pub(crate) metrics: &'n Metrics,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    model: &'a str,
    results: &'a [Scores],
}

/// Looks at the texts of a call: the headers and the body of its answer.
pub(crate) async fn moderate(
    desk: Desk<'_>,
    identified: Identified,
) -> Result<(HeaderMap, Vec<u8>), Refusal> {
    let call = moderated(desk.view.policy, desk.bounds, identified).await?;
    let Moderated { parts, known, tier, wanted } = call;
    let court = Court::of(desk.view, &known, &parts);
    let stage = stage(court, &wanted)?;
    let profile = tier.profiles.at(stage);
    let chain = profile.and_then(|profile| Some((profile, desk.chains.find(profile)?)));
    let (profile, chain) = chain.ok_or_else(nobody_looks)?;
    let mut nothing = Scores::of(chain, BY_ITSELF).ok_or_else(nobody_looks)?;
    // The ceiling of a bucket is the same for whatever is asked: another would refill it.
    let limits = decide::limits(desk.view, court.asker).unwrap_or_else(|| Arc::clone(&tier.limits));
    let room = admit::request(desk.meters, &limits, &known.principal, parts.mark.at)?;
    let wards = desk.chains.wards(profile);
    if let Some(wards) = wards {
        wards.look_for(|_| true, &mut nothing);
    }
    let (metrics, who) = (desk.metrics, &known.principal.id);
    let mut results = Vec::with_capacity(wanted.texts.len());
    for text in &wanted.texts {
        let mut scores = look(chain, nothing.clone(), text, (metrics, profile)).await;
        if let Some(wards) = wards {
            ask(wards, &mut scores, text, who).boxed().await?;
        }
        results.push(scores);
    }
    let unique = parts.mark.request_id.trim_start_matches("req_");
    let id = ["modr-", unique].concat();
    let model = wanted.model.as_deref().unwrap_or(OURS);
    let answer = Answer { id: &id, model, results: &results };
    let body = serde_json::to_vec(&answer).unwrap_or_default();
    Ok((room.answer("application/json", &parts.mark.request_id, Dialect::OpenAi), body))
}

/// The stage whose filters look: that of the model that is named. Clients name a moderation model
/// by habit; no model has to be called so.
fn stage(court: Court<'_>, wanted: &Wanted) -> Result<ReleaseStage, Refusal> {
    let Some(name) = wanted.model.as_deref() else { return Ok(ReleaseStage::Public) };
    match visible(court, name) {
        Ok(model) => Ok(court.view.world.stage(model)),
        Err(_) if MODELS.contains(&name) => Ok(ReleaseStage::Public),
        Err(refusal) => Err(refusal),
    }
}

/// Has every filter look at one text that looks at prompts or answers.
async fn look(
    chain: &Chain,
    nothing: Scores,
    text: &str,
    (metrics, profile): (&Metrics, &ProfileId),
) -> Scores {
    let verdicts = chain.score(text, BY_ITSELF);
    metrics.noted(profile.as_str(), &verdicts);
    // Texts may be many and long: other calls go on between two of them.
    tokio::task::yield_now().await;
    nothing.with(&verdicts)
}

/// Asks every guard about one text, all at once; each answers in its time.
async fn ask(
    wards: &Wards,
    scores: &mut Scores,
    text: &str,
    who: &PrincipalId,
) -> Result<(), Refusal> {
    let talk = Talk { id: "".into(), turns: Vec::new().into(), who: who.clone() };
    let meant = wards.asking().filter(|(_, ward)| !ward.rule.shadow);
    let asks = meant.map(|(at, ward)| {
        let exchange = if ward.looks_at_prompts() {
            Exchange::prompt(Vec::new(), text)
        } else {
            Exchange::answer(Vec::new(), text)
        };
        let heard = wards.ask(at, exchange, &talk);
        async move { (ward, heard.await) }.boxed()
    });
    for (ward, heard) in join_all(asks.collect::<Vec<_>>()).await {
        let (mut said, _) = ward.heed(&heard);
        // Nothing is done about it.
        for said in &mut said {
            said.action = Action::Score;
        }
        wards.noted(&said);
        match ward.score(&heard) {
            Ok(found) => {
                for (category, score) in &found {
                    scores.add(category, *score);
                }
            }
            Err(Silence::TooLong) => return Err(too_long()),
            Err(Silence::Unavailable) if ward.rule.on_error == OnError::Open => {}
            Err(Silence::Unavailable) => return Err(unheard()),
        }
    }
    Ok(())
}

/// What cannot be read in full is not called fine.
fn too_long() -> Refusal {
    let message = "a text is longer than a filter of your tier can look at; send less";
    Refusal::new(RefusalCode::InvalidParameter, message).param("input")
}

/// A guard gave no judgement.
fn unheard() -> Refusal {
    let message = "a filter that must look at this text cannot just now; try again";
    Refusal::new(RefusalCode::FilterUnavailable, message).because("a guard gave no judgement")
}

fn nobody_looks() -> Refusal {
    let message = "no filter of your tier looks at prompts or answers of this model, so nothing can be \
                   said of a text; ask the operator";
    Refusal::new(RefusalCode::NotFound, message)
}
