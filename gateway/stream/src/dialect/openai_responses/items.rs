//! The items of an answer as its backend names them: by `output_index`, or by id where it writes
//! no index.

use super::kinds::{BLOCKS_MAX, Block, Blocks, Item, Piece};
use crate::plan::Fault;

/// Bytes of an item's id: more is none.
const ID_BYTES_MAX: usize = 1024;

/// How an event names an item.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At<'a> {
    pub(super) index: Option<u32>,
    pub(super) id: Option<&'a str>,
}

/// The items that were named so far.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<Known>);

/// An item that was named.
#[derive(Debug)]
pub(super) struct Known {
    index: Option<u32>,
    id: Option<Box<str>>,
    /// Nothing, if it is dropped.
    pub(super) kind: Option<Item>,
    pub(super) block: u32,
    /// Whether the name of a call came.
    pub(super) named: bool,
    pub(super) ended: bool,
    pieces: Vec<Named>,
}

/// A piece that was named.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) kind: Piece,
    index: u32,
    pub(super) block: u32,
    /// Whether text of it came.
    pub(super) said: bool,
    pub(super) ended: bool,
}

impl Items {
    /// Whether none was named.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is a call among them.
    pub(super) fn call(&self) -> bool {
        self.0.iter().any(|known| known.kind == Some(Item::Call))
    }

    /// The last item that is named so.
    pub(super) fn find(&mut self, at: At<'_>) -> Option<&mut Known> {
        self.0.iter_mut().rev().find(|known| known.is_at(at))
    }

    /// Begins an item.
    pub(super) fn begin(
        &mut self,
        at: At<'_>,
        kind: Option<Item>,
        blocks: &mut Blocks,
    ) -> Result<&mut Known, Fault> {
        if self.0.len() >= BLOCKS_MAX || at.id.is_some_and(|id| id.len() > ID_BYTES_MAX) {
            return Err(Fault::Choice);
        }
        let block = match kind {
            Some(kind) => blocks.add(Block::Item(kind))?,
            None => 0,
        };
        let id = at.id.map(Box::from);
        let pieces = Vec::new();
        self.0.push(Known { index: at.index, id, kind, block, named: false, ended: false, pieces });
        self.0.last_mut().ok_or(Fault::Choice)
    }
}

impl Known {
    /// An index says more than an id: some backends write other ids at the end.
    fn is_at(&self, at: At<'_>) -> bool {
        match (self.index, at.index) {
            (Some(known), Some(index)) => known == index,
            _ => at.id.is_some() && self.id.as_deref() == at.id,
        }
    }

    /// Its piece of this kind at this index, or a new one.
    pub(super) fn piece(
        &mut self,
        kind: Piece,
        index: u32,
        blocks: &mut Blocks,
    ) -> Result<&mut Named, Fault> {
        let same = |known: &Named| known.kind == kind && known.index == index;
        if !self.pieces.iter().any(same) {
            return self.begin(kind, index, blocks);
        }
        self.pieces.iter_mut().rev().find(|known| same(known)).ok_or(Fault::Choice)
    }

    /// Its piece that began as this one of its list, or a new one. The last event of an item has its
    /// pieces in order; the indexes of some backends count on from item to item.
    pub(super) fn nth(
        &mut self,
        kind: Piece,
        nth: u32,
        blocks: &mut Blocks,
    ) -> Result<&mut Named, Fault> {
        let like = |known: &Named| known.kind.place() == kind.place();
        let mut places = (0..self.pieces.len()).filter(|at| self.pieces.get(*at).is_some_and(like));
        match places.nth(usize::try_from(nth).unwrap_or(usize::MAX)) {
            Some(at) => self.pieces.get_mut(at).ok_or(Fault::Choice),
            None => self.begin(kind, nth, blocks),
        }
    }

    /// Begins a piece, unless one with its index has begun and not ended.
    pub(super) fn begin_piece(
        &mut self,
        kind: Piece,
        index: u32,
        blocks: &mut Blocks,
    ) -> Result<(), Fault> {
        if self.piece(kind, index, blocks)?.ended {
            self.begin(kind, index, blocks)?;
        }
        Ok(())
    }

    fn begin(&mut self, kind: Piece, index: u32, blocks: &mut Blocks) -> Result<&mut Named, Fault> {
        let block = match kind {
            Piece::Arguments => self.block,
            _ => blocks.add(Block::Piece(kind))?,
        };
        self.pieces.push(Named { kind, index, block, said: false, ended: false });
        self.pieces.last_mut().ok_or(Fault::Choice)
    }

    /// Ends it; the blocks that end with it, the item's own last.
    pub(super) fn end(&mut self) -> Vec<u32> {
        if std::mem::replace(&mut self.ended, true) {
            return Vec::new();
        }
        let open = self.pieces.iter_mut().filter(|piece| !piece.ended);
        let mut ends: Vec<u32> = open
            .map(|piece| {
                piece.ended = true;
                piece.block
            })
            .collect();
        if self.kind.is_some() && !ends.contains(&self.block) {
            ends.push(self.block);
        }
        ends
    }
}
