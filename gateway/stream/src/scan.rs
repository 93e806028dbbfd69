//! Looking through bytes, many at a time.

/// Bytes looked at together: a register full of them.
pub(crate) const BLOCK: usize = 16;

/// Bytes looked at together where there are many.
const WIDE: usize = 4 * BLOCK;

/// How many bytes there are before the first that is odd.
pub(crate) fn until(bytes: &[u8], odd: impl Fn(u8) -> bool) -> usize {
    let mut passed = until_block::<WIDE>(bytes, &odd);
    passed += until_block::<BLOCK>(bytes.get(passed..).unwrap_or_default(), &odd);
    passed + until_slowly(bytes.get(passed..).unwrap_or_default(), odd)
}

/// How many bytes there are before the first block with one that is odd.
fn until_block<const SIZE: usize>(bytes: &[u8], odd: impl Fn(u8) -> bool) -> usize {
    let (blocks, _) = bytes.as_chunks::<SIZE>();
    let even =
        |block: &&[u8; SIZE]| block.iter().fold(0, |any, byte| any | u8::from(odd(*byte))) == 0;
    blocks.iter().take_while(even).count() * SIZE
}

/// The same one by one, which may remember what came before.
pub(crate) fn until_slowly(bytes: &[u8], mut odd: impl FnMut(u8) -> bool) -> usize {
    let mut rest = bytes.iter();
    let found = rest.by_ref().any(|byte| odd(*byte));
    bytes.len() - rest.len() - usize::from(found)
}

/// How many bytes there are before the first that cannot stand in a JSON string as it is.
pub(crate) fn until_escape(bytes: &[u8]) -> usize {
    // Most strings are short; the search in long ones has its price.
    let (words, _) = bytes.as_chunks();
    let mut passed = 0;
    for word in words.iter().take(SHORT_WORDS) {
        let odd = escapes(u64::from_le_bytes(*word));
        if odd != 0 {
            return passed + usize::try_from(odd.trailing_zeros() / u8::BITS).unwrap_or_default();
        }
        passed += word.len();
    }
    passed + until_escape_far(bytes.get(passed..).unwrap_or_default())
}

fn until_escape_far(bytes: &[u8]) -> usize {
    if bytes.len() < BLOCK {
        return until_slowly(bytes, needs_escape);
    }
    let quote = memchr::memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
    let plain = bytes.get(..quote).unwrap_or_default();
    let least = plain.iter().fold(u8::MAX, |least, byte| least.min(*byte));
    if least < b' ' { until(plain, |byte| byte < b' ') } else { quote }
}

/// Words of eight bytes that are as long as a short string.
const SHORT_WORDS: usize = 6;

/// How many bytes there are before the quote that ends a JSON string; `None` if none does.
pub(crate) fn until_quote(bytes: &[u8]) -> Option<usize> {
    let mut passed = 0;
    loop {
        passed += until_escape(bytes.get(passed..)?);
        match bytes.get(passed)? {
            b'"' => return Some(passed),
            b'\\' => passed += 2,
            _ => return None,
        }
    }
}

/// Whether a byte cannot stand in a JSON string as it is.
fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// The high bits of bytes that cannot stand in a JSON string; behind the first they may be wrong.
fn escapes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    // Taking away borrows from the high bit of a byte that is less, and then from those behind it.
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, b' ') | equal(b'"') | equal(b'\\')) & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first() {
        for length in 0..100 {
            for at in 0..=length {
                let mut bytes = vec![b'a'; length];
                bytes.iter_mut().skip(at).for_each(|byte| *byte = b'"');
                assert_eq!(until(&bytes, |byte| byte == b'"'), at);
            }
        }
    }

    #[test]
    fn finds_what_needs_an_escape() {
        for length in 0..100 {
            for (at, byte) in (0..length).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
                let mut bytes = vec![b'a'; length];
                bytes.iter_mut().skip(at).for_each(|it| *it = byte);
                bytes.iter_mut().skip(at + 3).for_each(|it| *it = b'\\');
                assert_eq!(until_escape(&bytes), until_slowly(&bytes, needs_escape));
            }
        }
    }
}
