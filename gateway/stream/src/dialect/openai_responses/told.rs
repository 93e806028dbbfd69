//! One item as it was shown.

use super::event::{self, Wire};
use super::kinds::{Item, Piece};
use super::object;
use crate::wire::{self, Text};

/// Where an item or a piece stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// More may come.
    Open,
    /// The backend has ended it, but what filters hold back of it may still come.
    Late,
    /// Its end is written.
    Closed,
}

/// How an item ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Status {
    InProgress,
    Completed,
    Incomplete,
}

/// An item.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) kind: Item,
    /// Its place among all.
    pub(super) index: usize,
    /// Which call it is.
    pub(super) block: u32,
    pub(super) id: String,
    pub(super) call: Call,
    pub(super) pieces: Vec<ToldPiece>,
    pub(super) state: State,
    pub(super) status: Status,
}

/// What a call has beside its arguments.
#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) name: String,
}

/// A piece of an item.
#[derive(Debug)]
pub(super) struct ToldPiece {
    pub(super) kind: Piece,
    block: u32,
    /// Its place among its like.
    index: usize,
    /// What was shown of it.
    pub(super) text: String,
    state: State,
    /// What an event of its text begins with, up to the text.
    lead: Vec<u8>,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
        }
    }
}

impl Told {
    /// Shows that it begins.
    pub(super) fn open(&self, wire: &mut Wire, out: &mut Vec<u8>) {
        wire.event("output_item", ".added", out, |fields| self.whole(fields));
    }

    /// Shows text of a block; none of one that has ended.
    pub(super) fn say(
        &mut self,
        kind: Piece,
        block: u32,
        (wire, text): (&mut Wire, &Text<'_>),
        out: &mut Vec<u8>,
    ) {
        let Some(at) = self.piece(kind, block, wire, out) else { return };
        let Some(piece) = self.pieces.get_mut(at) else { return };
        piece.text.push_str(text.as_str());
        wire.delta(&piece.lead, text, out);
    }

    /// The piece of a block, which begins if it is new; none, if it has ended.
    fn piece(
        &mut self,
        kind: Piece,
        block: u32,
        wire: &mut Wire,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        let open = |piece: &ToldPiece| {
            piece.state == State::Open
                && piece.kind == kind
                && (piece.block == block || kind == Piece::Text)
        };
        let known = self.pieces.iter().rposition(open);
        let ended = |piece: &ToldPiece| kind != Piece::Text && piece.block == block;
        if known.is_some() || self.pieces.iter().any(ended) {
            return known;
        }
        self.close_pieces(|piece| piece.state == State::Late, wire, out);
        self.begin(kind, block, wire, out);
        self.pieces.len().checked_sub(1)
    }

    /// Begins a piece.
    pub(super) fn begin(&mut self, kind: Piece, block: u32, wire: &mut Wire, out: &mut Vec<u8>) {
        let like = |piece: &&ToldPiece| piece.kind.place() == kind.place();
        let index = self.pieces.iter().filter(like).count();
        let text = String::new();
        let mut piece =
            ToldPiece { kind, block, index, text, state: State::Open, lead: Vec::new() };
        event::begin(kind.stem(), ".delta", &mut piece.lead);
        let mut lead = std::mem::take(&mut piece.lead);
        let mut fields = wire::Fields::more(&mut lead);
        self.place(&piece, &mut fields);
        if kind == Piece::Text {
            fields.key("logprobs", |out| out.extend_from_slice(b"[]"));
        }
        fields.key("delta", |_| {});
        piece.lead = lead;
        if let Some(frame) = kind.frame() {
            wire.event(frame, ".added", out, |fields| {
                self.place(&piece, fields);
                fields.key("part", |out| object::piece(&piece, out));
            });
        }
        self.pieces.push(piece);
    }

    /// Notes that the backend has ended its text, or that what comes of it was held back.
    pub(super) fn text_becomes(&mut self, state: State) {
        let text =
            |piece: &&mut ToldPiece| piece.kind == Piece::Text && piece.state != State::Closed;
        self.pieces.iter_mut().filter(text).for_each(|piece| piece.state = state);
    }

    /// Closes a piece, if it is one of its own; the text of a message goes by no block.
    pub(super) fn close_piece(
        &mut self,
        kind: Piece,
        block: u32,
        wire: &mut Wire,
        out: &mut Vec<u8>,
    ) {
        self.close_pieces(
            |piece| piece.kind == kind && (piece.block == block || kind == Piece::Text),
            wire,
            out,
        );
    }

    fn close_pieces(
        &mut self,
        which: impl Fn(&ToldPiece) -> bool,
        wire: &mut Wire,
        out: &mut Vec<u8>,
    ) {
        for at in 0..self.pieces.len() {
            let due = |piece: &&ToldPiece| piece.state != State::Closed && which(piece);
            if let Some(piece) = self.pieces.get(at).filter(due) {
                self.show_end(piece, wire, out);
            }
            if let Some(piece) = self.pieces.get_mut(at).filter(|piece| which(piece)) {
                piece.state = State::Closed;
            }
        }
    }

    fn show_end(&self, piece: &ToldPiece, wire: &mut Wire, out: &mut Vec<u8>) {
        let kind = piece.kind;
        wire.event(kind.stem(), ".done", out, |fields| {
            self.place(piece, fields);
            fields.key(kind.key(), |out| wire::string(&piece.text, out));
            if kind == Piece::Text {
                fields.key("logprobs", |out| out.extend_from_slice(b"[]"));
            }
        });
        if let Some(frame) = kind.frame() {
            wire.event(frame, ".done", out, |fields| {
                self.place(piece, fields);
                fields.key("part", |out| object::piece(piece, out));
            });
        }
    }

    /// Closes it, and what is open of it.
    pub(super) fn close(&mut self, status: Status, wire: &mut Wire, out: &mut Vec<u8>) {
        self.close_pieces(|_| true, wire, out);
        (self.state, self.status) = (State::Closed, status);
        wire.event("output_item", ".done", out, |fields| self.whole(fields));
    }

    fn whole(&self, fields: &mut wire::Fields<'_>) {
        fields.key("output_index", |out| object::index(self.index, out));
        fields.key("item", |out| object::item(self, out));
    }

    /// Writes where a piece stands.
    fn place(&self, piece: &ToldPiece, fields: &mut wire::Fields<'_>) {
        fields.key("item_id", |out| wire::string(&self.id, out));
        fields.key("output_index", |out| object::index(self.index, out));
        if let Some(key) = piece.kind.place() {
            fields.key(key, |out| object::index(piece.index, out));
        }
    }
}
