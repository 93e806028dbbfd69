//! Items, pieces and whole answers as a backend writes them. Fields not named here are dropped; a
//! field written twice is a fault.

use super::kinds::{Item, Passage, Piece};
use crate::dialect::openai_error;
use crate::plan::Fault;
use crate::report::Finish;
use crate::usage::Usage;
use crate::wire::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Reads a JSON object; a struct could be read from a list too.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Fault> {
    if !json.trim_ascii_start().starts_with('{') {
        return Err(Fault::NotAnEvent);
    }
    serde_json::from_str(json).map_err(|_| Fault::NotAnEvent)
}

/// Reads a JSON object; an error in its place is one, however else it is written.
pub(super) fn or_error<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Fault> {
    let is_object = json.trim_ascii_start().starts_with('{');
    object(json).map_err(|fault| if is_object { openai_error::instead(json) } else { fault })
}

/// Reads a string; `null` is none.
pub(super) fn text(raw: Option<&RawValue>) -> Result<Option<Text<'_>>, Fault> {
    let Some(raw) = raw else { return Ok(None) };
    serde_json::from_str(raw.get()).map_err(|_| Fault::NotAnEvent)
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
}

/// An item.
#[derive(Deserialize)]
pub(super) struct Output<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) call_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) arguments: Option<Text<'a>>,
    #[serde(borrow)]
    content: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    summary: Option<Vec<&'a RawValue>>,
}

/// What stands in an event as its item.
pub(super) enum Written<'a> {
    As(Item, Output<'a>),
    Dropped,
}

/// Reads an item.
pub(super) fn item(raw: &RawValue) -> Result<Written<'_>, Fault> {
    let Kind { kind } = object(raw.get())?;
    match Item::of_word(kind.as_str()) {
        Passage::As(kind) => object(raw.get()).map(|output| Written::As(kind, output)),
        Passage::Dropped => Ok(Written::Dropped),
        Passage::Not => Err(Fault::NotAnEvent),
    }
}

/// A piece of an item.
#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    refusal: Option<Text<'a>>,
}

/// A piece of an item, where it stands, and its text.
pub(super) type Placed<'a> = (Piece, u32, Option<Text<'a>>);

/// Reads a piece; one of a kind that is not known is none.
pub(super) fn piece(raw: &RawValue) -> Result<Option<(Piece, Option<Text<'_>>)>, Fault> {
    let Kind { kind } = object(raw.get())?;
    let Some(piece) = Piece::of_word(kind.as_str()) else { return Ok(None) };
    let Content { text, refusal } = object(raw.get())?;
    Ok(Some((piece, if piece == Piece::Refusal { refusal } else { text })))
}

impl<'a> Output<'a> {
    /// The pieces of an item of this kind, in order.
    pub(super) fn pieces(self, kind: Item) -> Result<Vec<Placed<'a>>, Fault> {
        if kind == Item::Call {
            return Ok(vec![(Piece::Arguments, 0, self.arguments)]);
        }
        let mut all = Vec::new();
        for list in [self.summary, self.content].into_iter().flatten() {
            for (index, raw) in (0..).zip(list) {
                let read = piece(raw)?.filter(|(piece, _)| piece.item() == kind);
                all.extend(read.map(|(piece, text)| (piece, index, text)));
            }
        }
        Ok(all)
    }
}

/// A whole answer, or what the last event of a stream says of it.
#[derive(Deserialize)]
pub(super) struct Answered<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    incomplete_details: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) output: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Incomplete<'a> {
    #[serde(borrow)]
    reason: Option<Text<'a>>,
}

impl<'a> Answered<'a> {
    /// Reads one; an error in its place is a fault.
    pub(super) fn read(json: &'a str) -> Result<Self, Fault> {
        let answered: Self = or_error(json)?;
        if let Some(error) = answered.error {
            return Err(openai_error::nested(error));
        }
        if answered.object.as_ref().is_some_and(|object| object.as_str() == "error") {
            return Err(openai_error::flat(json));
        }
        Ok(answered)
    }

    /// How it ended; with calls of tools, if it made some.
    pub(super) fn finish(&self, call: bool) -> Result<Finish, Fault> {
        match self.status.as_ref().map(Text::as_str) {
            Some("completed") if call => Ok(Finish::ToolCalls),
            Some("completed") => Ok(Finish::Stop),
            Some("incomplete") => Ok(self.cut()),
            Some("failed" | "cancelled") => Err(Fault::Upstream { status: None }),
            _ => Err(Fault::Truncated),
        }
    }

    /// Why it is incomplete: at a bound, unless it says that a filter ended it.
    fn cut(&self) -> Finish {
        let details = self.incomplete_details.and_then(|raw| object(raw.get()).ok());
        match details.and_then(|Incomplete { reason }| reason) {
            Some(reason) if reason.as_str() == "content_filter" => Finish::ContentFilter,
            _ => Finish::Length,
        }
    }

    /// What it cost.
    pub(super) fn usage(&self) -> Option<Usage> {
        self.usage.and_then(Usage::read_in_out)
    }
}
