//! What callers are told of a directive: never its reason, nor what else it stops.

use crate::refuse::{Refusal, RefusalCode};
use sluice_config::words::{KillDirective, KillMode, KillScope};
use std::borrow::Cow;

/// A new call is not taken. The model's fallback may answer instead, if the directive says so.
pub(super) fn refused(directive: &KillDirective) -> Refusal {
    let refusal = cut(directive);
    if directive.mode == KillMode::Fallback { refusal.asking_fallback() } else { refusal }
}

/// A call under way goes on no longer.
pub(super) fn cut(directive: &KillDirective) -> Refusal {
    let (code, own) = words(&directive.scope);
    let told = directive.message.as_ref().map(|message| Cow::Owned(message.to_string()));
    let cause = format!("{} stops {}", directive.id, directive.scope);
    Refusal::new(code, told.unwrap_or(Cow::Borrowed(own))).because(cause)
}

/// The node ends and cannot wait for the answer.
pub(super) fn ended() -> Refusal {
    let message = "this node is shutting down and could not wait for the end; try again";
    Refusal::new(RefusalCode::Draining, message)
}

fn words(scope: &KillScope) -> (RefusalCode, &'static str) {
    if scope.names_a_caller() {
        let message = "this principal is suspended; ask the operator";
        return (RefusalCode::PrincipalSuspended, message);
    }
    let message = match scope {
        KillScope::Everything | KillScope::Tier(_) | KillScope::Region(_) => {
            "what you asked for is suspended for now; try again later"
        }
        _ => "this model is suspended for now; try again later",
    };
    (RefusalCode::ModelSuspended, message)
}
