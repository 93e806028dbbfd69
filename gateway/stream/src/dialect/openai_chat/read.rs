//! Chunks and messages of a chat, as a backend writes them. Fields not named here are dropped; a
//! field written twice is a fault.

use super::ChatLogprobs;
use crate::dialect::{Channel, Chunk, Logprobs, Part, Said, Slot, Tool, openai};
use crate::plan::Fault;
use crate::report::Finish;
use crate::wire::Text;
use serde::Deserialize;

#[derive(Deserialize)]
struct Streamed<'a> {
    #[serde(default)]
    index: u32,
    #[serde(borrow)]
    delta: Option<Message<'a>>,
    #[serde(borrow)]
    logprobs: Option<ChatLogprobs<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Complete<'a> {
    #[serde(default)]
    pub(super) index: u32,
    #[serde(borrow)]
    pub(super) message: Message<'a>,
    #[serde(borrow)]
    pub(super) logprobs: Option<ChatLogprobs<'a>>,
    #[serde(borrow)]
    pub(super) finish_reason: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub(super) role: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) reasoning: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) reasoning_content: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) content: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) refusal: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) tool_calls: Option<Vec<Called<'a>>>,
    #[serde(borrow)]
    pub(super) function_call: Option<Function<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Called<'a> {
    index: Option<u32>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    function: Option<Function<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct Function<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    arguments: Option<Text<'a>>,
}

/// Reads one event.
pub(super) fn chunk(data: &str) -> Result<Chunk<'_>, Fault> {
    openai::read(data, |Streamed { index, delta, logprobs, finish_reason }| {
        part(index, delta.unwrap_or_default(), logprobs, finish_reason)
    })
}

/// Reads a whole answer.
pub(super) fn message(body: &str) -> Result<Chunk<'_>, Fault> {
    openai::read(body, |Complete { index, message, logprobs, finish_reason }| {
        part(index, message, logprobs, finish_reason)
    })
}

/// What a choice says.
pub(super) fn part<'a>(
    index: u32,
    said: Message<'a>,
    logprobs: Option<ChatLogprobs<'a>>,
    finish: Option<Text<'a>>,
) -> Part<'a> {
    let Message { role, reasoning, reasoning_content, content, refusal, tool_calls, function_call } =
        said;
    let texts = [
        (Channel::only(Said::Reasoning), reasoning),
        (Channel::only(Said::ReasoningContent), reasoning_content),
        (Channel::only(Said::Content), content),
        (Channel::only(Said::Refusal), refusal),
    ];
    let called = tool_calls.into_iter().flatten().enumerate().map(|(place, called)| {
        let index = called.index.or(u32::try_from(place).ok()).unwrap_or(u32::MAX);
        tool(Slot::Tool(index), called.id, called.function.unwrap_or_default())
    });
    let function = function_call.map(|function| tool(Slot::Function, None, function));
    let said = texts.into_iter().filter_map(|(at, text)| Some((at, text?)));
    Part {
        index,
        role: role.is_some(),
        texts: said.collect(),
        tools: called.chain(function).collect(),
        logprobs: logprobs.map(Logprobs::Chat),
        ends: None,
        finish: finish.map_or(Finish::Open, |word| Finish::read(word.as_str())),
    }
}

fn tool<'a>(slot: Slot, id: Option<Text<'a>>, function: Function<'a>) -> Tool<'a> {
    Tool { slot, id, name: function.name, arguments: function.arguments }
}
