//! Looks for the first bytes of all shapes at once.
//!
//! A bit stands for a shape, and moves on to the next lane with every byte that may come next in
//! it. Three bytes rule out nearly all that only looks like a beginning, at one look-up a byte.

use super::machine::Machine;
use crate::scan;
use regex_automata::util::primitives::StateID;

/// Shapes there is room for.
pub(in crate::filter) const SHAPES_MAX: usize = 21;

/// Bytes that are looked at.
pub(in crate::filter) const SCOUT_BYTES: usize = 3;

#[derive(Debug)]
pub(in crate::filter) struct Scout {
    /// Where each byte may stand in a beginning: a lane for the first, the second, the third.
    steps: Box<[u64; 256]>,
    /// Which shapes may stand behind a byte.
    behind: Box<[u32; 256]>,
    /// The shapes that are looked for by their sign.
    signs: u32,
    /// How many bytes that are not telling a shape may begin with, at most; `None` if there is no
    /// such bound that is worth it.
    pub(in crate::filter) quiet_max: Option<usize>,
}

/// Whether a byte is one that every shape has near its beginning, and few words have.
// INVARIANT: only speed hangs on it. Whether it is true of the shapes is asked of their machines.
fn is_telling(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'@' | b'-' | b'_' | b'A' | b'J')
}

/// Bytes that are looked at before it is asked again whether what follows is quiet.
const NEAR: usize = 48;

/// Bytes beyond which a quiet beginning is not worth the look.
const QUIET_MAX: usize = 16;

/// What the latest bytes may be the beginning of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen(u64);

impl Scout {
    /// Of a text that begins.
    pub(super) fn start(&self) -> Seen {
        Seen(u64::from(self.signs))
    }

    pub(super) fn step(&self, seen: Seen, byte: u8) -> Seen {
        let may = self.steps.get(usize::from(byte)).copied().unwrap_or(u64::MAX);
        Seen((seen.0 << SHAPES_MAX | LANE) & may)
    }

    /// Reads up to and with the byte that completes a beginning, or else the last of those near;
    /// says where that is.
    pub(super) fn look(&self, seen: &mut Seen, bytes: &[u8]) -> usize {
        // Behind those near, much may be quiet again.
        let bytes = bytes.get(..NEAR).unwrap_or(bytes);
        let (mut now, mut rest) = (*seen, bytes.iter());
        for byte in rest.by_ref() {
            now = self.step(now, *byte);
            if now.0 >> (2 * SHAPES_MAX) != 0 {
                break;
            }
        }
        *seen = now;
        (bytes.len() - rest.len()).saturating_sub(1)
    }

