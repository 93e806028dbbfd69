//! One event as a backend writes it.

use super::items::At;
use super::kinds::Piece;
use super::output::text;
use crate::plan::Fault;
use crate::wire::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// An event.
///
/// What is not of every event is read once it is known to be asked for: of an event that is not
/// known, these fields may be anything.
#[derive(Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) output_index: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) item_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) content_index: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) summary_index: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) delta: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) text: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) refusal: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) item: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) part: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) response: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
}

impl<'a> Event<'a> {
    /// How it names its item.
    pub(super) fn at(&self) -> Result<At<'a>, Fault> {
        let id = match text(self.item_id)? {
            Some(Text::Plain(id)) => Some(id),
            // No id of a backend needs an escape.
            Some(Text::Made(_)) => return Err(Fault::NotAnEvent),
            None => None,
        };
        Ok(At { index: number(self.output_index)?, id })
    }

    /// Which of the pieces of its item it is about.
    pub(super) fn index(&self, piece: Piece) -> Result<u32, Fault> {
        let raw = if piece == Piece::Summary { self.summary_index } else { self.content_index };
        Ok(number(raw)?.unwrap_or_default())
    }
}

fn number(raw: Option<&RawValue>) -> Result<Option<u32>, Fault> {
    let Some(raw) = raw else { return Ok(None) };
    serde_json::from_str(raw.get()).map_err(|_| Fault::NotAnEvent)
}

/// What an event is none without.
pub(super) fn required(raw: Option<&RawValue>) -> Result<&RawValue, Fault> {
    raw.ok_or(Fault::NotAnEvent)
}
