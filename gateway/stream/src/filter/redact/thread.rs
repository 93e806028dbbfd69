//! One shape, read from one place.

use super::machine::Machine;
use super::shapes::Tail;
use super::window::Window;
use regex_automata::util::primitives::StateID;
use std::ops::Range;

#[derive(Debug)]
pub(super) struct Thread {
    pub(super) shape: usize,
    /// Where it began: in the normal text, and in the original.
    pub(super) start: usize,
    pub(super) from: usize,
    state: StateID,
    /// Where the longest match ends in the original.
    pub(super) end: Option<usize>,
    /// Whether its start was certain, so that what belongs to it is swallowed up to `end`.
    pub(super) swallows: bool,
}

/// What has become of a thread.
#[derive(Debug)]
pub(super) enum Fate {
    /// It may still match, or match more.
    Alive,
    /// It is over, with what it found.
    Over(Option<Range<usize>>),
    /// What it found begins here, and goes on.
    Begun(Range<usize>),
    /// It goes on, through this.
    Swallowed(Range<usize>),
}

impl Thread {
    pub(super) fn new(
        shape: usize,
        machine: &Machine,
        start: usize,
        byte: u8,
        from: usize,
    ) -> Self {
        let (state, _) = machine.step(machine.start, byte);
        Self { shape, start, from, state, end: None, swallows: false }
    }

    /// Reads the byte at `at`, whose character stands in the original up to `to`.
    pub(super) fn read(
        &mut self,
        machine: &Machine,
        window: &Window,
        (at, byte): (usize, u8),
        to: usize,
    ) -> Fate {
        if self.swallows {
            return self.swallow(machine, byte, to);
        }
        let (state, step) = machine.step(self.state, byte);
        self.state = state;
        if step.matched && !(machine.shape.not_before)(byte) {
            self.matched(machine, window, at);
        }
        if let Some(end) = self.end
            && !matches!(machine.shape.tail, Tail::None)
        {
            self.swallows = true;
            self.state = machine.until.as_ref().map_or(self.state, |(_, start)| *start);
            return match self.swallow(machine, byte, to) {
                Fate::Swallowed(span) => Fate::Begun(self.from..span.end),
                _ => Fate::Over(Some(self.from..end)),
            };
        }
        let long = at - self.start >= machine.shape.bytes_max;
        if step.over || long { Fate::Over(self.found()) } else { Fate::Alive }
    }

    /// The text has ended.
    pub(super) fn finish(&mut self, machine: &Machine, window: &Window) -> Option<Range<usize>> {
        if self.swallows {
            return None;
        }
        if machine.ends(self.state) {
            self.matched(machine, window, window.end());
        }
        self.found()
    }

    fn found(&self) -> Option<Range<usize>> {
        self.end.map(|end| self.from..end)
    }

    fn matched(&mut self, machine: &Machine, window: &Window, end: usize) {
        if (machine.shape.check)(&window.text(self.start, end)) {
            self.end = window.original_end(end).or(self.end);
        }
    }

    fn swallow(&mut self, machine: &Machine, byte: u8, to: usize) -> Fate {
        let from = self.end.unwrap_or(to);
        match machine.swallow(self.state, byte) {
            Some(state) => {
                self.state = state;
                self.end = Some(to);
                Fate::Swallowed(from..to)
            }
            None => Fate::Over(None),
        }
    }
}
