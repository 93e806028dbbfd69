//! What every dialect reads an answer into and writes it from.

use super::openai_chat::ChatLogprobs;
use super::openai_completions::CompletionLogprobs;
use super::texts::Texts;
use crate::report::Finish;
use crate::usage::Usage;
use crate::wire::Text;

/// One event of a stream, or one whole answer.
#[derive(Debug, Default)]
pub(crate) struct Chunk<'a> {
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) usage: Option<Usage>,
    /// Whether the backend says that this is all.
    pub(crate) done: bool,
}

/// What one chunk says of one choice.
#[derive(Debug, Default)]
pub(crate) struct Part<'a> {
    pub(crate) index: u32,
    pub(crate) role: bool,
    pub(crate) texts: Texts<'a>,
    pub(crate) tools: Vec<Tool<'a>>,
    pub(crate) logprobs: Option<Logprobs<'a>>,
    /// The block that ends with it: no more text of it comes, so what is held back of it is judged
    /// as it stands.
    pub(crate) ends: Option<u32>,
    pub(crate) finish: Finish,
}

/// Where text of a choice stands. Text of different channels is different text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Channel {
    pub(crate) said: Said,
    /// Which of several, in dialects that write a choice in blocks; for arguments, which call.
    pub(crate) block: u32,
}

/// What a text is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Said {
    Content,
    Refusal,
    Reasoning,
    /// Reasoning by its older name on the wire.
    ReasoningContent,
    /// Arguments of a call of a tool.
    Arguments,
    /// Arguments of the one call of the older `function_call`.
    Function,
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
    /// The only text of its kind in a choice.
    pub(crate) const fn only(said: Said) -> Self {
        Self { said, block: 0 }
    }

    /// The arguments of a call.
    pub(crate) fn arguments(slot: Slot) -> Self {
        match slot {
            Slot::Tool(block) => Self { said: Said::Arguments, block },
            Slot::Function => Self::only(Said::Function),
        }
    }

    /// The call whose arguments it is.
    pub(crate) fn slot(self) -> Option<Slot> {
        match self.said {
            Said::Arguments => Some(Slot::Tool(self.block)),
            Said::Function => Some(Slot::Function),
            _ => None,
        }
    }
}

impl Part<'_> {
    /// Nothing but which choice it is.
    pub(crate) fn new(index: u32) -> Self {
        Self { index, ..Self::default() }
    }

    /// Adds what came later of the same choice.
    pub(crate) fn append(&mut self, later: Self) {
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
        self.finish = later.finish;
    }

    /// Bytes of text the backend generated for it.
    pub(crate) fn bytes(&self) -> usize {
        let said = self.texts.iter().map(|(_, text)| text.len());
        let size = |text: &Option<Text<'_>>| text.as_ref().map_or(0, Text::len);
        let called = self.tools.iter().map(|tool| size(&tool.name) + size(&tool.arguments));
        said.chain(called).sum()
    }

    /// Whether it says something that the model generated.
    pub(crate) fn says(&self) -> bool {
        !self.tools.is_empty()
            || self.logprobs.is_some()
            || self.texts.iter().any(|(_, text)| !text.is_empty())
    }

    /// Its text, if it says one and nothing else.
    pub(crate) fn only_text(&self) -> Option<(Channel, &Text<'_>)> {
        let [(channel, text)] = &*self.texts else { return None };
        let only = !self.role
            && self.tools.is_empty()
            && self.logprobs.is_none()
            && self.ends.is_none()
            && self.finish == Finish::Open;
        only.then_some((*channel, text))
    }

    /// Whether a frame of it would say nothing.
    pub(crate) fn is_silent(&self) -> bool {
        !self.role
            && self.finish == Finish::Open
            && self.ends.is_none()
            && self.logprobs.is_none()
            && self.tools.is_empty()
            && self.texts.iter().all(|(_, text)| text.is_empty())
    }
}

impl Tool<'_> {
    fn append(&mut self, later: Self) {
        match (&mut self.arguments, later.arguments) {
            (Some(known), Some(more)) => known.push(more.as_str()),
            (known @ None, more) => *known = more,
            (Some(_), None) => {}
        }
    }
}
