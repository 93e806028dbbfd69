//! Text as filters compare it, read as it comes, with the place of every character in the
//! original.
//!
//! NFKC, without what cannot be seen (format characters, zero width, controls), white space as one
//! space, and without combining marks on Latin, Greek and Cyrillic letters (Hindi and Thai words
//! differ by theirs). [`View::Loose`] also folds case and look-alikes. A character is given out as
//! soon as nothing that can follow changes it, so the result does not depend on how a text is cut.

mod compose;
mod escape;
mod fold;
mod letters;
mod plain;
mod sight;
mod tape;

use super::Script;
use crate::scan::BLOCK;
use escape::Escapes;
use letters::Letter;
use plain::Run;
use std::ops::Range;
pub(super) use tape::Tape;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// How closely filters look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum View {
    /// A word is the same in any case and in letters that look alike.
    Loose,
    /// Letters are what they are.
    Exact,
}

/// Characters that wait for what follows; a longer run of marks is no text, and is cut here.
const RUN_MAX: usize = 32;

/// Reads one text.
#[derive(Debug)]
pub(super) struct Normal {
    view: View,
    escapes: Option<Escapes>,
    /// How much was read.
    read: usize,
    /// Characters that what follows may still change, and where they stand.
    run: Vec<char>,
    run_span: Range<usize>,
    /// Whether marks that follow are dropped.
    bare: bool,
    /// Whether the last character given out was a space.
    spaced: bool,
    tape: Tape,
}

impl Normal {
    pub(super) fn new(view: View, script: Script) -> Self {
        let escapes = (script == Script::Json).then(Escapes::default);
        let (run, run_span, tape) = (Vec::new(), 0..0, Tape::default());
        Self { view, escapes, read: 0, run, run_span, bare: true, spaced: false, tape }
    }

    /// Reads on: the tape takes each character and where it stands in the original.
    pub(super) fn feed(&mut self, text: &str) {
        self.tape.expect(text.len());
        let mut rest = text;
        loop {
            rest = self.plain(rest);
            let mut chars = rest.chars();
            let Some(c) = chars.next() else { return };
            rest = chars.as_str();
            let span = self.read..self.read + c.len_utf8();
            self.read = span.end;
            let meant = match &mut self.escapes {
                Some(escapes) => escapes.read(c, span),
                None => Some((c, span)),
            };
            if let Some((c, span)) = meant {
                self.character(c, span);
            }
        }
    }

    /// The text has ended.
    pub(super) fn end(&mut self) {
        self.flush();
    }

    /// How much was read.
    pub(super) fn read(&self) -> usize {
        self.read
    }

    /// What was given out and is not forgotten.
    pub(super) fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Lets go of what stands before a place of the tape.
    pub(super) fn forget(&mut self, before: usize) {
        self.tape.forget(before);
    }

    /// Where the first character stands that is read but not given out.
    pub(super) fn pending(&self) -> Option<usize> {
        let run = (!self.run.is_empty()).then_some(self.run_span.start);
        run.or(self.escapes.as_ref().and_then(Escapes::pending))
    }

    /// Reads plain text in one go, and gives back what follows it.
    fn plain<'t>(&mut self, text: &'t str) -> &'t str {
        if self.pending().is_some() {
            return text;
        }
        // White space behind white space shows nothing.
        let plain = if self.spaced { text.trim_ascii_start() } else { text };
        let mut read = self.read + (text.len() - plain.len());
        let (view, tape, bytes) = (self.view, &mut self.tape, plain.as_bytes());
        let mut run = Run { spaced: self.spaced, escapes: self.escapes.is_some() };
        let long = run.long(bytes);
        if let Some(long @ [_, ..]) = bytes.get(..long) {
            plain::turn(view, tape.extend(read, long));
            read += long.len();
        }
        let mut short = [0; BLOCK];
        let length = run.short(view, bytes.get(long..).unwrap_or_default(), &mut short);
        if let Some(short @ [_, ..]) = short.get(..length) {
            tape.extend(read, short);
            read += length;
        }
        self.bare |= read > self.read;
        (self.read, self.spaced) = (read, run.spaced);
        plain.get(long + length..).unwrap_or_default()
    }

    fn character(&mut self, c: char, span: Range<usize>) {
        if c.is_ascii() && self.run.is_empty() {
            if !sight::is_unseen(c) {
                self.bare = true;
                self.give(c, span);
            }
            return;
        }
        if self.run.is_empty()
            && let Some(Letter { exact, loose, bare }) = letters::find(c)
        {
            self.bare = bare;
            self.spaced = false;
            self.tape.push(if self.view == View::Loose { loose } else { exact }, span);
            return;
        }
        self.slowly(c, span);
    }

    /// A character that may join what stands beside it, or be several.
    fn slowly(&mut self, c: char, span: Range<usize>) {
        let dropped = self.bare && self.run.is_empty() && is_combining_mark(c);
        if dropped || sight::is_unseen(c) {
            return;
        }
        if !compose::begins(c) {
            self.continues(c, span);
            return;
        }
        self.flush();
        let first = compose::first_of(c);
        self.bare = sight::wears_marks_lightly(first);
        if self.bare {
            decompose_compatible(c, |c| self.give_bare(c, span.clone()));
        } else if compose::may_change(c) {
            self.run.push(c);
            self.run_span = span;
        } else {
            for c in std::iter::once(c).nfkc() {
                self.give(c, span.clone());
            }
        }
    }

    /// A mark, or a letter that may join the one before it.
    fn continues(&mut self, c: char, span: Range<usize>) {
        if self.run.is_empty() {
            self.run_span = span.clone();
        }
        self.bare = false;
        self.run.push(c);
        self.run_span.end = span.end;
        if self.run.len() >= RUN_MAX {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.run.is_empty() {
            return;
        }
        let run = std::mem::take(&mut self.run);
        for c in run.iter().copied().nfkc() {
            self.give(c, self.run_span.clone());
        }
        self.run = run;
        self.run.clear();
    }

    fn give_bare(&mut self, c: char, span: Range<usize>) {
        if !is_combining_mark(c) {
            self.give(c, span);
        }
    }

    fn give(&mut self, c: char, span: Range<usize>) {
        if c.is_whitespace() {
            if !std::mem::replace(&mut self.spaced, true) {
                self.tape.push(' ', span);
            }
            return;
        }
        self.spaced = false;
        match self.view {
            View::Exact => self.tape.push(c, span),
            View::Loose if c.is_ascii() => self.tape.push(c.to_ascii_lowercase(), span),
            View::Loose => fold::fold(c, |c| self.tape.push(c, span.clone())),
        }
    }
}

/// A whole text as filters compare it, without space around it.
pub(super) fn normalise(text: &str, view: View) -> String {
    turned(text, view).trim().to_owned()
}

/// A part of a text as filters compare it loosely.
pub(super) fn fold_pattern(part: &str) -> String {
    turned(part, View::Loose)
}

fn turned(text: &str, view: View) -> String {
    let mut normal = Normal::new(view, Script::Prose);
    normal.feed(text);
    normal.end();
    String::from_utf8(normal.tape.into_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
