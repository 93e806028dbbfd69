//! Whether a phrase may begin somewhere, at a glance at the next few bytes.

/// Bytes that are looked at, or fewer if a phrase is shorter.
const WINDOW: usize = 4;

/// Bits a phrase has: one in so many windows that begin no phrase looks as if it did.
const BITS_A_PHRASE: usize = 32;

/// As many bits as stay close to the processor.
const BITS: (usize, usize) = (1 << 10, 1 << 20);

/// Bits a phrase has for each place of a stride: more would not stay close to the processor, and a
/// false alarm costs no more than a look at each place.
const BITS_A_PLACE: usize = 16;

/// Bytes from which on strides are worth it.
const STRIDES_MIN: usize = 32;

/// The first bytes of all phrases.
#[derive(Debug)]
pub(super) struct Glance {
    begin: Bits,
    /// If all phrases are long: what stands at the first places of each, as many as a stride has.
    /// The last window of a stride then tells whether a phrase may begin anywhere in it.
    inside: Option<(Bits, Stride)>,
}

/// Windows, as bits of a hash of them.
#[derive(Debug)]
struct Bits {
    words: Box<[u64]>,
    shift: u32,
    /// Which bits of a window count.
    mask: u32,
}

impl Glance {
    pub(super) fn new(phrases: &[&str]) -> Self {
        let least = phrases.iter().map(|phrase| phrase.len()).min().unwrap_or(WINDOW);
        let mut begin = Bits::new(phrases.len() * BITS_A_PHRASE, least.clamp(1, WINDOW));
        for phrase in phrases {
            let mut window = [0; WINDOW];
            window.iter_mut().zip(phrase.bytes()).for_each(|(to, from)| *to = from);
            begin.set(window);
        }
        let inside = Stride::longest(least).map(|stride| {
            let places = stride as usize;
            let mut inside = Bits::new(phrases.len() * places * BITS_A_PLACE, WINDOW);
            let windows = phrases.iter().map(|phrase| phrase.as_bytes().array_windows::<WINDOW>());
            windows.for_each(|windows| windows.take(places).for_each(|it| inside.set(*it)));
            (inside, stride)
        });
        Self { begin, inside }
    }

    /// How many bytes there are before the first that may begin a phrase.
    #[inline]
    pub(super) fn idle(&self, bytes: &[u8]) -> usize {
        match &self.inside {
            Some((inside, Stride::Four)) if bytes.len() >= STRIDES_MIN => {
                self.strides::<4>(inside, bytes)
            }
            Some((inside, Stride::Eight)) if bytes.len() >= STRIDES_MIN => {
                self.strides::<8>(inside, bytes)
            }
            _ => self.begin.first(bytes),
        }
    }

    /// The same in strides. Of each the window at its last place is looked at.
    // Apart, so that what is done for every short piece of a stream stays small.
    #[inline(never)]
    fn strides<const STRIDE: usize>(&self, inside: &Bits, bytes: &[u8]) -> usize {
        let (lasts, _) = bytes.get(STRIDE - 1..).unwrap_or_default().as_chunks::<STRIDE>();
        let mut passed = 0;
        for last in lasts {
            let suspect = last.first_chunk().is_some_and(|last| inside.has(*last));
            if suspect
                && let Some(begun) = self.begun(bytes.get(passed..).unwrap_or_default(), STRIDE)
            {
                return passed + begun;
            }
            passed += STRIDE;
        }
        passed + self.begin.first(bytes.get(passed..).unwrap_or_default())
    }

    /// Which of the first places may begin a phrase.
    fn begun(&self, bytes: &[u8], places: usize) -> Option<usize> {
        bytes.array_windows().take(places).position(|window| self.begin.has(*window))
    }
}

/// How many places are passed at a time.
#[derive(Clone, Copy, Debug)]
enum Stride {
    Four = 4,
    Eight = 8,
}

impl Stride {
    /// The longest for phrases of at least so many bytes: a window at each of its places must
    /// stand in every phrase.
    fn longest(bytes: usize) -> Option<Self> {
        [Self::Eight, Self::Four].into_iter().find(|stride| *stride as usize + WINDOW - 1 <= bytes)
    }
}

impl Bits {
    /// So many bits for windows of so many bytes.
    fn new(bits: usize, bytes: usize) -> Self {
        let (least, most) = BITS;
        let size = bits.clamp(least, most).next_power_of_two();
        let (shift, mask) = (u32::BITS - size.ilog2(), u32::MAX >> (8 * (WINDOW - bytes)));
        Self { words: vec![0; size / 64].into_boxed_slice(), shift, mask }
    }

    fn set(&mut self, window: [u8; WINDOW]) {
        let (word, bit) = self.bit(window);
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit;
        }
    }

    fn has(&self, window: [u8; WINDOW]) -> bool {
        let (word, bit) = self.bit(window);
        self.words.get(word).is_none_or(|word| word & bit != 0)
    }

    /// How many windows there are before the first that is there.
    fn first(&self, bytes: &[u8]) -> usize {
        if bytes.len() < WINDOW {
            return 0;
        }
        let mut windows = bytes.array_windows::<WINDOW>();
        let all = windows.len();
        let found = windows.by_ref().any(|window| self.has(*window));
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
            let glance = Glance::new(phrases);
            for phrase in phrases {
                let text = format!("------{phrase}------");
                assert!(glance.idle(text.as_bytes()) <= 6, "{phrase}");
            }
        }
        let glance = Glance::new(&["word"]);
        assert_eq!(glance.idle(b"nothing at all"), 11);
        assert_eq!(glance.idle(b"wor"), 0);
    }

    proptest::proptest! {
        #[test]
        fn strides_pass_over_no_beginning(
            phrases in proptest::collection::vec("[ab]{4,14}", 1..6), text in "[abc]{0,90}",
        ) {
            let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
            let glance = Glance::new(&phrases);
            let begins = |at: &usize| {
                let rest = text.get(*at..).unwrap_or_default();
                phrases.iter().any(|it| rest.starts_with(*it) || it.starts_with(rest))
            };
            let first = (0..text.len()).find(begins).unwrap_or(text.len());
            let slowly = glance.begin.first(text.as_bytes());
            proptest::prop_assert!((slowly..=first).contains(&glance.idle(text.as_bytes())));
        }
    }

    #[test]
    fn only_long_phrases_are_passed_in_strides() {
        let places = |bytes| Stride::longest(bytes).map(|stride| stride as usize);
        assert_eq!([6, 7, 10, 11, 99].map(places), [None, Some(4), Some(4), Some(8), Some(8)]);
    }
}
