//! What filters let through and is not shown yet, because all of the answer must be heard before.

use crate::dialect::{Channel, Part};
use crate::report::Finish;

/// Where what may be shown goes. It may take the part, or leave it.
pub(super) type Show<'s> = dyn FnMut(&mut Part<'static>) + 's;

/// The gate of one choice.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// Whether all that comes waits for the end of the choice.
    shut: bool,
    queue: Vec<Part<'static>>,
    /// Bytes of text that wait.
    bytes: usize,
}

impl Gate {
    /// From here on nothing is shown before the end.
    pub(super) fn shut(&mut self) {
        self.shut = true;
    }

    pub(super) fn is_shut(&self) -> bool {
        self.shut
    }

    /// Bytes of text that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes what comes next of the choice.
    pub(super) fn pass(&mut self, part: &mut Part<'static>, show: &mut Show<'_>) {
        if part.is_silent() {
            return;
        }
        if !self.shut {
            return show(part);
        }
        let part = std::mem::take(part);
        self.bytes += part.bytes();
        match self.queue.last_mut() {
            Some(last) if goes_on(last, &part) => last.append(part),
            _ => self.queue.push(part),
        }
    }

    /// The choice has ended: what waits is shown.
    pub(super) fn open(&mut self, show: &mut Show<'_>) {
        self.shut = false;
        self.queue.drain(..).for_each(|mut part| show(&mut part));
    }

    /// Nothing of what waits will be shown.
    pub(super) fn drop_all(&mut self) {
        self.queue.clear();
    }
}

/// Whether the second says more of nothing but the one text that the first says.
fn goes_on(first: &Part<'_>, second: &Part<'_>) -> bool {
    only_text(first).is_some() && only_text(first) == only_text(second)
}

/// The channel of a part that says one text and nothing else.
fn only_text(part: &Part<'_>) -> Option<Channel> {
    let [(channel, _)] = &*part.texts else { return None };
    let only = !part.role
        && part.tools.is_empty()
        && part.logprobs.is_none()
        && part.ends.is_none()
        && part.finish == Finish::Open;
    only.then_some(*channel)
}