    /// Passes over bytes, if many at once can be, and gives what is behind them.
    #[inline]
    pub(super) fn pass<'b>(&self, seen: &mut Seen, bytes: &'b [u8]) -> &'b [u8] {
        let Some(rest) = self.quiet(bytes).and_then(|quiet| bytes.get(quiet..)) else {
            return bytes;
        };
        // INVARIANT: what began before is over, and what is seen depends on no more bytes than
        // there still are before anything telling.
        *seen = Seen(0);
        rest
    }

    /// How many of these bytes can be passed over: nothing that begins in them is still under way
    /// behind them, or has matched.
    fn quiet(&self, bytes: &[u8]) -> Option<usize> {
        let most = self.quiet_max?;
        // Little is looked at sooner than passed over.
        if bytes.len() < most + QUIET_MAX {
            return None;
        }
        let ahead = scan::until(bytes, is_telling).checked_sub(most)?;
        (ahead >= QUIET_MAX).then_some(ahead)
    }

    /// The shapes that may begin `bytes` bytes back, of which the first stands behind `before`;
    /// of those with a sign, the ones whose sign is the latest byte.
    pub(super) fn begun(&self, seen: Seen, bytes: usize, before: Option<u8>) -> u32 {
        let lane = seen.0 >> ((bytes - 1) * SHAPES_MAX) & LANE;
        let begun = u32::try_from(lane).unwrap_or(u32::MAX);
        begun & (before.map_or(u32::MAX, |before| self.behind(before)) | self.signs)
    }

    /// The shapes of a set that are not looked for by their sign.
    pub(super) fn plain(&self, shapes: u32) -> u32 {
        shapes & !self.signs
    }

    pub(super) fn behind(&self, byte: u8) -> u32 {
        self.behind.get(usize::from(byte)).copied().unwrap_or(u32::MAX)
    }

    pub(super) fn compile(machines: &[Machine]) -> Self {
        let (mut steps, mut behind, mut signs) = (Box::new([0; 256]), Box::new([0; 256]), 0);
        for (index, machine) in machines.iter().enumerate() {
            for (byte, shapes) in (0..=u8::MAX).zip(behind.iter_mut()) {
                *shapes |= u32::from(machine.shape.edges.follows(byte)) << index;
            }
            signs |= u32::from(machine.shape.sign.is_some()) << index;
            let [first, second, third] = lanes(machine);
            let lanes = first.into_iter().zip(second).zip(third);
            for (step, ((first, second), third)) in steps.iter_mut().zip(lanes) {
                let lanes = [third, second, first];
                let may = lanes.into_iter().fold(0, |may, it| may << SHAPES_MAX | u64::from(it));
                *step |= may << index;
            }
        }
        let quiet_max = quiet_max(machines);
        Self { steps, behind, signs, quiet_max }
    }
}

const LANE: u64 = (1 << SHAPES_MAX) - 1;

/// Bytes that are not telling with which a shape may begin, at most.
fn quiet_max(machines: &[Machine]) -> Option<usize> {
    // The scout sees right behind this many, whatever came before.
    let mut most = SCOUT_BYTES;
    for machine in machines {
        // Many patterns are seldom quiet, and long to ask.
        if machine.masks.len() > 1 {
            return None;
        }
        most = most.max(match machine.shape.sign {
            Some(sign) if is_telling(sign.byte) => 0,
            Some(_) => return None,
            None => quiet_beginning(machine)?,
        });
    }
    Some(most)
}

fn quiet_beginning(machine: &Machine) -> Option<usize> {
    let mut states = vec![machine.start];
    for bytes in 0..=QUIET_MAX {
        let quiet = (0..=u8::MAX).filter(|byte| !is_telling(*byte));
        let steps = quiet.flat_map(|byte| states.iter().map(move |it| machine.step(*it, byte)));
        let steps: Vec<_> = steps.collect();
        if steps.iter().any(|(next, step)| step.matched || machine.ends(*next)) {
            return None;
        }
        let alive = steps.into_iter().filter(|(_, step)| !step.over);
        states = alive.map(|(next, _)| next).collect();
        if states.is_empty() {
            return Some(bytes);
        }
        states.sort_unstable();
        states.dedup();
    }
    None
}

/// Which bytes may stand at the first places of a shape, or before and at its sign.
fn lanes(machine: &Machine) -> [[bool; 256]; SCOUT_BYTES] {
    let mut lanes = [[true; 256]; SCOUT_BYTES];
    if let Some(sign) = machine.shape.sign {
        let [_, lead, at] = &mut lanes;
        for (byte, (lead, at)) in (0..=u8::MAX).zip(lead.iter_mut().zip(at)) {
            (*lead, *at) = ((sign.lead)(byte), byte == sign.byte);
        }
        return lanes;
    }
    let mut states = vec![machine.start];
    for lane in &mut lanes {
        let mut nexts: Vec<StateID> = Vec::new();
        for (byte, may) in (0..=u8::MAX).zip(lane) {
            let steps = states.iter().map(|state| machine.step(*state, byte));
            let alive = steps.filter(|(_, step)| !step.over).map(|(next, _)| next);
            let before = nexts.len();
            nexts.extend(alive);
            *may = nexts.len() > before;
        }
        nexts.sort_unstable();
        nexts.dedup();
        states = nexts;
    }
    lanes
}
