//! OpenAI's responses: `POST /v1/responses`.
//!
//! Source: the OpenAI API reference. Nothing is kept between calls, so what points to an earlier
//! one is refused; and of tools only functions, which the caller runs itself.

use super::openai::COMMON;
use super::{EFFORT, Field, MODERATION, TOKENS_MAX, Use};
use crate::read::rule::{Member, Rule, Shape};

pub(super) const RESPONSES: &[&[Field]] = &[RESPONSE, STATE, COMMON];

const RESPONSE: &[Field] = &[
    ("input", Use::Send(Rule::TextOr(&Rule::List(&ITEM)))),
    ("instructions", Use::Send(Rule::Text)),
    ("max_output_tokens", Use::Read(Rule::Count(1, TOKENS_MAX))),
    ("stream", Use::Read(Rule::Flag)),
    ("stream_options", Use::Drop(Rule::Object(&[("include_obfuscation", Rule::Flag)]))),
    ("temperature", Use::Send(Rule::Number(0.0, 2.0))),
    ("top_p", Use::Send(Rule::Number(0.0, 1.0))),
    ("top_logprobs", Use::Send(Rule::Count(0, 20))),
    ("include", Use::Read(Rule::List(&Rule::Word(&[LOGPROBS, SEALED])))),
    ("tools", Use::Send(Rule::List(&TOOL))),
    ("tool_choice", Use::Send(Rule::TextOr(&TOOL_CHOICE))),
    ("parallel_tool_calls", Use::Send(Rule::Flag)),
    ("max_tool_calls", Use::Drop(Rule::Count(1, 1024))),
    ("text", Use::Send(Rule::Object(&[("format", FORMAT), ("verbosity", LEVEL)]))),
    ("reasoning", Use::Send(Rule::Object(&[("effort", EFFORT), ("summary", SUMMARY)]))),
    ("moderation", Use::Read(MODERATION)),
    ("truncation", Use::Send(Rule::Word(&["auto", "disabled"]))),
    ("prompt_cache_retention", Use::Drop(Rule::Text)),
];

/// What a server would have to remember.
const STATE: &[Field] = &[
    ("previous_response_id", Use::Refuse("nothing is kept; send the whole conversation")),
    ("conversation", Use::Refuse("nothing is kept; send the whole conversation")),
    ("prompt", Use::Refuse("no prompts are kept; send the text")),
    ("background", Use::Refuse("an answer is given to its own call")),
    ("store", Use::Refuse("nothing is kept; write `false`")),
];

/// Log-probabilities of the answer.
pub(in crate::read) const LOGPROBS: &str = "message.output_text.logprobs";
/// Clients ask for sealed reasoning by habit. Asked for or not, none comes.
const SEALED: &str = "reasoning.encrypted_content";

const STATE_OF_ITEM: Rule = Rule::Word(&["in_progress", "completed", "incomplete"]);
const LEVEL: Rule = Rule::Word(&["low", "medium", "high"]);
const SUMMARY: Rule = Rule::Word(&["auto", "concise", "detailed"]);

const ITEM: Rule = Rule::Shapes(Some("message"), ITEMS);

const ITEMS: &[Shape] = &[
    (
        "message",
        &[
            ("id", Rule::Text),
            ("role", Rule::Word(&["user", "assistant", "system", "developer"])),
            ("content", Rule::TextOr(&Rule::List(&Rule::Shapes(None, PARTS)))),
            ("status", STATE_OF_ITEM),
            ("phase", Rule::Word(&["commentary", "final_answer"])),
        ],
    ),
    (
        "function_call",
        &[
            ("id", Rule::Text),
            ("call_id", Rule::Text),
            ("name", Rule::Text),
            ("arguments", Rule::Text),
            ("status", STATE_OF_ITEM),
        ],
    ),
    (
        "function_call_output",
        &[
            ("id", Rule::Text),
            ("call_id", Rule::Text),
            ("output", Rule::TextOr(&Rule::List(&Rule::Shapes(None, &[INPUT_TEXT])))),
            ("status", STATE_OF_ITEM),
        ],
    ),
    (
        "reasoning",
        &[
            ("id", Rule::Text),
            ("summary", Rule::List(&Rule::Shapes(None, &[("summary_text", TEXT)]))),
            ("content", Rule::List(&Rule::Shapes(None, &[("reasoning_text", TEXT)]))),
            // No filter of prompts could read it.
            ("encrypted_content", Rule::Nothing),
            ("status", STATE_OF_ITEM),
        ],
    ),
];

const TEXT: &[Member] = &[("text", Rule::Text)];
const INPUT_TEXT: Shape = ("input_text", TEXT);

/// Parts other than text are refused: no filter reads an image or a sound yet.
const PARTS: &[Shape] = &[
    INPUT_TEXT,
    (
        "output_text",
        &[("text", Rule::Text), ("annotations", Rule::Nothing), ("logprobs", Rule::Nothing)],
    ),
    ("refusal", &[("refusal", Rule::Text)]),
];

const TOOL: Rule = Rule::Shapes(
    None,
    &[(
        "function",
        &[
            ("name", Rule::Text),
            ("description", Rule::Text),
            ("parameters", Rule::Any),
            ("strict", Rule::Flag),
        ],
    )],
);

const TOOL_CHOICE: Rule = Rule::Shapes(None, &[("function", &[("name", Rule::Text)])]);

const FORMAT: Rule = Rule::Shapes(
    None,
    &[
        ("text", &[]),
        ("json_object", &[]),
        (
            "json_schema",
            &[
                ("name", Rule::Text),
                ("description", Rule::Text),
                ("schema", Rule::Any),
                ("strict", Rule::Flag),
            ],
        ),
    ],
);
