//! What a token says of itself, checked before its signature: a token that is over asks no issuer
//! for keys.

use super::token::Token;
use serde_json::{Map, Value};
use sluice_config::IssuerSpec;
use sluice_config::words::Timestamp;
use std::time::Duration;

/// How long a token may last: one that lasts longer is a mistake, or forged.
const LIFE_MAX: Duration = Duration::from_hours(10 * 366 * 24);

/// Who says they issued a token: text, to the letter.
pub(super) fn issuer(claims: &Map<String, Value>) -> Option<&str> {
    claims.get("iss")?.as_str()
}

/// Checks what needs no key. `Ok` with when the token is over.
pub(super) fn check(
    spec: &IssuerSpec,
    token: &Token<'_>,
    now: Timestamp,
) -> Result<Timestamp, &'static str> {
    let (header, claims) = (&token.header, &token.claims);
    if !spec.algorithms.contains(&header.algorithm) {
        return Err("a token signed in a way that its issuer does not use");
    }
    match &header.kind {
        Some(kind) if spec.types.contains(kind) => {}
        None if !spec.type_required => {}
        _ => return Err("a token of another kind"),
    }
    if !is_for(claims.get("aud"), &spec.audiences) {
        return Err("a token for somebody else");
    }
    let time = |name: &str| moment(claims, name);
    let over = time("exp")?.ok_or("a token without an end")?.plus(spec.leeway);
    let soon = now.plus(spec.leeway);
    if over <= now {
        return Err("a token that is over");
    }
    if over > now.plus(LIFE_MAX) {
        return Err("a token that lasts too long");
    }
    if time("nbf")?.is_some_and(|from| from > soon) || time("iat")?.is_some_and(|at| at > soon) {
        return Err("a token from the future");
    }
    Ok(over)
}

/// Whether one of `ours` is in `aud`: text, or a list of text and nothing else.
fn is_for(aud: Option<&Value>, ours: &[String]) -> bool {
    let is_ours = |text: &str| ours.iter().any(|it| it == text);
    match aud {
        Some(Value::String(text)) => is_ours(text),
        Some(Value::Array(items)) => {
            items.iter().all(Value::is_string)
                && items.iter().filter_map(Value::as_str).any(is_ours)
        }
        _ => false,
    }
}

/// A time, in whole seconds; `None` if it is not said.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, &'static str> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_u64().and_then(|seconds| seconds.checked_mul(1000));
    seconds.map(|at| Some(Timestamp(at))).ok_or("a token with a time that is none")
}
