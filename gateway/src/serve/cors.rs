//! Web pages of configured origins may call; without any, no page may.

use crate::body::Body;
use crate::snapshot::Snapshot;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use std::sync::Arc;

/// The configured origin a request comes from, if it does.
pub(super) fn origin<B>(
    request: &Request<B>,
    live: impl FnOnce() -> Arc<Snapshot>,
) -> Option<HeaderValue> {
    let origin = request.headers().get(ORIGIN)?;
    live().origins.contains(origin).then(|| origin.clone())
}

/// Whether a request asks what a page may send, rather than sending it.
pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    *request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// What a page may send, for a day of the browser's memory at most; still to be shared.
pub(super) fn permission() -> Response<Body> {
    let allowed = "authorization, x-api-key, api-key, content-type, anthropic-beta, \
                   anthropic-dangerous-direct-browser-access, anthropic-version, \
                   openai-organization, openai-project, x-stainless-arch, x-stainless-lang, x-stainless-os, \
                   x-stainless-package-version, x-stainless-retry-count, x-stainless-runtime, \
                   x-stainless-runtime-version, x-stainless-timeout";
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(allowed));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// Lets the page read an answer.
pub(super) fn share(headers: &mut HeaderMap, origin: &HeaderValue) {
    let exposed = "request-id, x-request-id, retry-after, retry-after-ms, x-should-retry, \
                   x-ratelimit-limit-requests, x-ratelimit-limit-tokens, \
                   x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, \
                   x-ratelimit-reset-requests, x-ratelimit-reset-tokens, \
                   anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining, \
                   anthropic-ratelimit-requests-reset, anthropic-ratelimit-tokens-limit, \
                   anthropic-ratelimit-tokens-remaining, anthropic-ratelimit-tokens-reset, \
                   x-model-licence, x-model-attribution, x-ai-generated, link, x-sluice-receipt, \
                   x-model-licence-notice, x-model-use-restrictions, x-model-output-restrictions, \
                   x-sluice-fallback, x-sluice-filter-annotations";
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
    headers.append(VARY, HeaderValue::from_static("origin"));
}
