//! Who may use what. Pure: the same question has the same answer; no clock, no I/O.

use crate::Policy;
use crate::policy::{Model, Tier};
use crate::words::{Allowed, Ask, Caps, Denial, Entitlement, Operation, Principal, Range};
use std::sync::Arc;

/// Answers whether `principal` may use the model it calls `name`, and on what terms.
///
/// The order is that of disclosure: nothing is said about a model before it is sure that the
/// caller may know of it. A principal whose tier is gone from the file sees nothing.
///
/// # Errors
///
/// The first [`Denial`] in that order.
pub fn entitle(
    policy: &Policy,
    principal: &Principal,
    name: &str,
    ask: &Ask,
) -> Result<Entitlement, Denial> {
    let tier = policy.tier(&principal.tier).ok_or(Denial::UnknownModel)?;
    let model = visible(policy, tier, name)?;
    if !model.operations.contains(&ask.operation) {
        return Err(Denial::Unsupported { operation: ask.operation });
    }
    capped(&tier.caps, ask)?;
    let prompt_tokens = prompt_tokens(model, ask);
    let window = tier.caps.context_tokens_max.min(model.context_tokens);
    let output_tokens = output_tokens(model, tier, ask)?;
    let asked = prompt_tokens.saturating_add(output_tokens);
    if prompt_tokens >= window || (ask.output_tokens.is_some() && asked > window) {
        return Err(Denial::Context { asked, window });
    }
    Ok(Entitlement {
        tier: Arc::clone(tier),
        model: Arc::clone(model),
        stage: model.stage,
        prompt_tokens,
        output_tokens: output_tokens.min(window - prompt_tokens),
        output_chosen: ask.output_tokens.is_some(),
        answers: answers(ask),
    })
}

/// The models `principal` may use, by canonical name: what `/v1/models` lists.
pub fn usable<'p>(
    policy: &'p Policy,
    principal: &Principal,
) -> impl Iterator<Item = &'p Arc<Model>> {
    let tier = policy.tier(&principal.tier);
    policy.models().filter(move |model| tier.is_some_and(|tier| released(tier, model)))
}

/// The model called `name`, if `tier` may use it.
///
/// # Errors
///
/// [`Denial::UnknownModel`], or [`Denial::NotReleased`] for an announced one.
pub fn visible<'p>(
    policy: &'p Policy,
    tier: &Tier,
    name: &str,
) -> Result<&'p Arc<Model>, Denial> {
    let model = policy.model(name).ok_or(Denial::UnknownModel)?;
    match (released(tier, model), model.announced) {
        (true, _) => Ok(model),
        (false, true) => Err(Denial::NotReleased { stage: model.stage }),
        (false, false) => Err(Denial::UnknownModel),
    }
}

fn released(tier: &Tier, model: &Model) -> bool {
    model.stage > crate::words::ReleaseStage::Draft && model.stage >= tier.sees
}

fn prompt_tokens(model: &Model, ask: &Ask) -> u64 {
    let template = model.tokens_per_piece.saturating_mul(ask.pieces);
    ask.prompt_bytes.saturating_add(template).saturating_add(model.template_tokens)
}

fn answers(ask: &Ask) -> u64 {
    match ask.operation {
        Operation::Completion => ask.choices.saturating_mul(ask.pieces),
        Operation::Chat | Operation::Embedding => ask.choices,
    }
}

fn output_tokens(model: &Model, tier: &Tier, ask: &Ask) -> Result<u64, Denial> {
    if ask.operation == Operation::Embedding {
        return Ok(0);
    }
    let cap = tier.caps.output_tokens_max;
    match ask.output_tokens {
        Some(asked) if asked > cap => {
            Err(Denial::Cap { param: "max_tokens", allowed: Allowed::Most(cap) })
        }
        Some(asked) => Ok(asked),
        None => Ok(model.output_tokens_default.min(cap)),
    }
}

fn capped(caps: &Caps, ask: &Ask) -> Result<(), Denial> {
    most("n", ask.choices, caps.choices_max)?;
    most("stop", ask.stops, caps.stops_max)?;
    most("tools", ask.tools, caps.tools_max)?;
    match ask.operation {
        Operation::Chat => most("messages", ask.pieces, caps.messages_max)?,
        Operation::Completion => most("prompt", ask.pieces, caps.inputs_max)?,
        Operation::Embedding => most("input", ask.pieces, caps.inputs_max)?,
    }
    if let Some(alternatives) = ask.top_logprobs {
        most("logprobs", alternatives.max(1), caps.top_logprobs_max)?;
    }
    if ask.structured_output && !caps.structured_output {
        return Err(Denial::Cap { param: "response_format", allowed: Allowed::Not });
    }
    within("temperature", ask.temperature, caps.temperature)?;
    within("top_p", ask.top_p, caps.top_p)
}

fn most(param: &'static str, asked: u64, max: u64) -> Result<(), Denial> {
    match max {
        _ if asked <= max => Ok(()),
        0 => Err(Denial::Cap { param, allowed: Allowed::Not }),
        max => Err(Denial::Cap { param, allowed: Allowed::Most(max) }),
    }
}

fn within(param: &'static str, asked: Option<f64>, range: Range) -> Result<(), Denial> {
    match asked {
        Some(value) if !range.holds(value) => {
            Err(Denial::Cap { param, allowed: Allowed::Within(range) })
        }
        _ => Ok(()),
    }
}
