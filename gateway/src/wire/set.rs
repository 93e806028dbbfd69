//! Sets of bytes that can be asked quickly.

/// Letters, digits, and some marks.
pub(super) struct Set([bool; 256]);

impl Set {
    /// The set with these marks.
    pub(super) const fn with(marks: &[u8]) -> Self {
        let mut table = [false; 256];
        let mut places: &mut [bool] = &mut table;
        let mut byte = 0_u8;
        while let Some((place, after)) = places.split_first_mut() {
            *place = byte.is_ascii_alphanumeric() || is_among(byte, marks);
            places = after;
            byte = byte.wrapping_add(1);
        }
        Self(table)
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_some_and(|has| *has)
    }

    /// Whether all of `bytes` are in the set. Nearly always they are, so all are looked at.
    pub(super) fn has_all(&self, bytes: &[u8]) -> bool {
        bytes.iter().fold(true, |all, byte| all & self.has(*byte))
    }
}

const fn is_among(byte: u8, mut marks: &[u8]) -> bool {
    while let Some((mark, after)) = marks.split_first() {
        if *mark == byte {
            return true;
        }
        marks = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_letters_digits_and_the_marks_given() {
        const SET: Set = Set::with(b"-.");
        for byte in 0..=u8::MAX {
            let expected = byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
            assert_eq!(SET.has(byte), expected, "{byte}");
        }
        assert!(SET.has_all(b"") && SET.has_all(b"a-0.Z") && !SET.has_all(b"a_0"));
    }
}
