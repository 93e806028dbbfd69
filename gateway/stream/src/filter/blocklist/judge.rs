//! A list reading one text.

use super::list::{List, Machine};
use super::{Act, Rule};
use crate::filter::Script;
use crate::filter::findings::Findings;
use crate::filter::kind::Judge;
use crate::filter::normal::{Normal, View};
use aho_corasick::automaton::StateID;
use std::collections::VecDeque;
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
    state: StateID,
    /// The latest characters, as many as the state has seen of a phrase, or more.
    latest: VecDeque<Letter>,
    /// Whether the character before `latest` is of a word.
    word_before: bool,
    /// A phrase that is a word of its own if nothing of a word follows it.
    waiting: Option<Range<usize>>,
}

#[derive(Debug)]
struct Letter {
    span: Range<usize>,
    bytes: usize,
    word: bool,
}

impl<A: Machine> Reading<A> {
    pub(super) fn new(list: Arc<List<A>>, script: Script) -> Self {
        let (state, latest) = (list.start, VecDeque::new());
        let place = Place { state, latest, word_before: false, waiting: None };
        Self { list, normal: Normal::new(View::Loose, script), place }
    }
}

impl<A: Machine> Judge for Reading<A> {
    fn feed(&mut self, text: &str, findings: &mut Findings) {
        let Self { list, normal, place } = self;
        normal.feed(text, &mut |c, span| place.read(list, c, span, findings));
        place.forget(list.depth(place.state));
        let depth = place.latest_of(list.depth(place.state));
        let held = [depth, place.waiting.as_ref().map(|span| span.start), normal.pending()];
        let end = normal.read();
        findings.clear(held.into_iter().flatten().min().unwrap_or(end));
    }

    fn end(&mut self, findings: &mut Findings) {
        let Self { list, normal, place } = self;
        normal.end(&mut |c, span| place.read(list, c, span, findings));
        place.confirm(&list.rule, findings);
    }
}

impl Place {
    fn read<A: Machine>(
        &mut self,
        list: &List<A>,
        c: char,
        span: Range<usize>,
        findings: &mut Findings,
    ) {
        let word = list.rule.word && c.is_alphanumeric();
        if word {
            self.waiting = None;
        } else if self.waiting.is_some() {
            self.confirm(&list.rule, findings);
        }
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).as_bytes();
        for byte in bytes {
            self.state = list.next(self.state, *byte);
        }
        if self.state == list.start {
            self.latest.clear();
            self.word_before = word;
            return;
        }
        self.latest.push_back(Letter { span, bytes: bytes.len(), word });
        // Of those that end here the longest covers the others; as a word, it need not be one.
        let longest = list.matches(self.state).filter_map(|bytes| self.phrase(bytes, &list.rule));
        self.waiting = longest.min_by_key(|span| span.start);
        if !word && self.waiting.is_some() {
            self.confirm(&list.rule, findings);
        }
    }

    /// The place of the latest so many bytes, unless they are part of a longer word.
    fn phrase(&self, bytes: usize, rule: &Rule) -> Option<Range<usize>> {
        let (at, first) = self.back(bytes)?;
        let before = at.checked_sub(1).and_then(|at| self.latest.get(at));
        let word_before = before.map_or(self.word_before, |letter| letter.word);
        let inside = rule.word && word_before && first.word;
        let end = self.latest.back()?.span.end;
        (!inside).then_some(first.span.start..end)
    }

    /// The first of the latest characters that are so many bytes.
    fn back(&self, bytes: usize) -> Option<(usize, &Letter)> {
        let mut seen = 0;
        let reaches = |(_, letter): &(usize, &Letter)| {
            seen += letter.bytes;
            seen >= bytes
        };
        self.latest.iter().enumerate().rev().find(reaches)
    }

    fn latest_of(&self, bytes: usize) -> Option<usize> {
        (bytes > 0).then(|| self.back(bytes))?.map(|(_, letter)| letter.span.start)
    }

    /// Lets go of all but the latest so many bytes.
    fn forget(&mut self, bytes: usize) {
        let all = self.latest.len();
        let old = if bytes == 0 { all } else { self.back(bytes).map_or(0, |(at, _)| at) };
        for letter in self.latest.drain(..old) {
            self.word_before = letter.word;
        }
    }

    fn confirm(&mut self, rule: &Rule, findings: &mut Findings) {
        let Some(span) = self.waiting.take() else { return };
        match rule.act {
            Act::Block => findings.stop(span.start, &rule.mask.category),
            Act::Mask => findings.mask(span, Some(&rule.mask)),
        }
    }
}
