//! How long text waits for filters: from when a piece came until the last byte of it was shown, or
//! something was shown in its place.
//!
//! The clock is read where it was read before, once for what a backend sent in one go. That is a
//! piece here.

use std::collections::VecDeque;
use std::time::Duration;

/// Pieces that may wait apart; beyond that they count as one.
const PIECES_MAX: usize = 1024;

/// Pieces of one stream that wait, and how long others have waited.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    /// Pieces that wait, oldest first.
    pieces: VecDeque<Piece>,
    /// Bytes of text that have come.
    came: u64,
    /// How long pieces have waited that are shown, and are not told yet.
    over: Vec<Waited>,
    /// Whether the first piece is shown.
    begun: bool,
}

#[derive(Debug)]
struct Piece {
    /// Bytes of text that had come with it.
    end: u64,
    at: Duration,
}

/// How long a piece has waited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Waited {
    /// The first of its answer.
    First(Duration),
    /// One behind it.
    Later(Duration),
}

impl Waits {
    /// So many bytes of text have come by now, and so many of them wait: the last ones.
    pub(super) fn note(&mut self, came: u64, waiting: usize, now: Duration) {
        if came > self.came {
            self.came = came;
            let full = self.pieces.len() >= PIECES_MAX;
            match self.pieces.back_mut().filter(|_| full) {
                Some(last) => last.end = came,
                None => self.pieces.push_back(Piece { end: came, at: now }),
            }
        }
        let shown = came.saturating_sub(u64::try_from(waiting).unwrap_or(u64::MAX));
        while let Some(piece) = self.pieces.pop_front_if(|piece| piece.end <= shown) {
            let waited = now.saturating_sub(piece.at);
            let begun = std::mem::replace(&mut self.begun, true);
            let waited = if begun { Waited::Later(waited) } else { Waited::First(waited) };
            if self.over.len() < PIECES_MAX {
                self.over.push(waited);
            }
        }
    }

    /// How long pieces have waited that were shown since this was asked last.
    pub(crate) fn over(&mut self) -> impl Iterator<Item = Waited> {
        self.over.drain(..)
    }
}

#[cfg(test)]
mod tests {
    use super::Waited::{First, Later};
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_piece_waits_until_its_last_byte_is_shown() {
        let mut waits = Waits::default();
        waits.note(0, 0, ms(1));
        waits.note(4, 2, ms(2));
        waits.note(10, 7, ms(5));
        assert_eq!(waits.over().count(), 0);
        waits.note(10, 6, ms(6));
        assert_eq!(waits.over().collect::<Vec<_>>(), [First(ms(4))]);
        waits.note(12, 0, ms(9));
        assert_eq!(waits.over().collect::<Vec<_>>(), [Later(ms(4)), Later(ms(0))]);
        assert_eq!(waits.over().count(), 0);
    }

    #[test]
    fn more_pieces_than_may_be_kept_count_as_one() {
        let mut waits = Waits::default();
        let most = u64::try_from(PIECES_MAX).unwrap();
        (1..=most + 5).for_each(|n| waits.note(n, 5000, ms(n)));
        assert_eq!((waits.pieces.len(), waits.over.len()), (PIECES_MAX, 0));
        waits.note(most + 5, 0, ms(most + 5));
        assert_eq!(waits.over().last(), Some(Later(ms(5))));
    }
}
