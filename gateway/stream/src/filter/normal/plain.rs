//! ASCII that is its own normal text, but for case and the kind of white space.

use super::View;
use crate::scan::BLOCK;

/// What each byte is to a view: the byte it becomes, and behind it what kind it is.
#[derive(Debug)]
pub(super) struct Plain([u16; 256]);

static EXACT: Plain = Plain(kinds(false));
static LOOSE: Plain = Plain(kinds(true));

const SPACE: u16 = 0x100;
const ESCAPE: u16 = 0x200;
const OTHER: u16 = 0x400;

const fn kinds(loose: bool) -> [u16; 256] {
    let mut kinds = [0; 256];
    let (mut rest, mut byte) = (kinds.as_mut_slice(), 0_u8);
    while let Some((first, others)) = rest.split_first_mut() {
        *first = match byte {
            b'\t'..=b'\r' | b' ' => SPACE | b' ' as u16,
            b'\\' => ESCAPE | byte as u16,
            b'A'..=b'Z' if loose => byte.to_ascii_lowercase() as u16,
            b'!'..=b'~' => byte as u16,
            _ => OTHER,
        };
        (rest, byte) = (others, byte.wrapping_add(1));
    }
    kinds
}

/// Plain bytes in a row: no white space follows white space, and where escapes mean something
/// there is no backslash.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// Whether white space came before.
    pub(super) spaced: bool,
    pub(super) escapes: bool,
}

impl Run {
    /// Writes the first plain bytes as they become; says how many there are, up to a block.
    pub(super) fn short(&mut self, view: View, bytes: &[u8], out: &mut [u8; BLOCK]) -> usize {
        let Plain(kinds) = if view == View::Loose { &LOOSE } else { &EXACT };
        let stop = if self.escapes { OTHER | ESCAPE } else { OTHER };
        let mut before = if self.spaced { SPACE } else { 0 };
        let mut free = out.iter_mut();
        for byte in bytes {
            let kind = kinds.get(usize::from(*byte)).copied().unwrap_or(OTHER);
            if kind & (stop | before) != 0 {
                break;
            }
            let Some(slot) = free.next() else { break };
            [*slot, _] = kind.to_le_bytes();
            before = kind & SPACE;
        }
        self.spaced = before != 0;
        BLOCK - free.len()
    }

    /// Gives blocks of plain bytes as they become, as far as that is seen easily; says how many
    /// bytes that is.
    pub(super) fn long(
        &mut self,
        view: View,
        bytes: &[u8],
        mut give: impl FnMut([u8; BLOCK]),
    ) -> usize {
        if self.spaced && bytes.first().is_some_and(|byte| space(*byte) == 1) {
            return 0;
        }
        let (blocks, _) = bytes.as_chunks::<BLOCK>();
        let (nexts, _) = bytes.get(1..).unwrap_or_default().as_chunks::<BLOCK>();
        // Where escapes are nothing, the sign is one that is not plain anyway.
        let escape = if self.escapes { b'\\' } else { 0 };
        let upper = if view == View::Loose { b'a' - b'A' } else { 0 };
        let mut plain = 0;
        for (block, next) in blocks.iter().zip(nexts) {
            if !is_plain(block, next, escape) {
                break;
            }
            give(becomes(block, upper));
            plain += BLOCK;
        }
        if let Some(last) = plain.checked_sub(1).and_then(|last| bytes.get(last)) {
            self.spaced = space(*last) == 1;
        }
        plain
    }
}

// In numbers, not conditions: this is what the compiler makes vectors of.

fn is_plain(block: &[u8; BLOCK], next: &[u8; BLOCK], escape: u8) -> bool {
    let odd = |(byte, next): (&u8, &u8)| {
        let sign = u8::from(byte.wrapping_sub(b'!') <= b'~' - b'!');
        (1 ^ sign ^ space(*byte)) | (space(*byte) & space(*next)) | u8::from(*byte == escape)
    };
    block.iter().zip(next).fold(0, |any, pair| any | odd(pair)) == 0
}

/// A block of plain bytes as a view has it; `upper` is the bit that makes a capital small.
fn becomes(block: &[u8; BLOCK], upper: u8) -> [u8; BLOCK] {
    let mut out = *block;
    for byte in &mut out {
        let capital = u8::from(byte.wrapping_sub(b'A') <= b'Z' - b'A').wrapping_neg();
        let space = space(*byte).wrapping_neg();
        *byte = (space & b' ') | (!space & (*byte | (capital & upper)));
    }
    out
}

fn space(byte: u8) -> u8 {
    u8::from(byte == b' ') | u8::from(byte.wrapping_sub(b'\t') <= b'\r' - b'\t')
}
