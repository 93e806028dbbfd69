//! Events as a backend writes them. Events that are not named here are ignored: of what they say
//! nothing is shown.

use super::incoming::{Event, required};
use super::items::{At, Items, Known};
use super::kinds::{ALL, Blocks, Item, Piece};
use super::output::{self, Answered, Written, text};
use super::parts::{Parts, begun, called, end_piece, ends, of, saying};
use crate::dialect::{Chunk, Part, openai_error};
use crate::plan::Fault;
use crate::wire::Text;
use serde_json::value::RawValue;

/// Reads the events of one answer.
#[derive(Debug, Default)]
pub(super) struct Reader {
    items: Items,
    blocks: Blocks,
}

/// What ends a stream of some backends, behind its last event.
const DONE: &str = "[DONE]";

impl Reader {
    /// What blocks stand for.
    pub(super) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// Reads one event.
    pub(super) fn event<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        if data.trim_ascii() == DONE {
            return Ok(Chunk { done: true, ..Chunk::default() });
        }
        let event: Event<'_> = output::or_error(data)?;
        if let Some(error) = event.error {
            return Err(openai_error::nested(error));
        }
        let kind = event.kind.as_ref().ok_or(Fault::NotAnEvent)?;
        let Some(kind) = kind.as_str().strip_prefix("response.") else {
            let error = kind.as_str() == "error";
            return if error { Err(openai_error::flat(data)) } else { Ok(Chunk::default()) };
        };
        if let Some(piece) = kind.strip_suffix(".delta").and_then(Piece::of_stem) {
            return self.delta(piece, &event).map(of);
        }
        if let Some(piece) = kind.strip_suffix(".done").and_then(Piece::of_stem) {
            return self.text_done(piece, &event).map(of);
        }
        match kind {
            "created" | "in_progress" | "queued" => Ok(of(vec![begun()])),
            "output_item.added" => self.item_added(&event).map(of),
            "output_item.done" => self.item_done(event.at()?, required(event.item)?).map(of),
            "content_part.added" | "reasoning_summary_part.added" | "reasoning_part.added" => {
                self.piece_added(&event).map(of)
            }
            "content_part.done" | "reasoning_summary_part.done" | "reasoning_part.done" => {
                self.piece_done(&event).map(of)
            }
            "completed" | "incomplete" | "failed" => self.answered(required(event.response)?.get()),
            _ => Ok(Chunk::default()),
        }
    }

    /// Reads a whole answer.
    pub(super) fn whole<'a>(&mut self, body: &'a str) -> Result<Chunk<'a>, Fault> {
        self.answered(body)
    }

    /// The end. An answer of which nothing came before is taken from it.
    fn answered<'a>(&mut self, json: &'a str) -> Result<Chunk<'a>, Fault> {
        let mut answered = Answered::read(json)?;
        let output = answered.output.take().unwrap_or_default();
        let mut parts = Vec::new();
        if self.items.is_empty() {
            for (index, item) in (0..).zip(output) {
                parts.extend(self.item_done(At { index: Some(index), id: None }, item)?);
            }
        }
        let finish = answered.finish(self.items.call())?;
        parts.push(Part { ends: Some(ALL), finish, ..Part::new(0) });
        Ok(Chunk { parts, usage: answered.usage(), done: true })
    }

    fn delta<'a>(&mut self, piece: Piece, event: &Event<'a>) -> Result<Parts<'a>, Fault> {
        // One without text says nothing, and its shape must not be learnt: text of a `done` is
        // not taken once a shape is known.
        let Some(text) = text(event.delta)?.filter(|text| !text.is_empty()) else {
            return Ok(Vec::new());
        };
        let index = event.index(piece)?;
        let Some(known) = Self::known(&mut self.items, piece, event.at()?, &mut self.blocks)?
        else {
            return Ok(Vec::new());
        };
        let said = known.piece(piece, index, &mut self.blocks)?;
        said.said = true;
        Ok(vec![saying(piece, said.block, text)])
    }

    fn text_done<'a>(&mut self, piece: Piece, event: &Event<'a>) -> Result<Parts<'a>, Fault> {
        let whole = match piece {
            Piece::Refusal => event.refusal,
            Piece::Arguments => event.arguments,
            _ => event.text,
        };
        self.ended(piece, event, text(whole)?)
    }

    /// A piece ends, with all of its text.
    fn ended<'a>(
        &mut self,
        piece: Piece,
        event: &Event<'_>,
        text: Option<Text<'a>>,
    ) -> Result<Parts<'a>, Fault> {
        let index = event.index(piece)?;
        let Some(known) = Self::known(&mut self.items, piece, event.at()?, &mut self.blocks)?
        else {
            return Ok(Vec::new());
        };
        let named = known.piece(piece, index, &mut self.blocks)?;
        Ok(end_piece(named, text).into_iter().collect())
    }

    /// The item that a piece is of, which begins with it where it was not announced; none, if it
    /// is dropped.
    fn known<'i>(
        items: &'i mut Items,
        piece: Piece,
        at: At<'_>,
        blocks: &mut Blocks,
    ) -> Result<Option<&'i mut Known>, Fault> {
        let kind = piece.item();
        if items.find(at).is_none() {
            // A call without a name is none.
            if kind == Item::Call {
                return Err(Fault::NotAnEvent);
            }
            return items.begin(at, Some(kind), blocks).map(Some);
        }
        match items.find(at) {
            Some(Known { kind: None, .. }) | None => Ok(None),
            Some(known) if known.kind != Some(kind) => Err(Fault::NotAnEvent),
            Some(known) if kind == Item::Call && !known.named => Err(Fault::NotAnEvent),
            known => Ok(known),
        }
    }

    fn item_added<'a>(&mut self, event: &Event<'a>) -> Result<Parts<'a>, Fault> {
        let (kind, output) = match output::item(required(event.item)?)? {
            Written::As(kind, output) => (Some(kind), Some(output)),
            Written::Dropped => (None, None),
        };
        let id = output.as_ref().and_then(|output| output.id.as_ref()).map(Text::as_str);
        let at = event.at()?;
        let at = At { id: at.id.or(id), ..at };
        let mut parts = Vec::new();
        if let Some(known) = self.items.find(at).filter(|known| !known.ended) {
            if known.kind == kind {
                return Ok(parts);
            }
            // Two items with one index: the first is over.
            parts.extend(ends(known.end()));
        }
        let known = self.items.begin(at, kind, &mut self.blocks)?;
        if kind == Some(Item::Call)
            && let Some(output) = output
        {
            // Its arguments come with deltas, even where they stand here too.
            parts.extend(called(known, output.call_id, output.name));
        }
        Ok(parts)
    }

    fn item_done<'a>(&mut self, at: At<'_>, raw: &'a RawValue) -> Result<Parts<'a>, Fault> {
        let Written::As(kind, mut output) = output::item(raw)? else {
            if self.items.find(at).is_none() {
                self.items.begin(at, None, &mut self.blocks)?;
            }
            return Ok(Vec::new());
        };
        let id = output.id.take();
        let at = At { id: at.id.or(id.as_ref().map(Text::as_str)), ..at };
        let known = match self.items.find(at).map(|known| known.kind) {
            Some(Some(known)) if known != kind => return Err(Fault::NotAnEvent),
            Some(Some(_)) => self.items.find(at).ok_or(Fault::NotAnEvent)?,
            // One that was dropped is another.
            Some(None) | None => self.items.begin(at, Some(kind), &mut self.blocks)?,
        };
        let mut parts = Vec::new();
        if known.ended {
            return Ok(parts);
        }
        if kind == Item::Call {
            parts.extend(called(known, output.call_id.take(), output.name.take()));
        }
        // A call without a name is none.
        if kind == Item::Call && !known.named {
            return Err(Fault::NotAnEvent);
        }
        for (piece, nth, text) in output.pieces(kind)? {
            let named = known.nth(piece, nth, &mut self.blocks)?;
            let text = text.filter(|_| named.kind == piece);
            parts.extend(end_piece(named, text));
        }
        parts.extend(ends(known.end()));
        Ok(parts)
    }

    fn piece_added<'a>(&mut self, event: &Event<'a>) -> Result<Parts<'a>, Fault> {
        let Some((piece, _)) = output::piece(required(event.part)?)? else {
            return Ok(Vec::new());
        };
        let index = event.index(piece)?;
        if let Some(known) = Self::known(&mut self.items, piece, event.at()?, &mut self.blocks)? {
            known.begin_piece(piece, index, &mut self.blocks)?;
        }
        Ok(Vec::new())
    }

    fn piece_done<'a>(&mut self, event: &Event<'a>) -> Result<Parts<'a>, Fault> {
        match output::piece(required(event.part)?)? {
            Some((piece, text)) => self.ended(piece, event, text),
            None => Ok(Vec::new()),
        }
    }
}
