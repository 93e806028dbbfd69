//! Errors that a backend reports where a message should be.

use crate::dialect::openai_error;
use crate::plan::Fault;
use crate::wire::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The fault behind `{"type": …, "message": …}`. Its text is for the backend's own log and stays
/// there.
pub(super) fn nested(error: &RawValue) -> Fault {
    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, rename = "type")]
        kind: Text<'a>,
    }
    // Some backends write an error of OpenAI's here, with a status of its own.
    if let known @ Fault::Upstream { status: Some(_) } = openai_error::nested(error) {
        return known;
    }
    let typed: Option<Typed<'_>> = serde_json::from_str(error.get()).ok();
    Fault::Upstream { status: typed.and_then(|typed| status(typed.kind.as_str())) }
}

/// The fault behind an event that is named an error, whatever its data looks like.
pub(super) fn event(data: &str) -> Fault {
    match instead(data) {
        Fault::NotAnEvent => Fault::Upstream { status: None },
        fault => fault,
    }
}

/// The fault behind text that is no message: an error whose other fields are in the way, or garbage.
pub(super) fn instead(data: &str) -> Fault {
    #[derive(Deserialize)]
    struct Only<'a> {
        #[serde(borrow)]
        error: Option<&'a RawValue>,
    }
    match serde_json::from_str(data) {
        Ok(Only { error: Some(error) }) => nested(error),
        _ => Fault::NotAnEvent,
    }
}

/// The status that goes with a type of error, as the Messages API documents them.
fn status(kind: &str) -> Option<u16> {
    Some(match kind {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "conflict_error" => 409,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        // vLLM's word is the second.
        "api_error" | "internal_error" => 500,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_that_of_the_type() {
        let fault = |status| Fault::Upstream { status };
        let typed = |kind| format!(r#"{{"type":"error","error":{{"type":"{kind}"}}}}"#);
        assert_eq!(event(&typed("overloaded_error")), fault(Some(529)));
        assert_eq!(event(&typed("rate_limit_error")), fault(Some(429)));
        assert_eq!(event(&typed("internal_error")), fault(Some(500)));
        assert_eq!(event(&typed("leak")), fault(None));
        assert_eq!(event(r#"{"error":{"code":503,"type":"api_error"}}"#), fault(Some(503)));
        assert_eq!(event(r#"{"error":"leak"}"#), fault(None));
        assert_eq!(event("leak"), fault(None));
        assert_eq!(instead("leak"), Fault::NotAnEvent);
    }
}
