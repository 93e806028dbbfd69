//! Step 6: ask a backend.

mod assemble;
mod backend;
mod health;
mod pool;
mod rejected;
mod tls;
mod upstreams;
pub(crate) mod wire;

use crate::call::{Annotations, Asked, HeadParts};
use crate::ids::Ids;
use crate::kill::Watch;
use crate::refuse::{Refusal, RefusalCode};
use crate::screen::Screened;
pub(crate) use crate::screen::{Bill, Outcome, Room};
use backend::{InFlight, Patience, Unanswered};
pub(crate) use health::Failure;
use sluice_config::words::{Clock, Dialect, Entitlement, KeyHasher, PrincipalId};
use sluice_store::Known;
use std::sync::Arc;
use std::time::Duration;
pub(crate) use upstreams::Backends;
pub(crate) use upstreams::Upstreams;
use upstreams::{NoPlace, Upstream};
use wire::{Body, Connection, Content, Head};

/// Backends asked for one call, as long as nothing was sent.
const TRIES_MAX: usize = 3;

/// A backend has begun to answer with success. Made only here.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) parts: Box<HeadParts>,
    pub(crate) asked: Box<Asked>,
    pub(crate) entitlement: Entitlement,
    pub(crate) room: Room,
    pub(crate) bill: Bill,
    pub(crate) annotations: Annotations,
    pub(crate) answer: Answer,
}

impl Answered {
    /// Pieces of text after which the backend has ignored the cap it was sent. A piece is a token
    /// or more; the slack is for engines that cut a token in two.
    pub(crate) fn pieces_max(&self) -> u64 {
        let most = self.entitlement.output_tokens.saturating_mul(self.entitlement.answers);
        most.saturating_add(most / 8).saturating_add(64)
    }
}

/// The answer of a backend, its body still to be read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Body,
    pub(crate) place: InFlight,
    pub(crate) patience: Patience,
    upstream: Arc<Upstream>,
    /// Whose call it is.
    pub(crate) principal: PrincipalId,
}

impl Answer {
    /// The body has been read to its end: the connection can serve the next call.
    pub(crate) fn done(self) {
        let backend = self.place.backend();
        backend.health.well();
        if let Some(connection) = self.body.into_connection() {
            backend.pool.give(connection, backend.clock.steady());
        }
    }

    /// The backend broke its answer off.
    pub(crate) fn broke(&self, failure: Failure) {
        self.upstream.failed(self.place.backend(), failure, self.principal.as_str());
    }
}

/// What dispatch needs of the node.
#[derive(Debug)]
pub(crate) struct Sender<'n> {
    pub(crate) upstreams: &'n Upstreams,
    pub(crate) ids: &'n Ids,
    pub(crate) salts: &'n KeyHasher,
    pub(crate) clock: &'n Arc<dyn Clock>,
}

/// Asks one backend after another until one can be asked at all.
pub(crate) async fn dispatch(
    sender: Sender<'_>,
    screened: Screened,
    watch: &mut Watch,
) -> Result<Answered, Refusal> {
    let Screened { parts, known, asked, entitlement, room, mut bill, at, annotations } = screened;
    let question = Question { parts: &parts, known: &known, asked: &asked, at };
    match watch.over(ask(&sender, &question, &entitlement, &mut bill)).await {
        Ok(answer) => Ok(Answered { parts, asked, entitlement, room, bill, annotations, answer }),
        Err(refusal) => {
            bill.waive(refusal.code());
            Err(refusal)
        }
    }
}

struct Question<'c> {
    parts: &'c HeadParts,
    known: &'c Known,
    asked: &'c Asked,
    /// When it was admitted, just now.
    at: Duration,
}

