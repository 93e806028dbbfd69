//! Whether what is asked for fits: the model, the tier's caps, the window.

use crate::policy::{Model, Tier};
use crate::words::{Allowed, Ask, Caps, Denial, Prompts, Range, Work};

pub(super) fn unsupported(model: &Model, ask: &Ask) -> Option<Denial> {
    let offered = model.operations.contains(&ask.operation);
    (!offered).then_some(Denial::Unsupported { operation: ask.operation })
}

/// The tokens of one answer, if the prompt is likely to leave room for them. Whether it really
/// does, the backend knows; what is reserved is an upper bound in any case.
pub(super) fn fitted(tier: &Tier, model: &Model, ask: &Ask) -> Result<u64, Denial> {
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
pub(super) fn likely(model: &Model, bytes: u64) -> u64 {
    bytes.div_ceil(model.bytes_per_token.max(1))
}

/// The tokens of all that a model reads for a call.
pub(super) fn read_tokens(model: &Model, ask: &Ask, text: u64) -> u64 {
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
pub(super) fn answers(ask: &Ask) -> u64 {
    let choices = ask.choices.max(1);
    match ask.operation.prompts() {
        Prompts::Several if ask.operation.generates() => choices.saturating_mul(ask.pieces.max(1)),
        Prompts::One | Prompts::Several => choices,
    }
}

pub(super) fn capped(caps: &Caps, ask: &Ask) -> Result<(), Denial> {
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
