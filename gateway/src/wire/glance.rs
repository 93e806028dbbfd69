//! Looking through bytes, eight at a time.

/// A one in each byte of a word.
const ONES: u64 = u64::MAX / 0xff;
/// The highest bit of each byte of a word.
const HIGHS: u64 = ONES << 7;

/// How many bytes stand before the first control character, tabs among them.
#[inline]
pub(super) fn until_control(bytes: &[u8]) -> usize {
    until(bytes, |word| below(word, 0x20) | below(word ^ (ONES * 0x7f), 1))
}

/// How many bytes stand before the first that does not stand for itself in a JSON string: a quote,
/// a backslash, or a control character below the space.
#[inline]
pub(crate) fn until_odd(bytes: &[u8]) -> usize {
    // Without its second bit a quote is a space and a space a quote, so that the quote is next to
    // the control characters, which stay among themselves.
    until(bytes, |word| below(word ^ (ONES * 0x02), 0x21) | below(word ^ (ONES * 0x5c), 1))
}

/// How many bytes stand before the first that is marked. Zero must be.
#[inline]
fn until(bytes: &[u8], marks: impl Fn(u64) -> u64) -> usize {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk() {
        let found = marks(u64::from_le_bytes(*word));
        if found != 0 {
            return bytes.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = after;
    }
    bytes.len() - rest.len() + marks(last(rest)).trailing_zeros() as usize / 8
}

/// The word of the last bytes, with a zero after them.
#[cold]
fn last(rest: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    u64::from_le_bytes(word)
}

/// Marks the bytes of a word that are below `least`, which is at most 0x80, in their highest bit.
///
/// The lowest mark is always right. Those above it may not be, since subtracting from a byte that
/// is too small borrows from the next.
fn below(word: u64, least: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(least)) & !word & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plainly(bytes: &[u8], odd: impl Fn(u8) -> bool) -> usize {
        bytes.iter().position(|byte| odd(*byte)).unwrap_or(bytes.len())
    }

    proptest! {
        #[test]
        fn finds_what_looking_at_each_byte_finds(
            // Mostly ordinary, and neighbours of what is looked for, where a borrow would show.
            bytes in proptest::collection::vec(
                prop_oneof![
                    6 => b'a'..b'e',
                    1 => 0x1e..0x25_u8,
                    1 => 0x5b..0x5e_u8,
                    1 => 0x7e..0x82_u8,
                    1 => any::<u8>(),
                ],
                0..40,
            ),
        ) {
            let control = |byte: u8| byte.is_ascii_control();
            prop_assert_eq!(until_control(&bytes), plainly(&bytes, control));
            let odd = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
            prop_assert_eq!(until_odd(&bytes), plainly(&bytes, odd));
        }
    }

    #[test]
    fn every_byte_at_every_place_of_a_word() {
        for (byte, at) in (0..=u8::MAX).flat_map(|byte| (0..8).map(move |at| (byte, at))) {
            let mut bytes = [b'a'; 12];
            bytes[at] = byte;
            let or_end = |found| if found { at } else { 12 };
            assert_eq!(until_control(&bytes), or_end(byte.is_ascii_control()), "{byte} at {at}");
            let odd = byte < 0x20 || byte == b'"' || byte == b'\\';
            assert_eq!(until_odd(&bytes), or_end(odd), "{byte} at {at}");
        }
    }
}
