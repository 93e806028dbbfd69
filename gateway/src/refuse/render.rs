//! Refusals as answers: status and headers, which are the same in every dialect but for one.

use super::shape::{envelope, status};
use super::{Refusal, Retry};
use crate::body::Body;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use sluice_config::words::Dialect;
use std::time::Duration;

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Longer waits are not announced: some clients would sleep through them without a word.
const WAIT_MAX: Duration = Duration::from_mins(1);

/// The whole answer.
pub(crate) fn render(refusal: &Refusal, request_id: &str, dialect: Dialect) -> Response<Body> {
    let mut response = Response::new(Body::from(envelope(refusal, request_id, dialect)));
    let code = refusal.code();
    *response.status_mut() = status(code, dialect);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refuse::RefusalCode;
    use http_body::Body as _;
    use std::fmt::Write as _;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    /// An answer as it reads on the wire, but for its framing.
    fn written(refusal: &Refusal, dialect: Dialect) -> String {
        let (head, mut body) = render(refusal, "req_1", dialect).into_parts();
        let mut text = format!("{}\n", head.status);
        for (name, value) in &head.headers {
            writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
        }
        let body = Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Some(Ok(frame))) = body else { panic!("a refusal is there at once") };
        let json = frame.into_data().unwrap();
        text + std::str::from_utf8(&json).unwrap() + "\n"
    }

    /// Every code with a wait, which those that cannot succeed must not announce; then what else a
    /// refusal may carry.
    fn answers(dialect: Dialect) -> String {
        let wait = Duration::from_millis(1_500);
        let plain = |code: RefusalCode| Refusal::new(code, code.meaning().trim()).after(wait);
        let mut text = String::new();
        for code in RefusalCode::ALL {
            writeln!(text, "# {}\n{}", code.as_str(), written(&plain(*code), dialect)).unwrap();
        }
        let busy = RefusalCode::RateLimitExceeded;
        let more = [
            ("a field to change", plain(RefusalCode::CapExceeded).param("max_tokens")),
            ("the end of the connection", plain(RefusalCode::RequestTimeout).closing()),
            ("a wait that is not known", Refusal::new(busy, "too many")),
            ("the longest wait that is said", Refusal::new(busy, "too many").after(WAIT_MAX)),
            ("a wait that is too long to be said", plain(busy).after(WAIT_MAX + wait)),
        ];
        for (what, refusal) in more {
            writeln!(text, "# with {what}\n{}", written(&refusal, dialect)).unwrap();
        }
        text
    }

    #[test]
    fn every_refusal_reads_as_it_did() {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("answers", answers(Dialect::OpenAi));
            insta::assert_snapshot!("answers_anthropic", answers(Dialect::Anthropic));
            insta::assert_snapshot!("answers_ollama", answers(Dialect::Ollama));
        });
    }
}
