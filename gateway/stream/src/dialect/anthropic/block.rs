//! Blocks of a message as a backend writes them, whole or where one starts in a stream.

use crate::dialect::{Channel, Part, Said, Slot, Tool};
use crate::plan::Fault;
use crate::wire::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Blocks one message may have.
pub(super) const BLOCKS_MAX: u32 = 1024;

/// What a block holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Text,
    Thinking,
    /// A call of a tool, of which arguments may come.
    Tool,
    /// A call of a tool that came with its arguments.
    Called,
    /// What does not pass: encrypted thinking, tools that the backend runs, and what is not known.
    Dropped,
}

/// A block. Citations and signatures are dropped: what was signed is not what is shown.
#[derive(Deserialize)]
pub(super) struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    thinking: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
}

impl<'a> Block<'a> {
    /// What it holds, and what it says.
    pub(super) fn part(self, index: u32) -> Result<(Kind, Part<'a>), Fault> {
        let mut part = Part::new(0);
        let said = |said| Channel { said, block: index };
        let kind = match self.kind.as_str() {
            "text" => {
                part.texts.extend(self.text.map(|text| (said(Said::Content), text)));
                Kind::Text
            }
            "thinking" => {
                part.texts.extend(self.thinking.map(|text| (said(Said::Reasoning), text)));
                Kind::Thinking
            }
            "tool_use" => {
                let arguments = self.input.map(arguments).transpose()?.flatten();
                let name = Some(self.name.ok_or(Fault::NotAnEvent)?);
                let kind = if arguments.is_some() { Kind::Called } else { Kind::Tool };
                part.tools.push(Tool { slot: Slot::Tool(index), id: self.id, name, arguments });
                kind
            }
            _ => Kind::Dropped,
        };
        Ok((kind, part))
    }
}

/// The arguments of a call as text; none if it is an object of nothing.
fn arguments(input: &RawValue) -> Result<Option<Text<'_>>, Fault> {
    let text = input.get();
    let inside = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let inside = inside.ok_or(Fault::NotAnEvent)?;
    Ok((!inside.trim_ascii().is_empty()).then(|| Text::Made(text.to_owned())))
}