async fn ask(
    sender: &Sender<'_>,
    question: &Question<'_>,
    entitlement: &Entitlement,
    bill: &mut Bill,
) -> Result<Answer, Refusal> {
    let Question { parts, known, asked, at } = question;
    let upstream = sender.upstreams.get(&entitlement.model.upstream).ok_or_else(nowhere)?;
    let salt = salt(sender, upstream, known);
    let json = assemble::body(asked, entitlement, upstream, &salt);
    let operation = asked.ask.operation;
    let (mut tried, mut now) = (Vec::new(), *at);
    loop {
        let place = upstream.choose(sender.ids.choice(), &tried, now).map_err(no_place)?;
        let backend = place.backend();
        let request = wire::encode(&backend.target, operation, &parts.mark.request_id, &json);
        match backend.exchange(&request, upstream.patience, bill, now).await {
            Ok((connection, head)) => {
                let wanted = wanted(asked);
                let judged = Judged { upstream, place, connection, head, wanted };
                return judge(judged, known).await;
            }
            Err(unanswered) => {
                upstream.failed(backend, unanswered.failure(), known.principal.id.as_str());
                tried.push(backend.url.clone());
                // Once a byte was sent, another backend could do the work twice.
                let again = matches!(unanswered, Unanswered::Unsent(_)) && tried.len() < TRIES_MAX;
                if !again || upstream.is_tried(&tried) {
                    return Err(refused(unanswered));
                }
                now = sender.clock.steady();
            }
        }
    }
}

/// What an answer must claim to be.
fn wanted(asked: &Asked) -> Content {
    match (asked.stream, asked.ask.operation.dialect()) {
        (false, _) => Content::Json,
        (true, Dialect::OpenAi | Dialect::Anthropic) => Content::Events,
        (true, Dialect::Ollama) => Content::Lines,
    }
}

struct Judged<'u> {
    upstream: &'u Arc<Upstream>,
    place: InFlight,
    connection: Connection,
    head: Head,
    wanted: Content,
}

/// Success of the kind that was asked for goes on; anything else becomes a refusal of our own.
async fn judge(judged: Judged<'_>, known: &Known) -> Result<Answer, Refusal> {
    let Judged { upstream, place, connection, head, wanted } = judged;
    let patience = upstream.patience;
    let body = Body::new(connection, head.framing, head.keep_alive);
    if head.status == 200 && head.content == wanted {
        let (upstream, principal) = (Arc::clone(upstream), known.principal.id.clone());
        return Ok(Answer { body, place, patience, upstream, principal });
    }
    let (refusal, fault) = rejected::refusal(head, body, patience).await;
    if let Some(failure) = fault {
        upstream.failed(place.backend(), failure, known.principal.id.as_str());
    }
    Err(refusal)
}

/// Keeps one tenant from learning by timing what another has asked.
fn salt(sender: &Sender<'_>, upstream: &Upstream, known: &Known) -> String {
    if !upstream.engine.takes_cache_salt() {
        return String::new();
    }
    let salt = sender.salts.derive(known.principal.id.as_str());
    let half = salt.first_chunk::<16>().copied().unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(half))
}

fn nowhere() -> Refusal {
    Refusal::new(RefusalCode::InternalError, "the model has no upstream; tell the operator")
}

fn no_place(why: NoPlace) -> Refusal {
    match why {
        NoPlace::Full => {
            let message = "every server of this model is busy; try again shortly";
            Refusal::new(RefusalCode::Overloaded, message).after(Duration::from_secs(1))
        }
        NoPlace::Aside(left) => unavailable().after(left.max(Duration::from_millis(100))),
    }
}

fn unavailable() -> Refusal {
    let message = "no server of this model can be reached just now; try again shortly";
    Refusal::new(RefusalCode::UpstreamUnavailable, message)
}

fn refused(unanswered: Unanswered) -> Refusal {
    match unanswered {
        Unanswered::Unsent(error) => unavailable().after(Duration::from_secs(1)).because(error),
        Unanswered::Late => {
            let message = "the server of this model did not answer in time; try again";
            Refusal::new(RefusalCode::UpstreamTimeout, message)
        }
        Unanswered::Broken(no_head) => rejected::broken().because(no_head),
    }
}
