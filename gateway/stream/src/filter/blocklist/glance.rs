//! Whether a phrase may begin somewhere, at a glance at the next few bytes.

/// Bytes that are looked at, or fewer if a phrase is shorter.
const WINDOW: usize = 4;

/// Bits a phrase has: one in so many windows that begin no phrase looks as if it did.
const BITS_A_PHRASE: usize = 32;

/// As many bits as stay close to the processor.
const BITS: (usize, usize) = (1 << 10, 1 << 20);

/// The first bytes of all phrases, as bits of a hash of them.
#[derive(Debug)]
pub(super) struct Glance {
    bits: Box<[u64]>,
    shift: u32,
    /// Which bits of a window count.
    mask: u32,
}

impl Glance {
    pub(super) fn new(phrases: &[String]) -> Self {
        let bytes = phrases.iter().map(String::len).min().unwrap_or(WINDOW).clamp(1, WINDOW);
        let (least, most) = BITS;
        let size = (phrases.len() * BITS_A_PHRASE).clamp(least, most).next_power_of_two();
        let bits = vec![0; size / 64].into_boxed_slice();
        let (shift, mask) = (u32::BITS - size.ilog2(), u32::MAX >> (8 * (WINDOW - bytes)));
        let mut glance = Self { bits, shift, mask };
        for phrase in phrases {
            let mut window = [0; WINDOW];
            window.iter_mut().zip(phrase.bytes()).for_each(|(to, from)| *to = from);
            let (word, bit) = glance.bit(window);
            if let Some(word) = glance.bits.get_mut(word) {
                *word |= bit;
            }
        }
        glance
    }

    /// How many bytes there are before the first that may begin a phrase.
    pub(super) fn idle(&self, bytes: &[u8]) -> usize {
        let mut windows = bytes.array_windows::<WINDOW>();
        let all = windows.len();
        let found = windows.by_ref().any(|window| {
            let (word, bit) = self.bit(*window);
            self.bits.get(word).is_none_or(|word| word & bit != 0)
        });
        all - windows.len() - usize::from(found)
    }

    fn bit(&self, window: [u8; WINDOW]) -> (usize, u64) {
        let hash = (u32::from_le_bytes(window) & self.mask).wrapping_mul(0x9e37_79b1) >> self.shift;
        (usize::try_from(hash >> 6).unwrap_or(usize::MAX), 1 << (hash & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_every_beginning() {
        for phrases in [&["abc", "bomb"][..], &["x"], &["xy", "é"], &["a long one", "words"]] {
            let phrases: Vec<String> = phrases.iter().map(|it| (*it).to_owned()).collect();
            let glance = Glance::new(&phrases);
            for phrase in &phrases {
                let text = format!("------{phrase}------");
                assert!(glance.idle(text.as_bytes()) <= 6, "{phrase}");
            }
        }
        let glance = Glance::new(&["word".to_owned()]);
        assert_eq!(glance.idle(b"nothing at all"), 11);
        assert_eq!(glance.idle(b"wor"), 0);
    }
}
