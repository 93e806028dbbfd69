//! What a filter found in a text, by its place in the text.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// What a filter found and has not been acted on.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// By start; at one start, what continues an earlier finding comes first.
    masks: VecDeque<Found>,
    pub(super) stop: Option<Stop>,
    pub(super) clear: usize,
}

/// A span that must not be shown.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) span: Range<usize>,
    /// What stands for it; `None` if it continues what an earlier mask stands for.
    pub(super) mask: Option<Mask>,
}

/// What stands for something found.
#[derive(Clone, Debug)]
pub(super) struct Mask {
    pub(super) category: Arc<str>,
    pub(super) text: Arc<str>,
}

/// Where a text must end.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) at: usize,
    pub(super) category: Arc<str>,
}

impl Findings {
    /// Found something to mask. Spans that overlap become one, with the mask of the first.
    pub(super) fn mask(&mut self, span: Range<usize>, mask: Option<&Mask>) {
        if mask.is_none()
            && let Some(last) = self.masks.back_mut()
            && last.span.start < span.start
            && span.start <= last.span.end
        {
            last.span.end = last.span.end.max(span.end);
            return;
        }
        let rank = |found: &Found| (found.span.start, found.mask.is_some());
        let key = (span.start, mask.is_some());
        let at = self.masks.partition_point(|found| rank(found) <= key);
        self.masks.insert(at, Found { span, mask: mask.cloned() });
    }

    /// The text must end at `at`. What was found first counts.
    pub(super) fn stop(&mut self, at: usize, category: &Arc<str>) {
        if self.stop.is_none() {
            self.stop = Some(Stop { at, category: Arc::clone(category) });
        }
    }

    /// Nothing more will be found that begins before `to`.
    pub(super) fn clear(&mut self, to: usize) {
        self.clear = self.clear.max(to);
    }

    /// Whether there is nothing to act on.
    pub(super) fn is_empty(&self) -> bool {
        self.stop.is_none() && self.masks.is_empty()
    }

    /// Where the first span begins.
    pub(super) fn next(&self) -> Option<usize> {
        self.masks.front().map(|found| found.span.start)
    }

    pub(super) fn take(&mut self) -> Option<Found> {
        self.masks.pop_front()
    }
}
