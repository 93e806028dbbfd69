//! What an event comes to, in parts of the one choice there is.

use super::items::{Known, Named};
use super::kinds::Piece;
use crate::dialect::{Chunk, Part, Slot, Texts, Tool};
use crate::wire::Text;

/// Parts in order.
pub(super) type Parts<'a> = Vec<Part<'a>>;

/// A chunk of these.
pub(super) fn of(parts: Parts<'_>) -> Chunk<'_> {
    Chunk { parts, ..Chunk::default() }
}

/// The answer has begun.
pub(super) fn begun() -> Part<'static> {
    Part { role: true, ..Part::new(0) }
}

/// The ends of these blocks.
pub(super) fn ends<'a>(blocks: Vec<u32>) -> impl Iterator<Item = Part<'a>> {
    blocks.into_iter().map(|block| Part { ends: Some(block), ..Part::new(0) })
}

/// A piece of text.
pub(super) fn saying(piece: Piece, block: u32, text: Text<'_>) -> Part<'_> {
    match piece {
        Piece::Arguments => {
            let (slot, id, name) = (Slot::Tool(block), None, None);
            let tool = Tool { slot, id, name, arguments: Some(text) };
            Part { tools: vec![tool], ..Part::new(0) }
        }
        _ => Part { texts: Texts::one(piece.channel(block), text), ..Part::new(0) },
    }
}

/// A call, when its name comes first.
pub(super) fn called<'a>(
    known: &mut Known,
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
) -> Option<Part<'a>> {
    if known.named {
        return None;
    }
    let name = name.filter(|name| !name.is_empty())?;
    known.named = true;
    let tool = Tool { slot: Slot::Tool(known.block), id, name: Some(name), arguments: None };
    Some(Part { tools: vec![tool], ..Part::new(0) })
}

/// Ends a piece once; its text is taken if none of it came.
pub(super) fn end_piece<'a>(named: &mut Named, text: Option<Text<'a>>) -> Option<Part<'a>> {
    if std::mem::replace(&mut named.ended, true) {
        return None;
    }
    let text = text.filter(|text| !named.said && !text.is_empty());
    let part = text.map_or_else(|| Part::new(0), |text| saying(named.kind, named.block, text));
    Some(Part { ends: Some(named.block), ..part })
}
