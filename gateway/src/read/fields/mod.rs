//! The fields of each operation: what is sent on, what we read, what is dropped, what is refused.
//!
//! What is in no table is refused. Not passed on, whatever an engine would make of them: chat
//! templates, token ids, grammars, scheduling, cache and adapter fields; what a server would keep
//! or fetch; and what no filter of prompts could read: images, sound, files, sealed reasoning.

mod anthropic;
mod ollama;
mod openai;
mod rerank;
mod responses;

use super::rule::{Member, Rule};
pub(super) use responses::LOGPROBS;
use sluice_config::words::Operation;
use sluice_stream::moderation::MODELS;

/// What becomes of a field.
#[derive(Debug)]
pub(super) enum Use {
    /// Checked, and sent on as written.
    Send(Rule),
    /// Checked and read; what is sent is ours.
    Read(Rule),
    /// Checked and dropped: harmless, and no business of a backend's.
    Drop(Rule),
    /// Refused on every tier, for this reason, unless it says nothing.
    Refuse(&'static str),
    /// An object, each member of which is a field of its own.
    Within(&'static [Field]),
}

/// A field, and what becomes of it.
pub(super) type Field = (&'static str, Use);

/// The fields of an operation.
pub(super) fn of(operation: Operation) -> &'static [&'static [Field]] {
    match operation {
        Operation::Chat => openai::CHATS,
        Operation::Completion => openai::COMPLETIONS,
        Operation::Response => responses::RESPONSES,
        Operation::Embedding => openai::EMBEDDINGS,
        Operation::Rerank => rerank::RERANKS,
        Operation::Score => rerank::SCORES,
        Operation::Message => anthropic::MESSAGES,
        Operation::CountTokens => anthropic::COUNTS,
        Operation::OllamaChat => ollama::CHATS,
        Operation::OllamaGenerate => ollama::GENERATES,
    }
}

/// The field of an operation by name. Each operation has a search of its own, so that the compiler
/// knows the names it compares with.
pub(super) fn find(operation: Operation, name: &str) -> Option<&'static Field> {
    match operation {
        Operation::Chat => among(openai::CHATS, name),
        Operation::Completion => among(openai::COMPLETIONS, name),
        Operation::Response => among(responses::RESPONSES, name),
        Operation::Embedding => among(openai::EMBEDDINGS, name),
        Operation::Rerank => among(rerank::RERANKS, name),
        Operation::Score => among(rerank::SCORES, name),
        Operation::Message => among(anthropic::MESSAGES, name),
        Operation::CountTokens => among(anthropic::COUNTS, name),
        Operation::OllamaChat => among(ollama::CHATS, name),
        Operation::OllamaGenerate => among(ollama::GENERATES, name),
    }
}

#[inline]
fn among(tables: &'static [&'static [Field]], name: &str) -> Option<&'static Field> {
    tables.iter().copied().flatten().find(|field| field.0 == name)
}

/// More than any model here can write; keeps sums far from overflow.
const TOKENS_MAX: u64 = 1 << 24;

/// A tool, as OpenAI and Ollama write one.
const TOOL: &[Member] = &[
    ("type", Rule::Word(&["function"])),
    (
        "function",
        Rule::Object(&[
            ("name", Rule::Text),
            ("description", Rule::Text),
            ("parameters", Rule::Any),
            ("strict", Rule::Flag),
        ]),
    ),
];

/// What is to be said of what filters find, and what is to be done about it.
const MODERATION: Rule = Rule::Object(&[
    ("model", Rule::Word(MODELS)),
    ("policy", Rule::Object(&[("input", MODE), ("output", MODE)])),
]);
const MODE: Rule = Rule::Object(&[("mode", Rule::Word(&["score", BLOCK]))]);
/// What is found is stopped.
pub(super) const BLOCK: &str = "block";

/// How hard a model is to think, where a word says it.
const EFFORT: Rule = Rule::Word(&["none", "minimal", "low", "medium", "high", "xhigh", "max"]);
