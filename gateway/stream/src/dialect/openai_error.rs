//! Errors that a backend reports where an answer should be.

use crate::plan::Fault;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The fault behind `{"error": …}`. Its text is for the backend's own log and stays there.
pub(super) fn nested(error: &RawValue) -> Fault {
    let code = match serde_json::from_str(error.get()) {
        Ok(Value::Object(fields)) => fields.get("code").and_then(status),
        _ => None,
    };
    Fault::Upstream { status: code }
}

/// The fault behind `{"object": "error", …}`, as SGLang writes it.
pub(super) fn flat(data: &str) -> Fault {
    #[derive(Deserialize)]
    struct Flat {
        code: Option<Value>,
    }
    let code = serde_json::from_str(data).ok().and_then(|flat: Flat| flat.code);
    Fault::Upstream { status: code.as_ref().and_then(status) }
}

/// The fault behind text that is no answer: an error whose other fields are in the way, or garbage.
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

fn status(code: &Value) -> Option<u16> {
    let code = code.as_u64().or_else(|| code.as_str()?.parse().ok())?;
    u16::try_from(code).ok().filter(|code| (100..600).contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_status_and_nothing_else() {
        let raw = |text| serde_json::from_str::<&RawValue>(text).unwrap();
        let fault = |status| Fault::Upstream { status };
        assert_eq!(nested(raw(r#"{"message":"x","code":501}"#)), fault(Some(501)));
        assert_eq!(nested(raw(r#"{"code":"429"}"#)), fault(Some(429)));
        assert_eq!(nested(raw(r#"{"code":70000}"#)), fault(None));
        assert_eq!(nested(raw(r#""Unauthorized""#)), fault(None));
        assert_eq!(flat(r#"{"object":"error","message":"x","code":400}"#), fault(Some(400)));
        assert_eq!(flat(r#"{"object":"error"}"#), fault(None));
    }
}
