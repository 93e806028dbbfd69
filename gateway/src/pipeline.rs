//! The life of a call, one line a step.
//!
//! Each step takes what the step before it proved and the part of the world it needs, and returns
//! a stronger proof or a [`Refusal`]. A step cannot be skipped: the type it would have made is
//! what the next one asks for.
//!
//! ```text
//! Request -> Head -> Identified -> Call -> Entitled -> Admitted -> Screened -> Answered -> Filtered
//!         accept   identify      read   entitle     admit       screen     dispatch    filter
//!         -> Response
//!            account
//! ```
//!
//! From `admit` on the steps are in [`steps`]: where a filter asks for another model, `entitle` and
//! they are taken once more, for that one ([`fallback`]).

mod fallback;
mod steps;
mod told;

use crate::accept::{accept, not_found};
use crate::access;
use crate::body::Body;
use crate::call::{Mark, Peer, REQUEST_ID, Route};
use crate::entitle::{Court, admits, card, entitle, list};
use crate::filter::Opening;
use crate::identify::{Identified, identify};
use crate::metrics::Labels;
use crate::moderation::{Desk, moderate};
use crate::node::Node;
use crate::provenance;
use crate::read::{self as reading, json, read};
use crate::refuse::{Refusal, RefusalCode, render};
use crate::snapshot::Snapshot;
use crate::trail::Trail;
use fallback::Fallback;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use sluice_config::World;
use sluice_config::decide::View;
use sluice_config::words::{Dialect, Operation};
use std::time::Duration;
use steps::Steps;

/// Which policy decided.
const POLICY: HeaderName = HeaderName::from_static("x-policy-version");

/// Where Anthropic's clients look for it.
const ANTHROPIC_ID: HeaderName = HeaderName::from_static("request-id");

/// Serves one call. Never fails: a refusal is an answer too.
pub(crate) async fn serve(
    node: &Node,
    request: Request<Incoming>,
    peer: Peer,
    began: Duration,
) -> Response<Body> {
    let (mark, dialect) = (mark(node, began), spoken(request.uri().path()));
    let mut trail = Trail::default();
    let (now, world) = (node.snapshot(), node.world()); // one view of both for the whole call
    let scene = Scene { node, now: &now, world: &world };
    let mut response = match pass(scene, request, peer, &mark, &mut trail).await {
        Ok(response) => response,
        Err(refusal) => {
            note(node, &refusal, &trail, &mark);
            named(render(&refusal, &mark.request_id, dialect), &mark, dialect)
        }
    };
    response.headers_mut().insert(POLICY, now.version.clone());
    response
}

/// The node, and the view of the world that a call keeps.
#[derive(Clone, Copy)]
struct Scene<'n> {
    node: &'n Node,
    now: &'n Snapshot,
    world: &'n World,
}

/// Answers what was refused before it was a call.
pub(crate) fn refuse(node: &Node, refusal: &Refusal, began: Duration) -> Response<Body> {
    let mark = mark(node, began);
    note(node, refusal, &Trail::default(), &mark);
    let dialect = Dialect::OpenAi;
    named(render(refusal, &mark.request_id, dialect), &mark, dialect)
}

/// The dialect in which a path is answered; what is no path of an operation, in OpenAI's.
fn spoken(path: &str) -> Dialect {
    Operation::at(path).map_or(Dialect::OpenAi, Operation::dialect)
}

async fn pass(
    scene: Scene<'_>,
    request: Request<Incoming>,
    peer: Peer,
    mark: &Mark,
    trail: &mut Trail,
) -> Result<Response<Body>, Refusal> {
    let Scene { node, now, world } = scene;
    let head = accept(request, peer, mark.clone())?;
    let route = head.parts().route.clone();
    if route == Route::ReceiptKeys {
        // Whoever checks a receipt need not be a caller of ours.
        let keys = now.provenance.keys.as_ref().ok_or_else(not_found)?;
        return Ok(named(shown(node, trail, "receipts", keys.set()), mark, Dialect::OpenAi));
    }
    let mut identified = identify(&node.door, &now.methods, head).await?;
    identified.locate(&now.countries);
    trail.identified(identified.known());
    node.kill.admits(&identified.known(), identified.parts().peer.country)?;
    let Route::Operation(operation) = route else {
        let answer = about(scene, identified, route, trail).await?;
        return Ok(named(answer, mark, Dialect::OpenAi));
    };
    trail.operation = Some(operation);
    let (policy, chains, bounds) = (&now.policy, &now.chains, &now.bounds);
    let desk = reading::Desk { policy, chains, bounds, end_users: &node.end_users };
    let call = read(desk, identified, operation).await?;
    let steps = Steps { node, now, world, mark };
    let entitled = entitle(steps.view(), &node.decisions, call, trail)?;
    if let Some(fallback) = Fallback::of(steps, &entitled) {
        // Few calls have one, and it is large.
        return Box::pin(fallback.serve(steps, entitled, trail)).await;
    }
    let answered = steps.answer(steps.admit(entitled)?, Opening::Head).await?;
    Ok(steps.account(answered))
}

