//! Refusals as OpenAI clients expect them.

use super::{Refusal, Retry};
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;

/// The body of every answer this gateway gives.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Longer waits are not announced: some clients would sleep through them without a word.
const WAIT_MAX: Duration = Duration::from_mins(1);

#[derive(Serialize)]
struct Envelope<'a> {
    error: Shape<'a>,
}

#[derive(Serialize)]
struct Shape<'a> {
    message: &'a str,
    r#type: &'static str,
    param: Option<&'a str>,
    code: &'static str,
    request_id: &'a str,
}

/// The error object, as JSON: the body of an answer, or the data of an error event.
pub(crate) fn envelope(refusal: &Refusal, request_id: &str) -> Vec<u8> {
    let code = refusal.code();
    let error = Shape {
        message: refusal.message(),
        r#type: code.kind(),
        param: refusal.0.param.as_deref(),
        code: code.as_str(),
        request_id,
    };
    serde_json::to_vec(&Envelope { error }).unwrap_or_default()
}

/// The whole answer.
pub(crate) fn render(refusal: &Refusal, request_id: &str) -> Response<Body> {
    let json = Bytes::from(envelope(refusal, request_id));
    let mut response = Response::new(Full::new(json).boxed_unsync());
    let code = refusal.code();
    *response.status_mut() = code.status();
    let headers = response.headers_mut();
    headers.extend(refusal.0.headers.clone());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if code.status() == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"sluice\""));
    }
    match (code.retry(), refusal.0.retry_after) {
        (Retry::Never, _) => {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        (Retry::Later, Some(wait)) if wait <= WAIT_MAX => {
            headers.insert(RETRY_AFTER, HeaderValue::from(millis(wait).div_ceil(1000)));
            headers.insert(RETRY_AFTER_MS, HeaderValue::from(millis(wait)));
        }
        (Retry::Later, _) => {}
    }
    if refusal.0.closes {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}
