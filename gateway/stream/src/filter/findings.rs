//! What a filter found in a text, by its place in the text.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// What a filter found and has not been acted on.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// By start; at one start, what continues an earlier finding comes first, then what was
    /// complete first.
    found: VecDeque<Found>,
    pub(super) clear: usize,
}

/// A span that something is to be done about.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) span: Range<usize>,
    /// What it is; `None` if it continues what was found before.
    pub(super) mask: Option<Mask>,
    /// Where it ended when it was found.
    complete: usize,
}

/// What something found is called, and what may stand for it.
#[derive(Clone, Debug)]
pub(super) struct Mask {
    pub(super) category: Arc<str>,
    pub(super) text: Arc<str>,
}

impl Findings {
    /// Found something. Spans that overlap become one, and are what the first is.
    pub(super) fn found(&mut self, span: Range<usize>, mask: Option<&Mask>) {
        if mask.is_none() && self.goes_on(&span) {
            return;
        }
        let complete = span.end;
        self.insert(Found { span, mask: mask.cloned(), complete });
    }

    /// Whether a span continues what waits to be acted on; that then reaches as far.
    fn goes_on(&mut self, span: &Range<usize>) -> bool {
        let before =
            |found: &&mut Found| found.span.start < span.start && span.start <= found.span.end;
        let mut continued = false;
        for found in self.found.iter_mut().filter(before) {
            found.span.end = found.span.end.max(span.end);
            continued = true;
        }
        continued
    }

    /// Nothing more will be found that begins before `to`.
    pub(super) fn clear(&mut self, to: usize) {
        self.clear = self.clear.max(to);
    }

    /// Nothing more will be found that begins before any of these places, nor before `end`.
    pub(super) fn clear_but(&mut self, held: [Option<usize>; 3], end: usize) {
        self.clear(held.iter().fold(end, |to, place| place.map_or(to, |place| place.min(to))));
    }

    /// Whether there is nothing to act on.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What begins first.
    pub(super) fn next(&self) -> Option<&Found> {
        self.found.front()
    }

    pub(super) fn take(&mut self) -> Option<Found> {
        self.found.pop_front()
    }

    /// Takes over what another reading of the same text has found.
    pub(super) fn join(&mut self, other: &mut Self) {
        for found in other.found.drain(..) {
            if found.mask.is_none() {
                self.found(found.span, None);
            } else {
                self.insert(found);
            }
        }
    }

    fn insert(&mut self, found: Found) {
        let rank = |it: &Found| (it.span.start, it.mask.is_some(), it.complete);
        let key = rank(&found);
        let at = self.found.partition_point(|known| rank(known) <= key);
        self.found.insert(at, found);
    }
}
