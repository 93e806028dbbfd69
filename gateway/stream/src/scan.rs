//! Looking through bytes, many at a time.

/// Bytes looked at together: a register full of them.
pub(crate) const BLOCK: usize = 16;

/// How many bytes there are before the first that is odd.
pub(crate) fn until(bytes: &[u8], odd: impl Fn(u8) -> bool) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let even =
        |block: &&[u8; BLOCK]| block.iter().fold(0, |any, byte| any | u8::from(odd(*byte))) == 0;
    let passed = blocks.iter().take_while(even).count() * BLOCK;
    passed + until_slowly(bytes.get(passed..).unwrap_or_default(), odd)
}

/// The same one by one, which may remember what came before.
pub(crate) fn until_slowly(bytes: &[u8], mut odd: impl FnMut(u8) -> bool) -> usize {
    let mut rest = bytes.iter();
    let found = rest.by_ref().any(|byte| odd(*byte));
    bytes.len() - rest.len() - usize::from(found)
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
}
