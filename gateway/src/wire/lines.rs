//! The lines of a head.

use super::Fault;
use super::glance::until_control;
use super::head::HeadLimits;
use memchr::memchr;

/// A line without its CRLF.
pub(super) struct Line<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether it is known to hold no control character, not even a tab.
    pub(super) plain: bool,
}

/// The lines of a head, one after the other.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes the lines so far are.
    pub(super) fn passed(&self) -> usize {
        self.at
    }

    /// The next line. A bare LF, or a CR anywhere else, is refused.
    pub(super) fn next(&mut self, limits: &HeadLimits) -> Result<Option<Line<'a>>, Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let first = self.at == 0;
        let line = match rest.split_at_checked(until_control(rest)) {
            Some((bytes, [b'\r', b'\n', ..])) => Line { bytes, plain: true },
            _ => match ended(rest)? {
                Some(bytes) => Line { bytes, plain: false },
                None if self.bytes.len() <= limits.bytes => return Ok(None),
                None => return Err(too_large(first)),
            },
        };
        self.at += line.bytes.len() + 2;
        if self.at > limits.bytes { Err(too_large(first)) } else { Ok(Some(line)) }
    }
}

/// The first line of `rest`, if it has an end there.
fn ended(rest: &[u8]) -> Result<Option<&[u8]>, Fault> {
    let Some(end) = memchr(b'\n', rest) else { return Ok(None) };
    match rest.get(..end).and_then(|line| line.strip_suffix(b"\r")) {
        Some(line) if memchr(b'\r', line).is_none() => Ok(Some(line)),
        _ => Err(Fault::Malformed),
    }
}

fn too_large(first_line: bool) -> Fault {
    if first_line { Fault::UriTooLong } else { Fault::HeadersTooLarge }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 1024, headers: 8, uri_bytes: 64 };

    proptest! {
        #[test]
        fn a_glance_sees_what_a_close_look_sees(
            text in "[a-c: \\t\\x0c\\x7f\u{e9}]{0,20}[\\r\\n]{0,3}[a\\r\\n]{0,3}",
        ) {
            let line = Lines::new(text.as_bytes()).next(&LIMITS);
            let odd = |line: &Line<'_>| line.bytes.iter().any(u8::is_ascii_control);
            if let Ok(Some(line)) = &line {
                prop_assert!(!line.plain || !odd(line));
            }
            prop_assert_eq!(line.map(|line| line.map(|line| line.bytes)), ended(text.as_bytes()));
        }
    }
}
