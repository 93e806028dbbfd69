//! Anthropic's messages, and the counting of their tokens.
//!
//! Source: the Anthropic API reference. Of tools only the caller's own are taken: what a server
//! would run, fetch or keep is refused.

use super::{EFFORT, Field, TOKENS_MAX, Use};
use crate::read::rule::{Member, Rule, Shape};

pub(super) const MESSAGES: &[&[Field]] = &[MESSAGE, PROMPT, REMOTE];
pub(super) const COUNTS: &[&[Field]] = &[PROMPT, REMOTE];

/// What is counted as well as answered.
const PROMPT: &[Field] = &[
    ("model", Use::Read(Rule::Text)),
    ("messages", Use::Send(Rule::List(&Rule::Object(TURN)))),
    ("system", Use::Send(Rule::TextOr(&Rule::List(&Rule::Shapes(None, &[TEXT]))))),
    ("tools", Use::Send(Rule::List(&Rule::Shapes(Some("custom"), &[("custom", TOOL)])))),
    ("tool_choice", Use::Send(Rule::Shapes(None, TOOL_CHOICE))),
    ("thinking", Use::Send(Rule::Shapes(None, THINKING))),
    ("output_config", Use::Send(Rule::Object(&[("effort", EFFORT), ("format", FORMAT)]))),
    ("cache_control", Use::Drop(CACHE)),
];

const MESSAGE: &[Field] = &[
    ("max_tokens", Use::Read(Rule::Count(1, TOKENS_MAX))),
    ("stream", Use::Read(Rule::Flag)),
    ("stop_sequences", Use::Send(Rule::List(&Rule::Text))),
    ("temperature", Use::Send(Rule::Number(0.0, 2.0))),
    ("top_p", Use::Send(Rule::Number(0.0, 1.0))),
    ("top_k", Use::Send(Rule::Whole)),
    ("metadata", Use::Read(Rule::Any)),
    ("service_tier", Use::Drop(Rule::Text)),
];

/// What a server would run, fetch or keep.
const REMOTE: &[Field] = &[
    ("container", Use::Refuse("no code is run here")),
    ("mcp_servers", Use::Refuse("no other servers are asked; call tools yourself")),
    ("context_management", Use::Refuse("nothing is kept; send the whole conversation")),
];

const TURN: &[Member] = &[
    ("role", Rule::Word(&["user", "assistant"])),
    ("content", Rule::TextOr(&Rule::List(&Rule::Shapes(None, BLOCKS)))),
];

/// Blocks of images and documents are refused, since no filter of prompts reads them yet; and
/// `redacted_thinking`, since none ever could.
const BLOCKS: &[Shape] = &[
    TEXT,
    (
        "tool_use",
        &[("id", Rule::Text), ("name", Rule::Text), ("input", Rule::Any), ("cache_control", CACHE)],
    ),
    (
        "tool_result",
        &[
            ("tool_use_id", Rule::Text),
            ("content", Rule::TextOr(&Rule::List(&Rule::Shapes(None, &[TEXT])))),
            ("is_error", Rule::Flag),
            ("cache_control", CACHE),
        ],
    ),
    ("thinking", &[("thinking", Rule::Text), ("signature", Rule::Text)]),
];

const TEXT: Shape =
    ("text", &[("text", Rule::Text), ("cache_control", CACHE), ("citations", Rule::Nothing)]);

/// Marks what a server may keep for the next call; it changes no answer.
const CACHE: Rule = Rule::Shapes(None, &[("ephemeral", &[("ttl", Rule::Word(&["5m", "1h"]))])]);

const TOOL: &[Member] = &[
    ("name", Rule::Text),
    ("description", Rule::Text),
    ("input_schema", Rule::Any),
    ("input_examples", Rule::Any),
    ("strict", Rule::Flag),
    ("cache_control", CACHE),
];

const ALONE: Member = ("disable_parallel_tool_use", Rule::Flag);

const TOOL_CHOICE: &[Shape] = &[
    ("auto", &[ALONE]),
    ("any", &[ALONE]),
    ("tool", &[("name", Rule::Text), ALONE]),
    ("none", &[]),
];

const DISPLAY: Member = ("display", Rule::Word(&["summarized", "omitted"]));

const THINKING: &[Shape] = &[
    ("enabled", &[("budget_tokens", Rule::Count(1, TOKENS_MAX)), DISPLAY]),
    ("adaptive", &[DISPLAY]),
    ("disabled", &[]),
];

const FORMAT: Rule = Rule::Shapes(None, &[("json_schema", &[("schema", Rule::Any)])]);
