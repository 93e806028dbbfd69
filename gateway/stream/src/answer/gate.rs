//! What filters let through and is not shown yet, because all of the answer, or a guard, must be
//! heard before.

use crate::dialect::Part;
use std::collections::VecDeque;

/// Where what may be shown goes. It may take the part, or leave it.
pub(super) type Show<'s> = dyn FnMut(&mut Part<'static>) + 's;

/// The gate of one choice.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// Whether all that comes waits for the end of the choice.
    shut: bool,
    /// Bytes of text of the choice that guards have cleared; `None` if no guard has to.
    cleared: Option<usize>,
    /// Bytes of text of the choice that came to the gate.
    come: usize,
    queue: VecDeque<Waiting>,
    /// Bytes of text that wait.
    bytes: usize,
}

/// A part that waits.
#[derive(Debug)]
struct Waiting {
    part: Part<'static>,
    /// Bytes of text of the choice up to its end.
    upto: usize,
}

impl Gate {
    /// From here on nothing is shown before the end.
    pub(super) fn shut(&mut self) {
        self.shut = true;
    }

    /// From here on nothing is shown before guards have cleared it.
    pub(super) fn guard(&mut self) {
        self.cleared.get_or_insert(self.come);
    }

    /// Whether something may wait.
    pub(super) fn withholds(&self) -> bool {
        self.shut || self.cleared.is_some()
    }

    /// Whether no guard has to be heard about what came so far.
    pub(super) fn is_clear(&self) -> bool {
        self.cleared.is_none_or(|cleared| cleared >= self.come)
    }

    /// Bytes of text that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes what comes next of the choice. Where guards are asked, nothing is shown before they
    /// were heard, be it without text: an answer that has not begun can still be another.
    pub(super) fn pass(&mut self, part: &mut Part<'static>, show: &mut Show<'_>) {
        if part.is_silent() {
            return;
        }
        let bytes = part.bytes();
        self.come += bytes;
        let waits = self.shut || self.cleared == Some(0) || !self.is_clear();
        if !waits && self.queue.is_empty() {
            return show(part);
        }
        self.bytes += bytes;
        let (part, upto) = (std::mem::take(part), self.come);
        match self.queue.back_mut().filter(|_| self.shut) {
            Some(last) if goes_on(&last.part, &part) => {
                last.part.append(part);
                last.upto = upto;
            }
            _ => self.queue.push_back(Waiting { part, upto }),
        }
    }

    /// Guards have cleared so much of the text.
    pub(super) fn clear(&mut self, upto: usize, show: &mut Show<'_>) {
        self.cleared = self.cleared.map(|cleared| cleared.max(upto));
        if !self.shut {
            self.release(show);
        }
    }

    /// The choice has ended: what waits, and is cleared, is shown.
    pub(super) fn open(&mut self, show: &mut Show<'_>) {
        self.shut = false;
        self.release(show);
    }

    /// Nothing of what waits will be shown.
    pub(super) fn drop_all(&mut self) {
        self.queue.clear();
        self.bytes = 0;
    }

    fn release(&mut self, show: &mut Show<'_>) {
        let cleared = self.cleared.unwrap_or(usize::MAX);
        while let Some(mut next) = self.queue.pop_front_if(|next| next.upto <= cleared) {
            self.bytes = self.bytes.saturating_sub(next.part.bytes());
            show(&mut next.part);
        }
    }
}

/// Whether the second says more of nothing but the one text that the first says.
fn goes_on(first: &Part<'_>, second: &Part<'_>) -> bool {
    let channel = |part: &Part<'_>| part.only_text().map(|(channel, _)| channel);
    channel(first).is_some() && channel(first) == channel(second)
}
