//! What was shown of a text that may still turn out to be something found.

use std::collections::VecDeque;
use std::ops::Range;

/// Spans that were shown, in order.
#[derive(Debug, Default)]
pub(super) struct Shown(VecDeque<Range<usize>>);

impl Shown {
    /// This was shown.
    pub(super) fn add(&mut self, span: Range<usize>) {
        match self.0.back_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ if span.is_empty() => {}
            _ => self.0.push_back(span),
        }
    }

    /// Nothing before `to` will be asked for.
    pub(super) fn forget(&mut self, to: usize) {
        while self.0.front().is_some_and(|first| first.end <= to) {
            self.0.pop_front();
        }
    }

    /// How many bytes of a span were shown and are not taken yet.
    pub(super) fn take(&mut self, span: &Range<usize>) -> usize {
        let (mut taken, mut left) = (0, VecDeque::with_capacity(self.0.len() + 1));
        for shown in self.0.drain(..) {
            let (start, end) = (shown.start.max(span.start), shown.end.min(span.end));
            if start >= end {
                left.push_back(shown);
                continue;
            }
            taken += end - start;
            left.extend(
                [shown.start..start, end..shown.end].into_iter().filter(|it| !it.is_empty()),
            );
        }
        self.0 = left;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_taken_twice() {
        let mut shown = Shown::default();
        shown.add(0..4);
        shown.add(4..6);
        shown.add(9..12);
        assert_eq!(shown.take(&(2..10)), 5);
        assert_eq!(shown.take(&(2..10)), 0);
        assert_eq!(shown.take(&(0..99)), 4);
        shown.add(20..30);
        shown.forget(25);
        assert_eq!(shown.take(&(0..22)), 2);
        shown.forget(30);
        assert_eq!(shown.take(&(0..99)), 0);
    }
}
