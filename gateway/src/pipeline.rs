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

use crate::accept::accept;
use crate::account::account;
use crate::admit::{Gate, admit};
use crate::body::Body;
use crate::call::{Mark, Peer, REQUEST_ID, Route};
use crate::dispatch::{Sender, dispatch};
use crate::entitle::{card, entitle, list};
use crate::filter::{Lens, filter};
use crate::identify::identify;
use crate::metrics::Labels;
use crate::node::Node;
use crate::read::read;
use crate::refuse::{Refusal, RefusalCode, render};
use crate::screen::screen;
use crate::trail::Trail;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use sluice_config::words::{Dialect, Operation};
use std::time::Duration;

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
    match pass(node, request, peer, &mark, &mut trail).await {
        Ok(response) => response,
        Err(refusal) => {
            note(node, &refusal, &trail, &mark);
            named(render(&refusal, &mark.request_id, dialect), &mark, dialect)
        }
    }
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
    node: &Node,
    request: Request<Incoming>,
    peer: Peer,
    mark: &Mark,
    trail: &mut Trail,
) -> Result<Response<Body>, Refusal> {
    let now = node.snapshot(); // one view of the world for the whole call

    let head = accept(request, peer, mark.clone())?;
    let route = head.parts().route.clone();
    let identified = identify(&node.door, head).await?;
    trail.identified(identified.known());
    let operation = match route {
        Route::Operation(operation) => operation,
        Route::Models => {
            let listed = list(&now.policy, identified.principal());
            return Ok(named(shown(node, trail, listed), mark, Dialect::OpenAi));
        }
        Route::Model(name) => {
            let card = card(&now.policy, identified.principal(), &name)?;
            return Ok(named(shown(node, trail, card), mark, Dialect::OpenAi));
        }
    };
    trail.operation = Some(operation);
    let call = read(&now.policy, &now.chains, &now.bounds, identified, operation).await?;
    let entitled = entitle(&now.policy, call, trail)?;
    let (tier, model) = (&entitled.entitlement.tier, &entitled.entitlement.model);
    let metrics = now.calls.of(&node.metrics, tier, model, operation);
    let gate = Gate { meters: &node.meters, books: &node.writer, clock: &node.clock, metrics };
    let admitted = admit(gate, entitled)?;
    let (ids, salts, clock) = (&node.ids, &node.door.hasher, &node.clock);
    let sender = Sender { upstreams: &now.upstreams, ids, salts, clock };
    let screened = screen(&now.chains, &node.metrics, admitted)?;
    let answered = dispatch(sender, screened).await?;
    let lens =
        Lens { chains: &now.chains, bounds: &now.bounds, clock: &node.clock, stop: &node.stop };
    let filtered = filter(lens, answered).await?;
    Ok(account(&node.metrics, &mark.request_id, filtered))
}

fn mark(node: &Node, began: Duration) -> Mark {
    let at = node.clock.now();
    Mark { request_id: node.ids.request(at), at, began }
}

/// An answer about models, which cost no backend anything.
fn shown(node: &Node, trail: &Trail, body: Vec<u8>) -> Response<Body> {
    let labels = Labels { tier: trail.tier(), stage: "none", model: "none", operation: "models" };
    node.metrics.ended(&labels, "ok");
    let mut response = Response::new(Body::from(body));
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
