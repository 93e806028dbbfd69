//! What items and their pieces are, and the words of the wire for them.

use crate::dialect::{Channel, Said, Slot};
use crate::plan::Fault;

/// Items and pieces of items one answer may have.
pub(super) const BLOCKS_MAX: usize = 1024;

/// What an item is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Item {
    Message,
    Reasoning,
    Call,
}

/// What a piece of an item is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    Text,
    Refusal,
    Reasoning,
    /// Of reasoning.
    Summary,
    /// Of a call: its only piece.
    Arguments,
}

/// What a number of [`Channel::block`] stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Block {
    Item(Item),
    Piece(Piece),
    /// All the backend had to say: text that comes behind its end is what was held back.
    All,
}

/// The number of [`Block::All`].
pub(super) const ALL: u32 = u32::MAX;

/// The blocks of an answer, numbered from 1: 0 is the text of all messages.
#[derive(Debug, Default)]
pub(super) struct Blocks(Vec<Block>);

impl Blocks {
    /// Adds one; its number.
    pub(super) fn add(&mut self, block: Block) -> Result<u32, Fault> {
        if self.0.len() >= BLOCKS_MAX {
            return Err(Fault::Choice);
        }
        self.0.push(block);
        u32::try_from(self.0.len()).map_err(|_| Fault::Choice)
    }

    /// What a number stands for.
    pub(super) fn find(&self, number: u32) -> Option<Block> {
        if number == ALL {
            return Some(Block::All);
        }
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.0.get(at).copied()
    }
}

/// What is done about an item by its word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Passage {
    /// It passes.
    As(Item),
    /// The caller would have to act on it, and cannot.
    Not,
    /// It is dropped.
    Dropped,
}

impl Item {
    /// What is done about an item by its word.
    pub(super) fn of_word(word: &str) -> Passage {
        match word {
            "message" => Passage::As(Self::Message),
            "reasoning" => Passage::As(Self::Reasoning),
            "function_call" => Passage::As(Self::Call),
            "custom_tool_call"
            | "computer_call"
            | "local_shell_call"
            | "shell_call"
            | "apply_patch_call"
            | "mcp_approval_request" => Passage::Not,
            _ => Passage::Dropped,
        }
    }

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Reasoning => "reasoning",
            Self::Call => "function_call",
        }
    }

    /// What its id begins with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Message => "msg_",
            Self::Reasoning => "rs_",
            Self::Call => "fc_",
        }
    }
}

impl Piece {
    const ALL: [Self; 5] =
        [Self::Text, Self::Arguments, Self::Reasoning, Self::Summary, Self::Refusal];

    /// The item it is of.
    pub(super) fn item(self) -> Item {
        match self {
            Self::Text | Self::Refusal => Item::Message,
            Self::Reasoning | Self::Summary => Item::Reasoning,
            Self::Arguments => Item::Call,
        }
    }

    /// What the events of its text are called, behind `response.` and before `.delta` or `.done`.
    pub(super) fn stem(self) -> &'static str {
        match self {
            Self::Text => "output_text",
            Self::Refusal => "refusal",
            Self::Reasoning => "reasoning_text",
            Self::Summary => "reasoning_summary_text",
            Self::Arguments => "function_call_arguments",
        }
    }

    /// The piece whose events are called so.
    pub(super) fn of_stem(stem: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|piece| piece.stem() == stem)
    }

    /// What the events of its beginning and end are called.
    pub(super) fn frame(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Refusal | Self::Reasoning => Some("content_part"),
            Self::Summary => Some("reasoning_summary_part"),
            Self::Arguments => None,
        }
    }

    /// The key of its place among its like.
    pub(super) fn place(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Refusal | Self::Reasoning => Some("content_index"),
            Self::Summary => Some("summary_index"),
            Self::Arguments => None,
        }
    }

    /// Its word; arguments have none.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Text => "output_text",
            Self::Refusal => "refusal",
            Self::Reasoning => "reasoning_text",
            Self::Summary => "summary_text",
            Self::Arguments => "arguments",
        }
    }

    /// The piece with this word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|piece| piece.word() == word);
        known.filter(|piece| *piece != Self::Arguments)
    }

    /// The key of its text.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Text | Self::Reasoning | Self::Summary => "text",
            Self::Refusal => "refusal",
            Self::Arguments => "arguments",
        }
    }

    /// The channel of the text of a block.
    pub(super) fn channel(self, block: u32) -> Channel {
        match self {
            Self::Text => Channel::only(Said::Content),
            Self::Refusal => Channel { said: Said::Refusal, block },
            Self::Reasoning | Self::Summary => Channel { said: Said::Reasoning, block },
            Self::Arguments => Channel::arguments(Slot::Tool(block)),
        }
    }

    /// The piece that text of a channel is of.
    pub(super) fn of_channel(channel: Channel, blocks: &Blocks) -> Option<Self> {
        match (channel.said, blocks.find(channel.block)) {
            (Said::Content, _) => Some(Self::Text),
            (_, Some(Block::Piece(piece))) => Some(piece),
            _ => None,
        }
    }
}
