//! Who may use what. Pure: the same question has the same answer; no clock, no I/O.

use crate::Policy;
use crate::policy::{Model, Tier};
use crate::words::{Allowed, Ask, Caps, Denial, Entitlement, Principal, Prompts, Range};
use crate::words::{ReleaseStage, TierId, Work};
use std::sync::Arc;

/// One question of the decision; they are asked in this order.
///
/// It is the order of disclosure: nothing is said about a model before it is sure that the caller
/// may know of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Is the principal's tier in the file?
    Tier,
    /// Is the name one of a model?
    Model,
    /// Is the revision's stage open to the tier?
    Stage,
    /// Does the model offer the operation?
    Operation,
    /// Is everything asked for within the tier's caps?
    Caps,
    /// Do prompt and answer fit the window?
    Context,
}

/// Sees each step as it is taken; so an explanation tells what was decided, not what might be.
pub(crate) trait Witness {
    /// A step was answered; `denial` if the answer was no, which ends the decision.
    fn saw(&mut self, step: Step, denial: Option<&Denial>);
}

/// Nobody looks.
impl Witness for () {
    fn saw(&mut self, _: Step, _: Option<&Denial>) {}
}

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
    decide(policy, &principal.tier, name, ask, &mut ())
}

/// [`entitle`], with a witness.
pub(crate) fn decide(
    policy: &Policy,
    tier: &TierId,
    name: &str,
    ask: &Ask,
    witness: &mut impl Witness,
) -> Result<Entitlement, Denial> {
    let mut take = |step, denial: Option<Denial>| {
        witness.saw(step, denial.as_ref());
        denial.map_or(Ok(()), Err)
    };
    let tier = policy.tier(tier);
    take(Step::Tier, tier.is_none().then_some(Denial::UnknownModel))?;
    let model = policy.model(name);
    take(Step::Model, model.is_none().then_some(Denial::UnknownModel))?;
    let (Some(tier), Some(model)) = (tier, model) else { return Err(Denial::UnknownModel) };
    take(Step::Stage, withheld(tier, model))?;
    take(Step::Operation, unsupported(model, ask))?;
    take(Step::Caps, capped(&tier.caps, ask).err())?;
    let fitted = fitted(tier, model, ask);
    take(Step::Context, fitted.as_ref().err().cloned())?;
    Ok(Entitlement {
        tier: Arc::clone(tier),
        model: Arc::clone(model),
        stage: model.stage,
        profile: tier.profiles.at(model.stage).cloned(),
        strategy_min: tier.stream_min,
        prompt_tokens: read_tokens(model, ask, ask.prompt_bytes),
        prompt_estimate: read_tokens(model, ask, likely(model, ask.prompt_bytes)),
        output_tokens: fitted?,
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
    policy.models().filter(move |model| tier.is_some_and(|tier| withheld(tier, model).is_none()))
}

/// The model called `name`, if `tier` may use it.
///
/// # Errors
///
/// [`Denial::UnknownModel`], or [`Denial::NotReleased`] for an announced one.
pub fn visible<'p>(policy: &'p Policy, tier: &Tier, name: &str) -> Result<&'p Arc<Model>, Denial> {
    let model = policy.model(name).ok_or(Denial::UnknownModel)?;
    withheld(tier, model).map_or(Ok(model), Err)
}

/// Why `tier` may not use `model`, in words that tell no more than it may know.
fn withheld(tier: &Tier, model: &Model) -> Option<Denial> {
    let released = model.stage > ReleaseStage::Draft && model.stage >= tier.sees;
    match (released, model.announced) {
        (true, _) => None,
        (false, true) => Some(Denial::NotReleased { stage: model.stage }),
        (false, false) => Some(Denial::UnknownModel),
    }
}

fn unsupported(model: &Model, ask: &Ask) -> Option<Denial> {
    let offered = model.operations.contains(&ask.operation);
    (!offered).then_some(Denial::Unsupported { operation: ask.operation })
}

/// The tokens of one answer, if the prompt is likely to leave room for them. Whether it really
/// does, the backend knows; what is reserved is an upper bound in any case.
fn fitted(tier: &Tier, model: &Model, ask: &Ask) -> Result<u64, Denial> {
    let window = tier.caps.context_tokens_max.min(model.context_tokens);
    let pieces = match ask.operation.prompts() {
        Prompts::One => ask.pieces,
        Prompts::Several => 1,
    };
    let prompt = prompt_tokens(model, pieces, likely(model, ask.part_bytes_max));
    match ask.operation.work() {
        // How far a prompt is beyond the window is what it is counted for.
        Work::Counts => return Ok(0),
        Work::Reads if prompt <= window => return Ok(0),
        Work::Reads => return Err(Denial::Context { asked: prompt, window }),
        Work::Writes => {}
    }
    let wanted = ask.output_tokens.unwrap_or(model.output_tokens_default);
    let wanted = wanted.min(tier.caps.output_tokens_max);
    let asked = prompt.saturating_add(wanted);
    // A chosen length is kept or refused; an unchosen one is lowered, but never to nothing.
    match window.checked_sub(prompt) {
        Some(room) if room > 0 && room >= wanted => Ok(wanted),
        Some(room) if room > 0 && ask.output_tokens.is_none() => Ok(room),
        _ => Err(Denial::Context { asked, window }),
    }
}

/// What so many bytes are likely to be in tokens.
fn likely(model: &Model, bytes: u64) -> u64 {
    bytes.div_ceil(model.bytes_per_token.max(1))
}

/// The tokens of all that a model reads for a call.
fn read_tokens(model: &Model, ask: &Ask, text: u64) -> u64 {
    match ask.operation.work() {
        Work::Counts => 0,
        Work::Reads | Work::Writes => prompt_tokens(model, ask.pieces, text),
    }
}

/// The tokens of a prompt with its template.
fn prompt_tokens(model: &Model, pieces: u64, text: u64) -> u64 {
    let template = model.tokens_per_piece.saturating_mul(pieces);
    text.saturating_add(template).saturating_add(model.template_tokens)
}

/// How many answers are generated: at least one, whatever was asked.
fn answers(ask: &Ask) -> u64 {
    let choices = ask.choices.max(1);
    match ask.operation.prompts() {
        Prompts::Several if ask.operation.generates() => choices.saturating_mul(ask.pieces.max(1)),
        Prompts::One | Prompts::Several => choices,
    }
}

fn capped(caps: &Caps, ask: &Ask) -> Result<(), Denial> {
    let fields = ask.operation.fields();
    most("n", ask.choices, caps.choices_max)?;
    most(fields.stops, ask.stops, caps.stops_max)?;
    most("tools", ask.tools, caps.tools_max)?;
    let pieces_max = match ask.operation.prompts() {
        Prompts::One => caps.messages_max,
        Prompts::Several => caps.inputs_max,
    };
    most(fields.prompt, ask.pieces, pieces_max)?;
    if let Some(alternatives) = ask.top_logprobs {
        most(fields.logprobs, alternatives.max(1), caps.top_logprobs_max)?;
    }
    if ask.structured_output && !caps.structured_output {
        return Err(Denial::Cap { param: fields.format, allowed: Allowed::Not });
    }
    within(fields.temperature, ask.temperature, caps.temperature)?;
    within(fields.top_p, ask.top_p, caps.top_p)?;
    if ask.operation.generates() {
        most(fields.output_tokens, ask.output_tokens.unwrap_or(0), caps.output_tokens_max)?;
    }
    Ok(())
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

#[cfg(test)]
mod tests;
