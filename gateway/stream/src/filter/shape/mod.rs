//! Looks for shapes: things of a bounded length, or with a certain start and what follows of it.
//!
//! A shape is an automaton that begins wherever a thing of it may begin, as a scout that looks for
//! all of them at once says. A place is held back while one that began there may still match.

mod lead;
mod machine;
mod reading;
mod scout;
mod set;
mod thread;

use super::findings::Mask;
use super::normal::Tape;
pub(super) use machine::{Machine, is_long_enough};
pub(super) use reading::Reading;
use regex_syntax::hir::{ClassUnicode, Hir};
pub(super) use scout::{SCOUT_BYTES, SHAPES_MAX};
pub(super) use set::Shapes;

/// Things that begin, end and go on alike.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Bytes beyond which it is none.
    pub(super) bytes_max: usize,
    pub(super) edges: Edges,
    /// Whether a match is one, beyond its pattern.
    pub(super) check: fn(&[u8]) -> bool,
    pub(super) tail: Tail,
    pub(super) sign: Option<Sign>,
}

/// A pattern of a shape, and what it finds. It matches [`SCOUT_BYTES`] at least.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) hir: Hir,
    pub(super) mask: Mask,
}

/// What may stand beside a thing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edges {
    /// Anything.
    Open,
    /// Bytes but those that it cannot follow, and those that cannot follow it.
    But { not_after: fn(u8) -> bool, not_before: fn(u8) -> bool },
    /// Nothing that makes a longer word of it.
    Words,
    /// The same before it.
    WordBegins,
}

/// What tells a shape whose beginning could be any word: it is looked for, and not the beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign {
    pub(super) byte: u8,
    /// Bytes that may stand between the first byte of the shape and the sign. Whichever they are,
    /// what may follow the sign is the same.
    pub(super) lead: fn(u8) -> bool,
}

/// What else belongs to a thing whose start is certain.
#[derive(Clone, Debug)]
pub(super) enum Tail {
    /// Nothing: the pattern is all of it.
    None,
    /// All bytes of this kind.
    Bytes(fn(u8) -> bool),
    /// All characters of this kind.
    Chars(ClassUnicode),
    /// Everything up to the end of this pattern.
    Until(Hir),
}

impl Edges {
    /// Whether it may stand behind this byte, as far as that tells.
    fn follows(&self, byte: u8) -> bool {
        match self {
            Self::But { not_after, .. } => !not_after(byte),
            Self::Open | Self::Words | Self::WordBegins => true,
        }
    }

    /// Whether a thing may begin at a place, if it follows the byte before it.
    fn begins(&self, tape: &Tape, at: usize) -> bool {
        !matches!(self, Self::Words | Self::WordBegins) || !tape.is_inside_word(at)
    }

    /// Whether it may end before `byte`, which is at a place.
    fn ends(&self, tape: &Tape, (at, byte): (usize, u8)) -> bool {
        match self {
            Self::Open | Self::WordBegins => true,
            Self::But { not_before, .. } => !not_before(byte),
            Self::Words => !tape.is_inside_word(at),
        }
    }
}
