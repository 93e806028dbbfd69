//! A hash list reading one text.

use super::published::Published;
use crate::filter::Script;
use crate::filter::findings::{Findings, Mask};
use crate::filter::kind::Judge;
use crate::filter::normal::{Normal, Tape, View};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a word beyond which it is of no entry: it need not be held back.
const WORD_BYTES_MAX: usize = 256;

#[derive(Debug)]
pub(super) struct Reading {
    published: Arc<Published>,
    normal: Normal,
    words: Words,
}

/// Where the reading is.
#[derive(Debug)]
struct Words {
    mask: Mask,
    /// How much of the tape was read.
    at: usize,
    /// The word under way, and where it stands in the original.
    word: String,
    span: Option<Range<usize>>,
    /// Words that may be the first ones of an entry, by start.
    runs: Vec<Run>,
}

/// Words in a row.
#[derive(Debug)]
struct Run {
    /// Where it begins in the original.
    from: usize,
    words: usize,
    hasher: Sha256,
}

impl Reading {
    pub(super) fn new(published: Arc<Published>, mask: Mask, script: Script) -> Self {
        let words = Words { mask, at: 0, word: String::new(), span: None, runs: Vec::new() };
        Self { published, normal: Normal::new(View::Loose, script), words }
    }
}

impl Judge for Reading {
    fn feed(&mut self, text: &str, findings: &mut Findings) {
        let Self { published, normal, words } = self;
        normal.feed(text);
        words.read(published, normal.tape(), findings);
        let under_way = words.span.as_ref().map(|span| span.start);
        let run = words.runs.first().map(|run| run.from);
        let held = [run, under_way, normal.pending()].into_iter().flatten().min();
        findings.clear(held.unwrap_or(normal.read()));
        normal.forget(words.at);
    }

    fn end(&mut self, findings: &mut Findings) {
        let Self { published, normal, words } = self;
        normal.end();
        words.read(published, normal.tape(), findings);
        words.complete(published, findings);
    }
}

impl Words {
    fn read(&mut self, published: &Published, tape: &Tape, findings: &mut Findings) {
        while let Some(letter) = tape.letter(self.at) {
            if letter.is_alphanumeric() {
                self.take(letter, tape);
            } else {
                self.complete(published, findings);
            }
            self.at += letter.len_utf8();
        }
    }

    fn take(&mut self, letter: char, tape: &Tape) {
        if self.word.len() > WORD_BYTES_MAX {
            return;
        }
        self.word.push(letter);
        let start = self.span.as_ref().map_or_else(|| tape.original_start(self.at), |it| it.start);
        self.span = Some(start..tape.original_end(self.at));
        if self.word.len() > WORD_BYTES_MAX {
            self.span = None;
            self.runs.clear();
        }
    }

    /// The word under way has ended.
    fn complete(&mut self, published: &Published, findings: &mut Findings) {
        if let Some(span) = self.span.take() {
            if published.begins(&self.word) {
                self.runs.push(Run { from: span.start, words: 0, hasher: published.hasher() });
            }
            for run in &mut self.runs {
                run.take(&self.word);
            }
            for run in self.runs.iter().filter(|run| published.has(&run.hasher)) {
                findings.found(run.from..span.end, Some(&self.mask));
            }
            self.runs.retain(|run| run.words < published.words_max);
        }
        self.word.clear();
    }
}

impl Run {
    fn take(&mut self, word: &str) {
        if self.words > 0 {
            self.hasher.update(b" ");
        }
        self.hasher.update(word);
        self.words += 1;
    }
}