fn mark(node: &Node, began: Duration) -> Mark {
    let at = node.clock.now();
    Mark { request_id: node.ids.request(at), at, began }
}

/// Answers what asks no backend: about models, about receipts, about texts.
async fn about(
    Scene { node, now, world }: Scene<'_>,
    identified: Identified,
    route: Route,
    trail: &mut Trail,
) -> Result<Response<Body>, Refusal> {
    let (view, known) = (View { policy: &now.policy, world }, identified.known());
    if !matches!(route, Route::Access(_)) {
        // Whoever is suspended may still read why.
        admits(Court::of(view, &known, identified.parts()))?;
    }
    let (operation, body) = match route {
        Route::Models => ("models", list(Court::of(view, &known, identified.parts()))),
        Route::Model(name) => ("models", card(Court::of(view, &known, identified.parts()), &name)?),
        Route::Receipt(id) if now.provenance.keys.is_some() => {
            let receipt = node.receipts.find(&id, &identified.principal().id);
            ("receipts", receipt.ok_or_else(no_receipt)?)
        }
        Route::ReceiptCheck => {
            let keys = now.provenance.keys.as_ref().ok_or_else(not_found)?;
            let body = json(&now.policy, &now.bounds, identified).await?;
            ("receipts", provenance::answer(keys, &body)?)
        }
        Route::Moderation => {
            trail.asks = Some("moderations");
            let (bounds, chains) = (&now.bounds, &now.chains);
            let (meters, metrics) = (&node.meters, &*node.metrics);
            let desk = Desk { view, bounds, chains, meters, metrics };
            let (headers, body) = moderate(desk, identified).await?;
            let mut answer = shown(node, trail, trail.operation(), body);
            answer.headers_mut().extend(headers);
            return Ok(answer);
        }
        Route::Access(wanted) => {
            trail.asks = Some("access");
            let (bounds, meters, records) = (&now.bounds, &node.meters, &*node.records);
            let directory = &node.door.directory;
            let desk = access::Desk { view, bounds, meters, records, directory };
            // Few calls come here, and what they need is large.
            let (headers, body) = Box::pin(access::serve(desk, identified, wanted)).await?;
            let mut answer = shown(node, trail, trail.operation(), body);
            answer.headers_mut().extend(headers);
            return Ok(answer);
        }
        Route::Operation(_) | Route::Receipt(_) | Route::ReceiptKeys => return Err(not_found()),
    };
    Ok(shown(node, trail, operation, body))
}

/// No such receipt, one that is no longer kept, or one of somebody else.
fn no_receipt() -> Refusal {
    let message = "there is no receipt under this request id, or no longer";
    Refusal::new(RefusalCode::NotFound, message)
}

/// An answer that cost no backend anything.
fn shown(
    node: &Node,
    trail: &Trail,
    operation: &'static str,
    body: impl Into<Body>,
) -> Response<Body> {
    let labels = Labels { tier: trail.tier(), stage: "none", model: "none", operation };
    node.metrics.ended(&labels, "ok");
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn named(mut response: Response<Body>, mark: &Mark, dialect: Dialect) -> Response<Body> {
    if let Ok(id) = HeaderValue::from_str(&mark.request_id) {
        if dialect == Dialect::Anthropic {
            response.headers_mut().insert(ANTHROPIC_ID, id.clone());
        }
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Counts a refusal and writes it down, once.
fn note(node: &Node, refusal: &Refusal, trail: &Trail, mark: &Mark) {
    let code = refusal.code();
    node.metrics.refused(trail.tier(), code.as_str(), refusal.limit());
    let labels = Labels {
        tier: trail.tier(),
        stage: trail.stage(),
        model: trail.model(),
        operation: trail.operation(),
    };
    node.metrics.ended(&labels, code.as_str());
    match code {
        RefusalCode::InternalError
        | RefusalCode::UsageUnavailable
        | RefusalCode::AuthUnavailable => ours(refusal, mark),
        RefusalCode::UpstreamError
        | RefusalCode::UpstreamUnavailable
        | RefusalCode::UpstreamTimeout => backends(refusal, trail, mark),
        _ => callers(refusal, trail, mark),
    }
}

/// Something is wrong here.
fn ours(refusal: &Refusal, mark: &Mark) {
    let (code, cause) = (refusal.code().as_str(), refusal.cause());
    tracing::error!(request_id = &*mark.request_id, code, cause, "call refused");
}

/// Something is wrong with a backend.
fn backends(refusal: &Refusal, trail: &Trail, mark: &Mark) {
    let (code, cause, model) = (refusal.code().as_str(), refusal.cause(), trail.model());
    tracing::warn!(request_id = &*mark.request_id, code, cause, model, "call refused");
}

/// The caller asked for what it cannot have.
fn callers(refusal: &Refusal, trail: &Trail, mark: &Mark) {
    let (code, cause) = (refusal.code().as_str(), refusal.cause());
    let (principal, credential) = (trail.caller(), trail.credential());
    let (request_id, tier) = (&*mark.request_id, trail.tier());
    tracing::info!(request_id, code, cause, principal, credential, tier, "call refused");
}
