//! OpenAI's chat completions, completions and embeddings.
//!
//! Sources: the OpenAI API reference, and the sampling fields that vLLM, SGLang and llama.cpp
//! share (`top_k`, `min_p`, `repetition_penalty`).

use super::{EFFORT, Field, MODERATION, TOKENS_MAX, TOOL, Use};
use crate::read::rule::{Member, Rule};

pub(super) const CHATS: &[&[Field]] = &[CHAT, SAMPLING, COMMON];
pub(super) const COMPLETIONS: &[&[Field]] = &[COMPLETION, SAMPLING, COMMON];
pub(super) const EMBEDDINGS: &[&[Field]] = &[EMBEDDING, COMMON];

/// What says who asks, and how to bill or cache it: known to us by other means.
pub(super) const COMMON: &[Field] = &[
    ("model", Use::Read(Rule::Text)),
    ("user", Use::Read(Rule::Text)),
    ("safety_identifier", Use::Read(Rule::Text)),
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

const CHAT: &[Field] = &[
    ("messages", Use::Send(Rule::List(&Rule::Object(MESSAGE)))),
    ("max_completion_tokens", Use::Read(Rule::Count(1, TOKENS_MAX))),
    ("logprobs", Use::Send(Rule::Flag)),
    ("top_logprobs", Use::Send(Rule::Count(0, 20))),
    ("tools", Use::Send(Rule::List(&Rule::Object(TOOL)))),
    ("tool_choice", Use::Send(Rule::TextOr(&Rule::Object(TOOL_CHOICE)))),
    ("parallel_tool_calls", Use::Send(Rule::Flag)),
    ("response_format", Use::Send(Rule::Object(FORMAT))),
    ("reasoning_effort", Use::Send(EFFORT)),
    ("moderation", Use::Read(MODERATION)),
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

const MESSAGE: &[Member] = &[
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

const PART: &[Member] =
    &[("type", Rule::Word(&["text", "refusal"])), ("text", Rule::Text), ("refusal", Rule::Text)];

const TOOL_CALL: &[Member] = &[
    ("id", Rule::Text),
    ("index", Rule::Count(0, 1024)),
    ("type", Rule::Word(&["function"])),
    ("function", Rule::Object(&[("name", Rule::Text), ("arguments", Rule::Text)])),
];

const TOOL_CHOICE: &[Member] =
    &[("type", Rule::Word(&["function"])), ("function", Rule::Object(&[("name", Rule::Text)]))];

const FORMAT: &[Member] = &[
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
