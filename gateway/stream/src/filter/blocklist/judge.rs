//! A list reading one text.

use super::Rule;
use super::list::{List, Machine};
use crate::filter::Script;
use crate::filter::findings::Findings;
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
    waiting: Option<Range<usize>>,
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
        let held = [depth, place.waiting.as_ref().map(|span| span.start), normal.pending()];
        let end = normal.read();
        findings.clear(held.into_iter().flatten().min().unwrap_or(end));
        normal.forget(begun.saturating_sub(LETTER_MAX));
    }

    fn end(&mut self, findings: &mut Findings) {
        let Self { list, normal, place } = self;
        normal.end();
        place.read(list, normal.tape(), findings);
        place.confirm(&list.rule, findings);
    }
}

impl Place {
    fn read<A: Machine>(&mut self, list: &List<A>, tape: &Tape, findings: &mut Findings) {
        let end = tape.end();
        let mut rest = tape.bytes(self.at..end);
        while !rest.is_empty() {
            if self.waiting.is_some() {
                self.decide(&list.rule, tape, findings);
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
        // Of those that end here the longest covers the others; as a word, it need not be one.
        let starts = list.matches(self.state).map(|bytes| self.at - bytes);
        let start = starts.filter(|start| !list.rule.word || stands(tape, *start)).min();
        let Some(start) = start else { return };
        self.waiting = Some(tape.original_start(start)..tape.original_end(self.at - 1));
        if !list.rule.word || !tape.letter_before(self.at).is_some_and(char::is_alphanumeric) {
            self.confirm(&list.rule, findings);
        }
    }

    /// What follows tells whether the phrase that waits is a word.
    fn decide(&mut self, rule: &Rule, tape: &Tape, findings: &mut Findings) {
        if tape.letter(self.at).is_some_and(char::is_alphanumeric) {
            self.waiting = None;
        } else {
            self.confirm(rule, findings);
        }
    }

    fn confirm(&mut self, rule: &Rule, findings: &mut Findings) {
        let Some(span) = self.waiting.take() else { return };
        findings.found(span, Some(&rule.mask));
    }
}

/// Whether what begins here is not part of a longer word.
fn stands(tape: &Tape, start: usize) -> bool {
    let of_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    !(of_word(tape.letter_before(start)) && of_word(tape.letter(start)))
}
