//! Where a text can be read.

use serde::Serialize;
use std::fmt;

/// Bytes of a link.
const BYTES_MAX: usize = 1000;

/// An `http` or `https` URL that can stand in a `link` header.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Link(Box<str>);

impl Link {
    /// Takes a URL of visible ASCII, without what would end it in a header.
    pub fn new(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"<>\"".contains(&byte);
        let fine = !rest.is_empty() && text.len() <= BYTES_MAX && rest.bytes().all(plain);
        fine.then(|| Self(text.into()))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_header_cannot_carry_is_refused() {
        let read = |text: &str| Link::new(text).is_some();
        assert!(read("https://x.example/LICENCE?v=1#top") && read("http://x"));
        for bad in [
            "https://",
            "ftp://x",
            "x",
            "https://a b",
            "https://a>b",
            "https://a\"b",
            "https://a<b",
            "https://\u{e9}",
            "https://a\r\nset-cookie: b",
            &format!("https://{}", "x".repeat(1000)),
        ] {
            assert!(!read(bad), "{bad}");
        }
    }
}
