//! Step 4: may they use this revision of this model, and on what terms?

pub(crate) use crate::read::Call;
use crate::refuse::{Refusal, RefusalCode};
use crate::trail::Trail;
use serde::Serialize;
use sluice_config::Policy;
use sluice_config::decide;
use sluice_config::policy::Model;
use sluice_config::words::{Allowed, Denial, Entitlement, Fields, Operation, Principal};
use std::sync::Arc;

/// A call that may be made. Made only here.
#[derive(Debug)]
pub(crate) struct Entitled {
    pub(crate) call: Call,
    pub(crate) entitlement: Entitlement,
}

/// Asks the policy. Pure: what differs between two nodes is nothing.
pub(crate) fn entitle(policy: &Policy, call: Call, trail: &mut Trail) -> Result<Entitled, Refusal> {
    let asked = &call.asked;
    let decision = decide::entitle(policy, &call.known.principal, &asked.model, &asked.ask);
    let entitlement =
        decision.map_err(|denial| refused(&denial, &asked.model, asked.ask.operation))?;
    trail.entitled(&entitlement);
    Ok(Entitled { call, entitlement })
}

#[derive(Serialize)]
struct List<'p> {
    object: &'static str,
    data: Vec<Card<'p>>,
}

#[derive(Serialize)]
struct Card<'p> {
    id: &'p str,
    object: &'static str,
    created: u64,
    owned_by: &'p str,
}

impl<'p> Card<'p> {
    fn of(name: &'p str, model: &'p Model) -> Self {
        Self { id: name, object: "model", created: model.created, owned_by: &model.owned_by }
    }
}

/// The answer of `GET /v1/models`: what this caller may use, by the same decision.
pub(crate) fn list(policy: &Policy, principal: &Principal) -> Vec<u8> {
    let data = decide::usable(policy, principal).map(|model| Card::of(model.id.as_str(), model));
    let list = List { object: "list", data: data.collect() };
    serde_json::to_vec(&list).unwrap_or_default()
}

/// The answer of `GET /v1/models/{name}`.
pub(crate) fn card(policy: &Policy, principal: &Principal, name: &str) -> Result<Vec<u8>, Refusal> {
    let model = visible(policy, principal, name)?;
    Ok(serde_json::to_vec(&Card::of(name, model)).unwrap_or_default())
}

/// The model of this name, if this caller may use it.
pub(crate) fn visible<'p>(
    policy: &'p Policy,
    principal: &Principal,
    name: &str,
) -> Result<&'p Arc<Model>, Refusal> {
    // What is denied here has to do with no operation.
    let refused = |denial| refused(&denial, name, Operation::Chat);
    let tier = policy.tier(&principal.tier).ok_or_else(|| refused(Denial::UnknownModel))?;
    decide::visible(policy, tier, name).map_err(refused)
}

/// A denial, in words for the caller. The name is echoed as the caller wrote it, shortened.
fn refused(denial: &Denial, name: &str, operation: Operation) -> Refusal {
    match denial {
        Denial::UnknownModel => {
            let name: String = name.chars().filter(|c| !c.is_control()).take(128).collect();
            let message =
                format!("the model `{name}` does not exist or you do not have access to it");
            Refusal::new(RefusalCode::ModelNotFound, message).param("model")
        }
        Denial::NotReleased { stage } => {
            let message =
                format!("this model is at stage `{stage}`, which is not open to your tier yet");
            Refusal::new(RefusalCode::ModelNotReleased, message).param("model")
        }
        Denial::Unsupported { operation } => {
            let message = format!("this model does not offer {operation}; see GET /v1/models");
            Refusal::new(RefusalCode::UnsupportedOperation, message).param("model")
        }
        Denial::Cap { param, allowed } => {
            let allowed = match allowed {
                Allowed::Not => "may not be used".into(),
                Allowed::Most(most) => format!("may be at most {most}"),
                Allowed::Within(range) => format!("must lie from {} to {}", range.min, range.max),
            };
            let message = format!("`{param}` {allowed} on your tier");
            Refusal::new(RefusalCode::CapExceeded, message).param(*param)
        }
        Denial::Context { asked, window } => {
            let Fields { prompt, output_tokens, .. } = operation.fields();
            let message = format!(
                "the prompt and answer may need up to {asked} tokens, more than the maximum context \
                 length of {window} tokens; shorten the prompt or lower {output_tokens}"
            );
            Refusal::new(RefusalCode::ContextLengthExceeded, message).param(*prompt)
        }
    }
}
