//! Chunks and messages of a chat, as we write them.

use super::logprobs;
use crate::dialect::{Channel, Part, Said, Slot, Tool, openai};
use crate::wire;

/// Writes one choice of a chunk.
pub(super) fn delta(part: &Part<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"index\":");
    wire::number(u64::from(part.index), out);
    out.extend_from_slice(b",\"delta\":{");
    let mut fields = wire::Fields::new(out);
    if part.role {
        fields.key("role", |out| out.extend_from_slice(b"\"assistant\""));
    }
    for (channel, text) in &part.texts {
        fields.key(key(*channel), |out| text.write(out));
    }
    tools(part, Shape::Delta, &mut fields);
    out.push(b'}');
    if part.logprobs.is_some() {
        logprobs::write(part.logprobs.as_ref(), out);
    }
    openai::finish(part.finish, out);
}

/// The key of a text.
fn key(channel: Channel) -> &'static str {
    match channel.said {
        Said::Content => "content",
        Said::Refusal => "refusal",
        Said::Reasoning => "reasoning",
        Said::ReasoningContent => "reasoning_content",
        Said::Arguments | Said::Function => "arguments",
    }
}

/// Writes one choice of a whole answer.
pub(super) fn message(part: &Part<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"index\":");
    wire::number(u64::from(part.index), out);
    out.extend_from_slice(b",\"message\":{\"role\":\"assistant\",\"content\":");
    match part.texts.iter().find(|(channel, _)| channel.said == Said::Content) {
        Some((_, text)) => text.write(out),
        None => out.extend_from_slice(b"null"),
    }
    let others = part.texts.iter().filter(|(channel, _)| channel.said != Said::Content);
    let mut fields = wire::Fields::more(out);
    for (channel, text) in others {
        fields.key(key(*channel), |out| text.write(out));
    }
    if part.texts.iter().all(|(channel, _)| channel.said != Said::Refusal) {
        fields.key("refusal", |out| out.extend_from_slice(b"null"));
    }
    tools(part, Shape::Message, &mut fields);
    out.push(b'}');
    logprobs::write(part.logprobs.as_ref(), out);
    openai::finish(part.finish, out);
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Delta,
    Message,
}

fn tools(part: &Part<'_>, shape: Shape, fields: &mut wire::Fields<'_>) {
    if part.tools.is_empty() {
        return;
    }
    let (function, calls): (Vec<_>, Vec<_>) =
        part.tools.iter().partition(|tool| tool.slot == Slot::Function);
    if !calls.is_empty() {
        fields.key("tool_calls", |out| {
            wire::list(calls, out, |tool, out| call(tool, shape, out));
        });
    }
    if let Some(called) = function.first() {
        fields.key("function_call", |out| self::function(called, shape, out));
    }
}

fn call(tool: &Tool<'_>, shape: Shape, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut fields = wire::Fields::new(out);
    if shape == Shape::Delta
        && let Slot::Tool(index) = tool.slot
    {
        fields.key("index", |out| wire::number(u64::from(index), out));
    }
    if let Some(id) = &tool.id {
        fields.key("id", |out| id.write(out));
    }
    if tool.id.is_some() || tool.name.is_some() || shape == Shape::Message {
        fields.key("type", |out| out.extend_from_slice(b"\"function\""));
    }
    fields.key("function", |out| function(tool, shape, out));
    out.push(b'}');
}

fn function(tool: &Tool<'_>, shape: Shape, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut fields = wire::Fields::new(out);
    if let Some(name) = &tool.name {
        fields.key("name", |out| name.write(out));
    }
    match &tool.arguments {
        Some(arguments) => fields.key("arguments", |out| arguments.write(out)),
        None if shape == Shape::Message || tool.name.is_some() => {
            fields.key("arguments", |out| out.extend_from_slice(b"\"\""));
        }
        None => {}
    }
    out.push(b'}');
}
