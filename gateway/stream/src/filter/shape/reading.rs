//! Shapes reading one text.

use super::lead::Lead;
use super::machine::Machine;
use super::scout::{SCOUT_BYTES, Seen};
use super::set::Shapes;
use super::thread::{Certain, Fate, Thread};
use crate::filter::Script;
use crate::filter::findings::Findings;
use crate::filter::kind::Judge;
use crate::filter::normal::{Normal, Tape, View};
use std::sync::Arc;

/// Bytes of a character.
const LETTER_MAX: usize = 4;

#[derive(Debug)]
pub(in crate::filter) struct Reading {
    shapes: Arc<Shapes>,
    normal: Normal,
    place: Place,
}

/// Where the reading is.
#[derive(Debug)]
struct Place {
    /// How much of the tape was read.
    at: usize,
    seen: Seen,
    lead: Lead,
    /// By start.
    threads: Vec<Thread>,
}

impl Reading {
    pub(in crate::filter) fn new(shapes: Arc<Shapes>, view: View, script: Script) -> Self {
        let (at, seen, lead, threads) = (0, shapes.scout.start(), Lead::default(), Vec::new());
        let place = Place { at, seen, lead, threads };
        Self { shapes, normal: Normal::new(view, script), place }
    }
}

impl Judge for Reading {
    fn feed(&mut self, text: &str, findings: &mut Findings) {
        let Self { shapes, normal, place } = self;
        normal.feed(text);
        let tape = normal.tape();
        place.read(shapes, tape, findings);
        let begun = place.begun(shapes, tape);
        let open = begun.map(|start| tape.original_start(start));
        findings.clear_but([open, place.held(), normal.pending()], normal.read());
        normal.forget(place.needed(begun));
    }

    fn end(&mut self, findings: &mut Findings) {
        let Self { shapes, normal, place } = self;
        normal.end();
        place.read(shapes, normal.tape(), findings);
        place.end(shapes, normal.tape(), findings);
    }
}

impl Place {
    fn read(&mut self, shapes: &Shapes, tape: &Tape, findings: &mut Findings) {
        let end = tape.end();
        let mut rest = tape.bytes(self.at..end);
        while let Some(byte) = rest.first() {
            if self.threads.is_empty() {
                rest = shapes.scout.pass(&mut self.seen, rest);
                let skipped = shapes.scout.look(&mut self.seen, rest);
                self.at = end - rest.len() + skipped;
            } else {
                self.at = end - rest.len();
                self.advance(shapes, tape, *byte, findings);
                self.seen = shapes.scout.step(self.seen, *byte);
            }
            self.begin(shapes, tape);
            rest = tape.bytes(self.at + 1..end);
        }
        self.at = end;
    }

    /// Takes every thread past the byte it is at.
    fn advance(&mut self, shapes: &Shapes, tape: &Tape, byte: u8, findings: &mut Findings) {
        let (at, mut swallowing, mut again) = (self.at, 0_u32, Vec::new());
        self.threads.retain_mut(|thread| {
            let Some(machine) = shapes.get(thread.shape) else { return false };
            let (found, alive) = match thread.read(machine, tape, (at, byte)) {
                Fate::Alive => (None, true),
                Fate::Over(found) => (found.map(|span| (span, true)), false),
                Fate::Certain(Certain { span, goes_on, again: other }) => {
                    again.extend(other);
                    // Of those that go on alike, the first is enough.
                    let alike = machine.until.is_none() && swallowing >> thread.shape & 1 == 1;
                    (Some((span, true)), goes_on && !alike)
                }
                Fate::Swallowed(span) => {
                    swallowing |= 1 << thread.shape;
                    (Some((span, false)), true)
                }
            };
            if let Some((span, is_first)) = found {
                let mask = machine.masks.get(thread.pattern).filter(|_| is_first);
                findings.found(span, mask);
            }
            alive
        });
        self.threads.append(&mut again);
    }

    /// Begins a thread for everything that may have begun, up to the byte it is at.
    fn begin(&mut self, shapes: &Shapes, tape: &Tape) {
        let end = self.at + 1;
        let begun = self.begun_back(shapes, tape, end, SCOUT_BYTES);
        if begun == 0 {
            return;
        }
        let start = end.saturating_sub(SCOUT_BYTES);
        for (shape, machine) in shapes.of(shapes.scout.plain(begun)) {
            self.threads.extend(Thread::begin(shape, machine, tape, start..end));
        }
        if let Some(signed) = &shapes.signed
            && begun >> signed.shape & 1 == 1
            && let Some(machine) = shapes.get(signed.shape)
        {
            let mut known: Option<Thread> = None;
            for start in signed.starts(tape, self.at) {
                // INVARIANT: behind the sign, all that lead to it are in one state.
                let thread = match &known {
                    Some(known) => Some(known.from(start, tape)),
                    None => Thread::begin(signed.shape, machine, tape, start..end),
                };
                self.threads.extend(thread.clone());
                known = thread;
            }
            self.threads.sort_by_key(|thread| (thread.start, thread.shape));
        }
    }

    /// What may begin so many bytes before `end`.
    fn begun_back(&self, shapes: &Shapes, tape: &Tape, end: usize, bytes: usize) -> u32 {
        let before = end.checked_sub(bytes + 1).and_then(|before| tape.byte(before));
        shapes.scout.begun(self.seen, bytes, before)
    }

    /// The first place at which something may have begun that has no thread yet.
    fn begun(&mut self, shapes: &Shapes, tape: &Tape) -> Option<usize> {
        let end = tape.end();
        let lead = shapes.signed.as_ref().and_then(|signed| self.lead.first(signed, tape));
        let begun = |bytes: usize| {
            let begun = shapes.scout.plain(self.begun_back(shapes, tape, end, bytes));
            let start = end.checked_sub(bytes).filter(|_| begun != 0)?;
            let begins = |machine: &Machine| machine.begin(tape, start..end).is_some();
            shapes.of(begun).any(|(_, machine)| begins(machine)).then_some(start)
        };
        let start = (1..SCOUT_BYTES).rev().find_map(begun);
        lead.filter(|lead| start.is_none_or(|start| *lead < start)).or(start)
    }

    fn end(&mut self, shapes: &Shapes, tape: &Tape, findings: &mut Findings) {
        for thread in &mut self.threads {
            let Some(machine) = shapes.get(thread.shape) else { continue };
            if let Some(found) = thread.finish(machine, tape) {
                findings.found(found, machine.masks.get(thread.pattern));
            }
        }
    }

    /// Where in the original the first thread holds the text back.
    fn held(&self) -> Option<usize> {
        let place = |thread: &Thread| match thread.end {
            Some(end) if thread.swallows => end,
            _ => thread.from,
        };
        self.threads.iter().map(place).min()
    }

    /// The first place of the tape that is needed: threads may read all they have read, and what
    /// may have begun is told by the byte before it.
    fn needed(&self, begun: Option<usize>) -> usize {
        let threads = self.threads.iter().filter(|thread| !thread.swallows);
        let first = threads.map(|thread| thread.start).chain(begun).min();
        first.unwrap_or(self.at).min(self.at).saturating_sub(SCOUT_BYTES + LETTER_MAX)
    }
}
