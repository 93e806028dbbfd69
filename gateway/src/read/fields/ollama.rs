//! Ollama's own chat and generate.
//!
//! Source: Ollama's `docs/api.md`. How a server runs is its operator's: what loads, unloads and
//! sizes a model is dropped, since clients send it by habit, and what goes round the model's own
//! template is refused.

use super::{Field, TOOL, Use};
use crate::read::rule::{Member, Rule};

pub(super) const CHATS: &[&[Field]] = &[CHAT, COMMON];
pub(super) const GENERATES: &[&[Field]] = &[GENERATE, COMMON];

const COMMON: &[Field] = &[
    ("model", Use::Read(Rule::Text)),
    ("stream", Use::Read(Rule::Flag)),
    // Empty is how some clients leave it out.
    ("format", Use::Send(Rule::WordOr(&["json", ""], &Rule::Map))),
    ("think", Use::Send(Rule::WordOr(&["low", "medium", "high", "max"], &Rule::Flag))),
    ("options", Use::Within(OPTIONS)),
    // Zero would unload the model.
    ("keep_alive", Use::Drop(Rule::Any)),
];

const CHAT: &[Field] = &[
    ("messages", Use::Send(Rule::List(&Rule::Object(MESSAGE)))),
    ("tools", Use::Send(Rule::List(&Rule::Object(TOOL)))),
];

const GENERATE: &[Field] = &[
    ("prompt", Use::Send(Rule::Text)),
    ("suffix", Use::Send(Rule::Text)),
    ("system", Use::Send(Rule::Text)),
    ("images", Use::Refuse("no filter reads images yet")),
    ("raw", Use::Refuse("the model's own template is always used")),
    ("template", Use::Refuse("the model's own template is always used")),
    ("context", Use::Refuse("nothing is kept; use /api/chat and send the whole conversation")),
];

const MESSAGE: &[Member] = &[
    ("role", Rule::Word(&["system", "user", "assistant", "tool"])),
    ("content", Rule::Text),
    ("thinking", Rule::Text),
    ("tool_calls", Rule::List(&Rule::Object(TOOL_CALL))),
    ("tool_name", Rule::Text),
    ("tool_call_id", Rule::Text),
    // No filter reads an image yet.
    ("images", Rule::Nothing),
];

const TOOL_CALL: &[Member] = &[
    ("id", Rule::Text),
    ("type", Rule::Word(&["function"])),
    (
        "function",
        Rule::Object(&[
            ("index", Rule::Count(0, 1024)),
            ("name", Rule::Text),
            ("description", Rule::Text),
            ("arguments", Rule::Map),
        ]),
    ),
];

const OPTIONS: &[Field] = &[
    ("num_predict", Use::Read(Rule::Whole)),
    ("temperature", Use::Send(Rule::Number(0.0, 2.0))),
    ("top_p", Use::Send(Rule::Number(0.0, 1.0))),
    ("top_k", Use::Send(Rule::Whole)),
    ("min_p", Use::Send(Rule::Number(0.0, 1.0))),
    ("typical_p", Use::Send(Rule::Number(0.0, 1.0))),
    ("seed", Use::Send(Rule::Whole)),
    ("stop", Use::Send(Rule::List(&Rule::Text))),
    ("repeat_last_n", Use::Send(Rule::Whole)),
    ("repeat_penalty", Use::Send(Rule::Number(0.0, 4.0))),
    ("presence_penalty", Use::Send(Rule::Number(-2.0, 2.0))),
    ("frequency_penalty", Use::Send(Rule::Number(-2.0, 2.0))),
    ("mirostat", Use::Send(Rule::Count(0, 2))),
    ("mirostat_tau", Use::Send(Rule::Number(0.0, 100.0))),
    ("mirostat_eta", Use::Send(Rule::Number(0.0, 1.0))),
    ("penalize_newline", Use::Send(Rule::Flag)),
    // A value other than the server's own would have it load the model anew, for everyone.
    ("num_ctx", Use::Drop(Rule::Whole)),
    ("num_keep", Use::Drop(Rule::Whole)),
    ("num_batch", Use::Drop(Rule::Whole)),
    ("num_gpu", Use::Drop(Rule::Whole)),
    ("main_gpu", Use::Drop(Rule::Whole)),
    ("num_thread", Use::Drop(Rule::Whole)),
    ("numa", Use::Drop(Rule::Flag)),
    ("low_vram", Use::Drop(Rule::Flag)),
    ("use_mmap", Use::Drop(Rule::Flag)),
    ("use_mlock", Use::Drop(Rule::Flag)),
];
