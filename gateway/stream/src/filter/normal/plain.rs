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

    /// How many plain bytes there are first, as far as that is seen easily.
    pub(super) fn long(&mut self, bytes: &[u8]) -> usize {
        if bytes.len() <= BLOCK || self.spaced && bytes.first().is_some_and(|byte| *byte <= b' ') {
            return 0;
        }
        // Where escapes are nothing, the sign is one that is not plain anyway.
        let escape = if self.escapes { b'\\' } else { 0 };
        let mut plain = blocks::<WIDE>(bytes, escape);
        plain += blocks::<BLOCK>(bytes.get(plain..).unwrap_or_default(), escape);
        if let Some(last) = plain.checked_sub(1).and_then(|last| bytes.get(last)) {
            self.spaced = *last <= b' ';
        }
        plain
    }
}

/// Bytes looked at together where there are many.
const WIDE: usize = 4 * BLOCK;

/// How many bytes there are in the blocks that are plain, and followed by a byte.
fn blocks<const SIZE: usize>(bytes: &[u8], escape: u8) -> usize {
    let (blocks, _) = bytes.as_chunks::<SIZE>();
    let (nexts, _) = bytes.get(1..).unwrap_or_default().as_chunks::<SIZE>();
    let plain = |(block, next): &(&[u8; SIZE], &[u8; SIZE])| is_plain(block, next, escape);
    blocks.iter().zip(nexts).take_while(plain).count() * SIZE
}

// In numbers, not conditions: this is what the compiler makes vectors of.

fn is_plain<const SIZE: usize>(block: &[u8; SIZE], next: &[u8; SIZE], escape: u8) -> bool {
    let odd = |(byte, next): (&u8, &u8)| {
        let sign = u8::from(byte.wrapping_sub(b' ') <= b'~' - b' ');
        let space = u8::from(byte.wrapping_sub(b'\t') <= b'\r' - b'\t');
        // Of what is plain, white space is what comes before all signs.
        (1 ^ (sign | space)) | u8::from(*byte.max(next) <= b' ') | u8::from(*byte == escape)
    };
    block.iter().zip(next).fold(0, |any, pair| any | odd(pair)) == 0
}

/// Makes plain bytes what a view has in their place.
pub(super) fn turn(view: View, bytes: &mut [u8]) {
    // The bit that makes a capital small.
    let upper = if view == View::Loose { b'a' - b'A' } else { 0 };
    for byte in bytes {
        let capital = u8::from(byte.wrapping_sub(b'A') <= b'Z' - b'A').wrapping_neg();
        *byte = (*byte).max(b' ') | (capital & upper);
    }
}
