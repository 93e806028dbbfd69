//! Which text it was.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The SHA-256 of a text, as 64 hex digits.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct TextHash(pub [u8; 32]);

impl TextHash {
    /// Reads 64 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).ok()?;
            let plain = pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            *byte = u8::from_str_radix(pair, 16).ok().filter(|_| plain)?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for TextHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TextHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let what = || serde::de::Error::custom("expected 64 hex digits");
        Self::parse(&text).ok_or_else(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_hex_digits() {
        let text = "0123456789abcdef".repeat(4);
        assert_eq!(TextHash::parse(&text).map(|hash| hash.to_string()), Some(text.clone()));
        let longer = format!("{text}0");
        for bad in ["", "0x", &longer, &text.replace('0', "+"), &text.replace('a', "\u{e9}")] {
            assert_eq!(TextHash::parse(bad), None, "{bad}");
        }
    }
}
