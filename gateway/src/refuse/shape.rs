//! The error object of a refusal, as the clients of each dialect read it.

use super::{Refusal, RefusalCode};
use http::StatusCode;
use serde::Serialize;
use sluice_config::words::Dialect;

#[derive(Serialize)]
struct OpenAi<'a> {
    error: OpenAiError<'a>,
}

#[derive(Serialize)]
struct OpenAiError<'a> {
    message: &'a str,
    r#type: &'static str,
    param: Option<&'a str>,
    code: &'static str,
    request_id: &'a str,
}

#[derive(Serialize)]
struct Anthropic<'a> {
    r#type: &'static str,
    error: AnthropicError<'a>,
    request_id: &'a str,
}

#[derive(Serialize)]
struct AnthropicError<'a> {
    r#type: &'static str,
    message: &'a str,
    code: &'static str,
}

#[derive(Serialize)]
struct Ollama<'a> {
    error: &'a str,
    code: &'static str,
}

/// The error object, as JSON: the body of an answer, or the data of an error in a stream.
pub(crate) fn envelope(refusal: &Refusal, request_id: &str, dialect: Dialect) -> Vec<u8> {
    let (code, message) = (refusal.code().as_str(), refusal.message());
    let json = match dialect {
        Dialect::OpenAi => {
            let (r#type, param) = (refusal.code().kind(), refusal.0.param.as_deref());
            let error = OpenAiError { message, r#type, param, code, request_id };
            serde_json::to_vec(&OpenAi { error })
        }
        Dialect::Anthropic => {
            let error = AnthropicError { r#type: kind(refusal.code()), message, code };
            serde_json::to_vec(&Anthropic { r#type: "error", error, request_id })
        }
        Dialect::Ollama => serde_json::to_vec(&Ollama { error: message, code }),
    };
    json.unwrap_or_default()
}

/// The status a code is answered with.
pub(super) fn status(code: RefusalCode, dialect: Dialect) -> StatusCode {
    let own = code.status();
    match (dialect, code) {
        // Anthropic has a number of its own for this, which is in no table of HTTP.
        (Dialect::Anthropic, RefusalCode::Overloaded) => StatusCode::from_u16(529).unwrap_or(own),
        _ => own,
    }
}

/// The `type` of Anthropic's error object: it goes by the status.
pub(super) fn kind(code: RefusalCode) -> &'static str {
    match status(code, Dialect::Anthropic).as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        500..=503 => "api_error",
        _ => "invalid_request_error",
    }
}
