//! The end of a text that may be part of something found, byte by byte of its normal form.

use std::collections::VecDeque;
use std::ops::Range;

/// Positions count bytes of the normal text from its beginning.
#[derive(Debug, Default)]
pub(super) struct Window {
    bytes: VecDeque<Byte>,
    base: usize,
}

#[derive(Debug)]
struct Byte {
    byte: u8,
    /// Where its character stands in the original.
    span: Range<usize>,
}

impl Window {
    /// Where the next byte will stand.
    pub(super) fn end(&self) -> usize {
        self.base + self.bytes.len()
    }

    pub(super) fn push(&mut self, byte: u8, span: Range<usize>) {
        self.bytes.push_back(Byte { byte, span });
    }

    /// Lets go of what stands before `start`.
    pub(super) fn forget(&mut self, start: usize) {
        let old = start.saturating_sub(self.base).min(self.bytes.len());
        self.bytes.drain(..old);
        self.base += old;
    }

    /// Where the characters end, in the original, of the bytes before `end`.
    pub(super) fn original_end(&self, end: usize) -> Option<usize> {
        let last = end.checked_sub(self.base + 1)?;
        self.bytes.get(last).map(|byte| byte.span.end)
    }

    /// The bytes from `start` to `end`.
    pub(super) fn text(&self, start: usize, end: usize) -> Vec<u8> {
        let skip = start.saturating_sub(self.base);
        let bytes = self.bytes.iter().skip(skip).take(end.saturating_sub(start));
        bytes.map(|byte| byte.byte).collect()
    }
}
