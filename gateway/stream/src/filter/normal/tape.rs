//! The end of a normal text, as bytes, and where its characters stand in the original.

use std::ops::Range;

/// Bytes that are let go of at a time.
const FORGET_BYTES: usize = 256;

/// Places count bytes of the normal text from its beginning.
#[derive(Debug, Default)]
pub(in crate::filter) struct Tape {
    bytes: Vec<u8>,
    /// The place of the first byte kept.
    base: usize,
    /// By place.
    runs: Vec<Run>,
}

/// Characters that stand in the original as they stand here, or that come from one place there.
#[derive(Debug)]
struct Run {
    at: usize,
    original: Range<usize>,
    /// Whether each character is as long as the one it stands for, and they follow each other.
    straight: bool,
}

impl Tape {
    /// The place behind the last byte.
    pub(in crate::filter) fn end(&self) -> usize {
        self.base + self.bytes.len()
    }

    /// The byte at a place.
    pub(in crate::filter) fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at.checked_sub(self.base)?).copied()
    }

    /// The bytes from one place to another, as far as they are kept.
    pub(in crate::filter) fn bytes(&self, places: Range<usize>) -> &[u8] {
        let (start, end) =
            (places.start.saturating_sub(self.base), places.end.saturating_sub(self.base));
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The character that begins at a place.
    pub(in crate::filter) fn letter(&self, at: usize) -> Option<char> {
        let first = self.byte(at)?;
        if first.is_ascii() {
            return Some(char::from(first));
        }
        let end = self.behind(at);
        std::str::from_utf8(self.bytes(at..end)).ok()?.chars().next()
    }

    /// The character before a place.
    pub(in crate::filter) fn letter_before(&self, at: usize) -> Option<char> {
        self.letter(self.begin(at.checked_sub(1)?))
    }

    /// Whether the characters before and at a place belong to one word.
    pub(in crate::filter) fn is_inside_word(&self, at: usize) -> bool {
        let of_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        of_word(self.letter(at)) && of_word(self.letter_before(at))
    }

    /// Where the character begins in the original that is here at a place.
    pub(in crate::filter) fn original_start(&self, at: usize) -> usize {
        match self.run(at) {
            Some(run) if run.straight => run.original.start + (self.begin(at) - run.at),
            Some(run) => run.original.start,
            None => 0,
        }
    }

    /// Where the character ends in the original that is here at a place.
    pub(in crate::filter) fn original_end(&self, at: usize) -> usize {
        match self.run(at) {
            Some(run) if run.straight => run.original.start + (self.behind(at) - run.at),
            Some(run) => run.original.end,
            None => 0,
        }
    }

    fn run(&self, at: usize) -> Option<&Run> {
        let behind = self.runs.partition_point(|run| run.at <= at);
        self.runs.get(behind.checked_sub(1)?)
    }

    /// Where the character begins that has a byte at this place.
    fn begin(&self, at: usize) -> usize {
        let mut begin = at;
        while self.byte(begin).is_some_and(continues) {
            begin -= 1;
        }
        begin
    }

    /// Where the character ends that has a byte at this place.
    fn behind(&self, at: usize) -> usize {
        let mut end = at + 1;
        while self.byte(end).is_some_and(continues) {
            end += 1;
        }
        end
    }

    /// Makes room for so many bytes.
    pub(super) fn expect(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Adds a character that stands in the original at `span`.
    pub(super) fn push(&mut self, c: char, span: Range<usize>) {
        self.place(&span, c.len_utf8() == span.len());
        if let Ok(byte) = u8::try_from(c)
            && byte.is_ascii()
        {
            self.bytes.push(byte);
        } else {
            self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// Adds ASCII that stands in the original from `from` on, byte by byte; gives it back, so that
    /// it can become other ASCII.
    #[inline]
    pub(super) fn extend(&mut self, from: usize, text: &[u8]) -> &mut [u8] {
        self.place(&(from..from + text.len()), true);
        let before = self.bytes.len();
        self.bytes.extend_from_slice(text);
        self.bytes.get_mut(before..).unwrap_or_default()
    }

    fn place(&mut self, span: &Range<usize>, straight: bool) {
        match self.runs.last_mut() {
            Some(last) if straight && last.straight && last.original.end == span.start => {
                last.original.end = span.end;
            }
            _ => self.runs.push(Run { at: self.end(), original: span.clone(), straight }),
        }
    }

    /// Lets go of what stands before a place, once it is worth it.
    pub(in crate::filter) fn forget(&mut self, before: usize) {
        let old = before.saturating_sub(self.base).min(self.bytes.len());
        if old < FORGET_BYTES {
            return;
        }
        self.base += old;
        let kept = self.bytes.len() - old;
        self.bytes.copy_within(old.., 0);
        self.bytes.truncate(kept);
        let behind = self.runs.partition_point(|run| run.at <= self.base);
        self.runs.drain(..behind.saturating_sub(1));
    }

    /// The bytes that are kept.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

fn continues(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}
