//! What can be asked of the operations listener.

use super::problem::Problem;
use super::shown::{ShownReadiness, ShownSnapshot};
use crate::{Version, Vitals};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use std::sync::Arc;

type Node = State<Arc<dyn Vitals>>;

/// Every page, over one node.
pub fn router(vitals: Arc<dyn Vitals>) -> Router {
    Router::new()
        .route("/livez", get(live))
        .route("/healthz", get(live))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/version", get(version))
        .route("/snapshot", get(snapshot))
        .fallback(unknown)
        .method_not_allowed_fallback(not_a_question)
        .layer(middleware::map_response(fresh))
        .with_state(vitals)
}

/// The process answers; that is all it means.
async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(node): Node, RawQuery(query): RawQuery) -> Response {
    let readiness = node.ready();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if is_verbose(query.as_deref().unwrap_or_default()) {
        return (status, Json(ShownReadiness::from(&readiness))).into_response();
    }
    let word = if readiness.ready { "ok\n" } else { "not ready\n" };
    (status, word).into_response()
}

async fn metrics(State(node): Node) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], node.metrics())
}

async fn version(State(node): Node) -> Json<Version> {
    Json(node.version())
}

async fn snapshot(State(node): Node) -> Json<ShownSnapshot> {
    Json(ShownSnapshot::from(node.snapshot()))
}

async fn unknown() -> Problem {
    let detail = "ask for /livez, /readyz, /metrics, /version or /snapshot; calls go to the api \
                  listener";
    Problem::new(StatusCode::NOT_FOUND, detail)
}

async fn not_a_question() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "ask with GET or HEAD; nothing can be changed here",
    )
}

/// Every answer is of now.
async fn fresh(mut answer: Response) -> Response {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn is_verbose(query: &str) -> bool {
    query.split('&').any(|word| word == "verbose" || word.starts_with("verbose="))
}
