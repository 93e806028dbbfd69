//! The latest run of bytes that may lead to the sign of a shape.

use super::machine::Machine;
use crate::filter::normal::Tape;

/// The shape that is looked for by its sign, and what each byte is to it.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) shape: usize,
    bytes_max: usize,
    kinds: Box<[u8; 256]>,
}

/// It may stand between the beginning and the sign.
const LEADS: u8 = 1;
/// It may be the beginning.
const BEGINS: u8 = 2;
/// It may stand before the beginning.
const BEFORE: u8 = 4;

impl Signed {
    /// The first of these machines that has a sign.
    pub(super) fn find(machines: &[Machine]) -> Option<Self> {
        let mut signs = machines.iter().enumerate();
        let (shape, machine, sign) =
            signs.find_map(|(shape, machine)| Some((shape, machine, machine.shape.sign?)))?;
        let mut kinds = Box::new([0; 256]);
        for (byte, kind) in (0..=u8::MAX).zip(kinds.iter_mut()) {
            let begins = !machine.step(machine.start, byte).1.over;
            let bit = |bit, set| if set { bit } else { 0 };
            *kind = bit(LEADS, (sign.lead)(byte))
                | bit(BEGINS, begins)
                | bit(BEFORE, machine.shape.edges.follows(byte));
        }
        Some(Self { shape, bytes_max: machine.shape.bytes_max, kinds })
    }

    /// The places from which the shape may lead up to its sign at `at`, first to last.
    pub(super) fn starts<'s>(
        &'s self,
        tape: &'s Tape,
        at: usize,
    ) -> impl Iterator<Item = usize> + 's {
        let first = self.run(tape, at, (at + 1).saturating_sub(self.bytes_max));
        (first..at).filter(move |start| self.begins(tape, *start))
    }

    /// Where the run begins that ends before `end`, if not before `bound`.
    fn run(&self, tape: &Tape, end: usize, bound: usize) -> usize {
        let bytes = tape.bytes(bound..end).iter().rev();
        end - bytes.take_while(|byte| self.is(**byte, LEADS)).count()
    }

    fn begins(&self, tape: &Tape, at: usize) -> bool {
        let stands = match at.checked_sub(1) {
            None => true,
            Some(before) => tape.byte(before).is_some_and(|byte| self.is(byte, BEFORE)),
        };
        stands && tape.byte(at).is_some_and(|byte| self.is(byte, BEGINS))
    }

    fn is(&self, byte: u8, kind: u8) -> bool {
        self.kinds.get(usize::from(byte)).is_some_and(|kinds| kinds & kind != 0)
    }
}

/// Where the run is that ends where the text was read to.
#[derive(Debug, Default)]
pub(super) struct Lead {
    /// No shape that may still match begins in the run before this.
    start: usize,
    /// Where the text was read to.
    end: usize,
}

impl Lead {
    /// The first place from which the shape may lead up to the end of the tape.
    pub(super) fn first(&mut self, signed: &Signed, tape: &Tape) -> Option<usize> {
        let end = tape.end();
        let run = signed.run(tape, end, self.end);
        if run > self.end {
            self.start = run;
        }
        self.end = end;
        self.start = self.start.max(end.saturating_sub(signed.bytes_max));
        while self.start < end && !signed.begins(tape, self.start) {
            self.start += 1;
        }
        (self.start < end).then_some(self.start)
    }
}
