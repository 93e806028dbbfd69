//! One shape, read from one place.

use super::Tail;
use super::machine::Machine;
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
    /// Which pattern matched first.
    pub(super) pattern: usize,
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
    /// What it found is certain.
    Certain(Certain),
    /// It goes on, through this.
    Swallowed(Range<usize>),
}

/// A start that is certain.
#[derive(Debug)]
pub(super) struct Certain {
    pub(super) span: Range<usize>,
    /// Whether more may belong to it.
    pub(super) goes_on: bool,
    /// The same thread, if it may match again.
    pub(super) again: Option<Thread>,
}

impl Thread {
    /// One that began at `start` and has read up to `end`, if it can go on.
    pub(super) fn begin(
        shape: usize,
        machine: &Machine,
        tape: &Tape,
        places: Range<usize>,
    ) -> Option<Self> {
        let state = machine.begin(tape, places.clone())?;
        let (start, from) = (places.start, tape.original_start(places.start));
        Some(Self { shape, start, from, state, end: None, pattern: 0, swallows: false })
    }

    /// The same shape in the same state, from another start.
    pub(super) fn from(&self, start: usize, tape: &Tape) -> Self {
        Self { start, from: tape.original_start(start), ..*self }
    }

    /// Reads the byte at `at`.
    pub(super) fn read(&mut self, machine: &Machine, tape: &Tape, (at, byte): (usize, u8)) -> Fate {
        if self.swallows {
            return self.swallow(machine, tape, (at, byte));
        }
        let (state, step) = machine.step(self.state, byte);
        self.state = state;
        if step.matched && machine.shape.edges.ends(tape, (at, byte)) {
            self.matched(machine, tape, (state, at));
        }
        let over = step.over || at - self.start >= machine.shape.bytes_max;
        if let Some(end) = self.end
            && !matches!(machine.shape.tail, Tail::None)
        {
            let again = (machine.branches && !over).then(|| Self { end: None, ..self.clone() });
            self.swallows = true;
            self.state = machine.until.as_ref().map_or(self.state, |(_, start)| *start);
            let (to, goes_on) = match self.swallow(machine, tape, (at, byte)) {
                Fate::Swallowed(span) => (span.end, true),
                _ => (end, false),
            };
            return Fate::Certain(Certain { span: self.from..to, goes_on, again });
        }
        if over { Fate::Over(self.found()) } else { Fate::Alive }
    }

    /// The text has ended.
    pub(super) fn finish(&mut self, machine: &Machine, tape: &Tape) -> Option<Range<usize>> {
        if self.swallows {
            return None;
        }
        if let Some(state) = machine.end(self.state) {
            self.matched(machine, tape, (state, tape.end()));
        }
        self.found()
    }

    fn found(&self) -> Option<Range<usize>> {
        self.end.map(|end| self.from..end)
    }

    fn matched(&mut self, machine: &Machine, tape: &Tape, (state, end): (StateID, usize)) {
        if !(machine.shape.check)(tape.bytes(self.start..end)) {
            return;
        }
        if self.end.is_none() {
            self.pattern = machine.pattern(state);
        }
        self.end = end.checked_sub(1).map(|last| tape.original_end(last));
    }

    fn swallow(&mut self, machine: &Machine, tape: &Tape, (at, byte): (usize, u8)) -> Fate {
        let to = tape.original_end(at);
        let from = self.end.unwrap_or(to);
        match machine.swallow(self.state, tape, (at, byte)) {
            Some(state) => {
                self.state = state;
                self.end = Some(to);
                Fate::Swallowed(from..to)
            }
            None => Fate::Over(None),
        }
    }
}
