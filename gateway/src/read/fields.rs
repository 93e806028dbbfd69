//! The fields of each operation: what is sent on, what we read, what is dropped, what is refused.
//!
//! Sources: the OpenAI API reference for chat completions, completions and embeddings, and the
//! sampling fields that vLLM, SGLang and llama.cpp share (`top_k`, `min_p`, `repetition_penalty`).
//! Not passed on, whatever an engine would make of them: chat templates, token ids, grammars,
//! scheduling, cache and adapter fields.

use super::rule::Rule;
use sluice_config::words::Operation;

/// What becomes of a field.
#[derive(Debug)]
pub(super) enum Use {
    /// Checked, and sent on as written.
    Send(Rule),
    /// Checked and read; what is sent is ours.
    Read(Rule),
    /// Checked and dropped: harmless, and no business of a backend's.
    Drop(Rule),
}

pub(super) type Field = (&'static str, Use);

const CHATS: &[&[Field]] = &[CHAT, SAMPLING, COMMON];
const COMPLETIONS: &[&[Field]] = &[COMPLETION, SAMPLING, COMMON];
const EMBEDDINGS: &[&[Field]] = &[EMBEDDING, COMMON];

/// The fields of an operation.
pub(super) fn of(operation: Operation) -> &'static [&'static [Field]] {
    match operation {
        Operation::Chat => CHATS,
        Operation::Completion => COMPLETIONS,
        Operation::Embedding => EMBEDDINGS,
    }
}

/// The field of an operation by name. Each operation has a search of its own, so that the compiler
/// knows the names it compares with.
pub(super) fn find(operation: Operation, name: &str) -> Option<&'static Field> {
    match operation {
        Operation::Chat => among(CHATS, name),
        Operation::Completion => among(COMPLETIONS, name),
        Operation::Embedding => among(EMBEDDINGS, name),
    }
}

#[inline]
fn among(tables: &'static [&'static [Field]], name: &str) -> Option<&'static Field> {
    tables.iter().copied().flatten().find(|field| field.0 == name)
}

const COMMON: &[Field] = &[
    ("model", Use::Read(Rule::Text)),
    ("user", Use::Drop(Rule::Text)),
    ("safety_identifier", Use::Drop(Rule::Text)),
    ("prompt_cache_key", Use::Drop(Rule::Text)),
    ("metadata", Use::Drop(Rule::Any)),
    ("service_tier", Use::Drop(Rule::Text)),
];

const SAMPLING: &[Field] = &[
    ("stream", Use::Read(Rule::Flag)),
    (
        "stream_options",
        Use::Read(Rule::Object(&[
            ("include_usage", Rule::Flag),
            ("include_obfuscation", Rule::Flag),
        ])),
    ),
    ("max_tokens", Use::Read(Rule::Count(1, TOKENS_MAX))),
    ("n", Use::Send(Rule::Count(1, 128))),
    ("stop", Use::Send(Rule::TextOr(&Rule::List(&Rule::Text)))),
    ("temperature", Use::Send(Rule::Number(0.0, 2.0))),
    ("top_p", Use::Send(Rule::Number(0.0, 1.0))),
    ("top_k", Use::Send(Rule::Whole)),
    ("min_p", Use::Send(Rule::Number(0.0, 1.0))),
    ("presence_penalty", Use::Send(Rule::Number(-2.0, 2.0))),
    ("frequency_penalty", Use::Send(Rule::Number(-2.0, 2.0))),
    ("repetition_penalty", Use::Send(Rule::Number(0.0, 4.0))),
    ("seed", Use::Send(Rule::Whole)),
];

/// More than any model here can write; keeps sums far from overflow.
const TOKENS_MAX: u64 = 1 << 24;

const CHAT: &[Field] = &[
    ("messages", Use::Send(Rule::List(&Rule::Object(MESSAGE)))),
    ("max_completion_tokens", Use::Read(Rule::Count(1, TOKENS_MAX))),
    ("logprobs", Use::Send(Rule::Flag)),
    ("top_logprobs", Use::Send(Rule::Count(0, 20))),
    ("tools", Use::Send(Rule::List(&Rule::Object(TOOL)))),
    ("tool_choice", Use::Send(Rule::TextOr(&Rule::Object(TOOL_CHOICE)))),
    ("parallel_tool_calls", Use::Send(Rule::Flag)),
    ("response_format", Use::Send(Rule::Object(FORMAT))),
    (
        "reasoning_effort",
        Use::Send(Rule::Word(&["none", "minimal", "low", "medium", "high", "xhigh"])),
    ),
    ("modalities", Use::Drop(Rule::List(&Rule::Word(&["text"])))),
    ("store", Use::Drop(Rule::No)),
];

const COMPLETION: &[Field] = &[
    ("prompt", Use::Send(Rule::TextOr(&Rule::List(&Rule::Text)))),
    ("suffix", Use::Send(Rule::Text)),
    ("logprobs", Use::Send(Rule::Count(0, 20))),
    ("echo", Use::Drop(Rule::No)),
    ("best_of", Use::Drop(Rule::Count(1, 1))),
];

const EMBEDDING: &[Field] = &[
    ("input", Use::Send(Rule::TextOr(&Rule::List(&Rule::Text)))),
    ("encoding_format", Use::Send(Rule::Word(&["float", "base64"]))),
    ("dimensions", Use::Send(Rule::Count(1, 65_536))),
];

const MESSAGE: &[(&str, Rule)] = &[
    ("role", Rule::Word(&["system", "developer", "user", "assistant", "tool"])),
    // Parts other than text are refused: no filter reads an image or a sound yet.
    ("content", Rule::TextOr(&Rule::List(&Rule::Object(PART)))),
    ("name", Rule::Text),
    ("refusal", Rule::Text),
    ("reasoning", Rule::Text),
    ("reasoning_content", Rule::Text),
    ("tool_call_id", Rule::Text),
    ("tool_calls", Rule::List(&Rule::Object(TOOL_CALL))),
];

const PART: &[(&str, Rule)] =
    &[("type", Rule::Word(&["text", "refusal"])), ("text", Rule::Text), ("refusal", Rule::Text)];

const TOOL_CALL: &[(&str, Rule)] = &[
    ("id", Rule::Text),
    ("index", Rule::Count(0, 1024)),
    ("type", Rule::Word(&["function"])),
    ("function", Rule::Object(&[("name", Rule::Text), ("arguments", Rule::Text)])),
];

const TOOL: &[(&str, Rule)] = &[
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

const TOOL_CHOICE: &[(&str, Rule)] =
    &[("type", Rule::Word(&["function"])), ("function", Rule::Object(&[("name", Rule::Text)]))];

const FORMAT: &[(&str, Rule)] = &[
    ("type", Rule::Word(&["text", "json_object", "json_schema"])),
    (
        "json_schema",
        Rule::Object(&[
            ("name", Rule::Text),
            ("description", Rule::Text),
            ("schema", Rule::Any),
            ("strict", Rule::Flag),
        ]),
    ),
];
