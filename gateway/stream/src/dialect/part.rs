//! What every dialect reads an answer into and writes it from.

use super::openai_chat::ChatLogprobs;
use super::openai_completions::CompletionLogprobs;
use crate::report::Finish;
use crate::usage::Usage;
use crate::wire::Text;

/// One event of a stream, or one whole answer.
#[derive(Debug, Default)]
pub(crate) struct Chunk<'a> {
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) usage: Option<Usage>,
}

/// What one chunk says of one choice.
#[derive(Debug, Default)]
pub(crate) struct Part<'a> {
    pub(crate) index: u32,
    pub(crate) role: bool,
    pub(crate) texts: Vec<(Channel, Text<'a>)>,
    pub(crate) tools: Vec<Tool<'a>>,
    pub(crate) logprobs: Option<Logprobs<'a>>,
    pub(crate) finish: Finish,
}

/// Where text of a choice stands. Text of different channels is different text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Channel {
    Reasoning,
    ReasoningContent,
    Content,
    Refusal,
    Completion,
    Arguments(Slot),
}

/// Which call of a tool.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Slot {
    Tool(u32),
    /// The one call of the older `function_call`.
    Function,
}

/// A piece of a call of a tool.
#[derive(Debug)]
pub(crate) struct Tool<'a> {
    pub(crate) slot: Slot,
    pub(crate) id: Option<Text<'a>>,
    pub(crate) name: Option<Text<'a>>,
    pub(crate) arguments: Option<Text<'a>>,
}

/// Probabilities of tokens; they repeat the text, so a filtered answer has none.
#[derive(Debug)]
pub(crate) enum Logprobs<'a> {
    Chat(ChatLogprobs<'a>),
    Completion(CompletionLogprobs<'a>),
}

impl Channel {
    /// Its key on the wire.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Reasoning => "reasoning",
            Self::ReasoningContent => "reasoning_content",
            Self::Content => "content",
            Self::Refusal => "refusal",
            Self::Completion => "text",
            Self::Arguments(_) => "arguments",
        }
    }
}

impl Part<'_> {
    /// Nothing but which choice it is.
    pub(crate) fn new(index: u32) -> Self {
        Self { index, ..Self::default() }
    }

    /// Adds what came later of the same choice.
    pub(crate) fn append(&mut self, later: Part<'static>) {
        for (channel, text) in later.texts {
            match self.texts.iter_mut().find(|(known, _)| *known == channel) {
                Some((_, known)) => known.push(text.as_str()),
                None => self.texts.push((channel, text)),
            }
        }
        for tool in later.tools {
            match self.tools.iter_mut().find(|known| known.slot == tool.slot) {
                Some(known) => known.append(tool),
                None => self.tools.push(tool),
            }
        }
    }

    /// Bytes of text the backend generated for it.
    pub(crate) fn bytes(&self) -> usize {
        let said = self.texts.iter().map(|(_, text)| text.len());
        let size = |text: &Option<Text<'_>>| text.as_ref().map_or(0, Text::len);
        let called = self.tools.iter().map(|tool| size(&tool.name) + size(&tool.arguments));
        said.chain(called).sum()
    }

    /// Whether a frame of it would say nothing.
    pub(crate) fn is_silent(&self) -> bool {
        !self.role
            && self.finish == Finish::Open
            && self.logprobs.is_none()
            && self.tools.is_empty()
            && self.texts.iter().all(|(_, text)| text.is_empty())
    }
}

impl Tool<'_> {
    fn append(&mut self, later: Tool<'static>) {
        match (&mut self.arguments, later.arguments) {
            (Some(known), Some(more)) => known.push(more.as_str()),
            (known @ None, more) => *known = more,
            (Some(_), None) => {}
        }
    }
}
