//! The latest run of bytes that may lead to a sign.

use super::set::Shapes;
use super::shapes::Sign;
use crate::filter::normal::Tape;

/// Where the run is that ends where the text was read to.
#[derive(Debug, Default)]
pub(super) struct Lead {
    /// No shape that may still match begins in the run before this.
    start: usize,
    /// Where the text was read to.
    end: usize,
}

impl Lead {
    /// The first place from which a shape may lead up to the end of the tape.
    pub(super) fn first(&mut self, shapes: &Shapes, tape: &Tape) -> Option<usize> {
        let (shape, sign) = shapes.signed?;
        let end = tape.end();
        let run = run(sign, tape, end, self.end);
        if run > self.end {
            self.start = run;
        }
        self.end = end;
        self.start = self.start.max(end.saturating_sub(shapes.get(shape)?.shape.bytes_max));
        while self.start < end && !begins(shapes, shape, tape, self.start) {
            self.start += 1;
        }
        (self.start < end).then_some(self.start)
    }
}

/// The places from which a shape may lead up to the sign at `at`, first to last.
pub(super) fn starts<'s>(
    shapes: &'s Shapes,
    shape: usize,
    sign: Sign,
    tape: &'s Tape,
    at: usize,
) -> impl Iterator<Item = usize> + 's {
    let bytes_max = shapes.get(shape).map_or(0, |machine| machine.shape.bytes_max);
    let first = run(sign, tape, at, (at + 1).saturating_sub(bytes_max));
    (first..at).filter(move |start| begins(shapes, shape, tape, *start))
}

/// Where the run begins that ends before `end`, if not before `bound`.
fn run(sign: Sign, tape: &Tape, end: usize, bound: usize) -> usize {
    let bytes = tape.bytes(bound..end);
    end - bytes.iter().rev().take_while(|byte| (sign.lead)(**byte)).count()
}

fn begins(shapes: &Shapes, shape: usize, tape: &Tape, at: usize) -> bool {
    let Some(machine) = shapes.get(shape) else { return false };
    let stands = match at.checked_sub(1) {
        None => true,
        Some(before) => tape.byte(before).is_some_and(|byte| !(machine.shape.not_after)(byte)),
    };
    stands && tape.byte(at).is_some_and(|byte| !machine.step(machine.start, byte).1.over)
}
