//! A list reading one text.

use super::list::{List, Machine};
use crate::filter::Script;
use crate::filter::findings::{Findings, Mask};
use crate::filter::kind::Judge;
use crate::filter::normal::{Normal, Tape, View};
use aho_corasick::automaton::StateID;
use std::ops::Range;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Reading<A> {
    list: Arc<List<A>>,
    normal: Normal,
    place: Place,
}

/// Where in the text and in the list the reading is.
#[derive(Debug)]
struct Place {
    /// How much of the tape was read.
    at: usize,
    state: StateID,
    /// A phrase that is a word of its own if nothing of a word follows it.
    waiting: Option<(Range<usize>, Mask)>,
}

/// Bytes of a character.
const LETTER_MAX: usize = 4;

impl<A: Machine> Reading<A> {
    pub(super) fn new(list: Arc<List<A>>, script: Script) -> Self {
        let place = Place { at: 0, state: list.start, waiting: None };
        Self { list, normal: Normal::new(View::Loose, script), place }
    }
}

impl<A: Machine> Judge for Reading<A> {
    fn feed(&mut self, text: &str, findings: &mut Findings) {
        let Self { list, normal, place } = self;
        normal.feed(text);
        let tape = normal.tape();
        place.read(list, tape, findings);
        let begun = place.at - list.depth(place.state);
        let depth = (begun < place.at).then(|| tape.original_start(begun));
        let held = [depth, place.waiting.as_ref().map(|(span, _)| span.start), normal.pending()];
        findings.clear_but(held, normal.read());
        normal.forget(begun.saturating_sub(LETTER_MAX));
    }

    fn end(&mut self, findings: &mut Findings) {
        let Self { list, normal, place } = self;
        normal.end();
        place.read(list, normal.tape(), findings);
        place.confirm(findings);
    }
}

impl Place {
    fn read<A: Machine>(&mut self, list: &List<A>, tape: &Tape, findings: &mut Findings) {
        let end = tape.end();
        let mut rest = tape.bytes(self.at..end);
        while !rest.is_empty() {
            if self.waiting.is_some() {
                self.decide(tape, findings);
            }
            if self.state == list.start {
                rest = rest.get(list.idle(rest)..).unwrap_or_default();
            }
            (self.state, rest) = list.run(self.state, rest);
            self.at = end - rest.len();
            if list.is_match(self.state) {
                self.found(list, tape, findings);
            }
        }
    }

    /// Phrases end here.
    fn found<A: Machine>(&mut self, list: &List<A>, tape: &Tape, findings: &mut Findings) {
        let span = |start| tape.original_start(start)..tape.original_end(self.at - 1);
        let follows = tape.letter_before(self.at).is_some_and(char::is_alphanumeric);
        // Of those that end here the longest covers the others; as a word, it need not be one.
        let (mut sure, mut waiting) = (None, None);
        for (bytes, rule) in list.matches(self.state) {
            let start = self.at - bytes;
            if rule.word && tape.is_inside_word(start) {
                continue;
            }
            let best = if rule.word && follows { &mut waiting } else { &mut sure };
            if best.as_ref().is_none_or(|(known, _)| start < *known) {
                *best = Some((start, &rule.mask));
            }
        }
        self.waiting = waiting.map(|(start, mask)| (span(start), mask.clone()));
        if let Some((start, mask)) = sure {
            findings.found(span(start), Some(mask));
        }
    }

    /// What follows tells whether the phrase that waits is a word.
    fn decide(&mut self, tape: &Tape, findings: &mut Findings) {
        if tape.letter(self.at).is_some_and(char::is_alphanumeric) {
            self.waiting = None;
        } else {
            self.confirm(findings);
        }
    }

    fn confirm(&mut self, findings: &mut Findings) {
        if let Some((span, mask)) = self.waiting.take() {
            findings.found(span, Some(&mask));
        }
    }
}
