//! One shape, read from one place.

use super::machine::Machine;
use super::shapes::Tail;
use crate::filter::normal::Tape;
use regex_automata::util::primitives::StateID;
use std::ops::Range;

#[derive(Clone, Debug)]
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
    /// One that began at `start` and has read up to `end`, if it can go on.
    pub(super) fn begin(
        shape: usize,
        machine: &Machine,
        tape: &Tape,
        places: Range<usize>,
    ) -> Option<Self> {
        let state = machine.read(tape.bytes(places.clone()))?;
        let (start, from) = (places.start, tape.original_start(places.start));
        Some(Self { shape, start, from, state, end: None, swallows: false })
    }

    /// The same shape in the same state, from another start.
    pub(super) fn from(&self, start: usize, tape: &Tape) -> Self {
        Self { start, from: tape.original_start(start), ..*self }
    }

    /// Reads the byte at `at`.
    pub(super) fn read(&mut self, machine: &Machine, tape: &Tape, (at, byte): (usize, u8)) -> Fate {
        if self.swallows {
            return self.swallow(machine, byte, tape.original_end(at));
        }
        let (state, step) = machine.step(self.state, byte);
        self.state = state;
        if step.matched && !(machine.shape.not_before)(byte) {
            self.matched(machine, tape, at);
        }
        if let Some(end) = self.end
            && !matches!(machine.shape.tail, Tail::None)
        {
            self.swallows = true;
            self.state = machine.until.as_ref().map_or(self.state, |(_, start)| *start);
            return match self.swallow(machine, byte, tape.original_end(at)) {
                Fate::Swallowed(span) => Fate::Begun(self.from..span.end),
                _ => Fate::Over(Some(self.from..end)),
            };
        }
        let long = at - self.start >= machine.shape.bytes_max;
        if step.over || long { Fate::Over(self.found()) } else { Fate::Alive }
    }

    /// The text has ended.
    pub(super) fn finish(&mut self, machine: &Machine, tape: &Tape) -> Option<Range<usize>> {
        if self.swallows {
            return None;
        }
        if machine.ends(self.state) {
            self.matched(machine, tape, tape.end());
        }
        self.found()
    }

    fn found(&self) -> Option<Range<usize>> {
        self.end.map(|end| self.from..end)
    }

    fn matched(&mut self, machine: &Machine, tape: &Tape, end: usize) {
        if (machine.shape.check)(tape.bytes(self.start..end)) {
            self.end = end.checked_sub(1).map(|last| tape.original_end(last));
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
