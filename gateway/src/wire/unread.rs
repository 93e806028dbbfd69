//! Headers that come with most calls and that no step asks for: they are looked at like all others,
//! and then left out of the head. To make one known to a service costs far more than to leave it out,
//! and the libraries callers use send a dozen of them.

use bytes::{Buf, BytesMut};
use std::ops::Range;

/// The headers, in lower case. Whoever begins to read one of them takes it from here.
const NAMES: [&[u8]; 5] =
    [b"accept", b"accept-encoding", b"accept-language", b"host", b"user-agent"];
/// What the names begin with by which those libraries say what they run on.
const PREFIX: &[u8] = b"x-stainless-";
/// Pieces left out of one head; what is more stays in.
const PIECES_MAX: usize = 8;

/// The pieces of a head that are left out, in their order.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    pieces: [Range<usize>; PIECES_MAX],
    count: usize,
}

impl Unread {
    /// Notes the line that is there, if a header of this name is one of those. Lines come in order.
    pub(super) fn note(&mut self, name: &[u8], line: Range<usize>) {
        let named = |known: &[u8]| name.eq_ignore_ascii_case(known);
        let begins =
            name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
        if !begins && !NAMES.iter().any(|known| named(known)) {
            return;
        }
        let last = self.count.checked_sub(1).and_then(|last| self.pieces.get_mut(last));
        match last.filter(|last| last.end == line.start) {
            Some(last) => last.end = line.end,
            None => {
                if let Some(free) = self.pieces.get_mut(self.count) {
                    *free = line;
                    self.count += 1;
                }
            }
        }
    }

    /// Takes the pieces out of the head that `buf` begins with; how many bytes that were. What
    /// stands before a piece moves towards the body, which stays where it is.
    pub(super) fn cut(&self, buf: &mut BytesMut) -> usize {
        let mut cut = 0;
        let pieces = self.pieces.get(..self.count).unwrap_or_default();
        for (nth, piece) in pieces.iter().enumerate().rev() {
            let before = nth.checked_sub(1).and_then(|nth| pieces.get(nth));
            let stays = before.map_or(0, |before| before.end)..piece.start;
            cut += piece.len();
            if let Some(span) = buf.get_mut(stays.start..stays.end + cut) {
                span.copy_within(..stays.len(), cut);
            }
        }
        buf.advance(cut.min(buf.len()));
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::head::{HeadLimits, parse};
    use proptest::prelude::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 4096, headers: 64, uri_bytes: 64 };

    fn cut(bytes: &[u8]) -> (BytesMut, usize) {
        let (mut buf, mut unread) = (BytesMut::from(bytes), Unread::default());
        let parsed = parse(bytes, &LIMITS, &mut unread).expect("strict").expect("whole");
        let cut = unread.cut(&mut buf);
        (buf, parsed.0 - cut)
    }

    #[test]
    fn leaves_out_what_nobody_reads() {
        let (left, head) =
            cut(b"POST / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer b\r\nAccept: */*\r\n\
              User-Agent: c\r\nX-Stainless-Lang: d\r\nContent-Length: 2\r\nX-Stainles: e\r\n\
              Accept-Encoding: f\r\n\r\n{}");
        let expected = "POST / HTTP/1.1\r\nAuthorization: Bearer b\r\nContent-Length: 2\r\n\
                        X-Stainles: e\r\n\r\n{}";
        assert_eq!(String::from_utf8_lossy(&left), expected);
        assert_eq!(head, expected.len() - 2);
    }

    proptest! {
        #[test]
        fn the_rest_stays_in_order(
            lines in prop::collection::vec(
                prop_oneof![
                    Just("accept: */*"), Just("USER-AGENT: x"), Just("x-stainless-os: y"),
                    Just("x-api-key: k"), Just("origin: o"), Just("accepts: z"),
                ],
                0..40,
            ),
        ) {
            let whole = |lines: &[&str]| {
                format!("{}\r\n\r\nbody", [&["GET / HTTP/1.1"], lines].concat().join("\r\n"))
            };
            let with_host: Vec<_> = std::iter::once("host: a").chain(lines.clone()).collect();
            let (left, head) = cut(whole(&with_host).as_bytes());
            // Beyond the bound some stay in; what is read always does.
            let read = |line: &&&str| ["x-api-key: k", "origin: o", "accepts: z"].contains(line);
            let text = String::from_utf8_lossy(&left);
            let kept: Vec<_> = text.lines().collect();
            let expected: Vec<_> = lines.iter().filter(read).collect();
            prop_assert_eq!(kept.iter().filter(read).collect::<Vec<_>>(), expected);
            prop_assert!(text.starts_with("GET / HTTP/1.1\r\n") && text.ends_with("\r\n\r\nbody"));
            prop_assert_eq!(head, text.len() - "body".len());
            if lines.len() < PIECES_MAX {
                let rest: Vec<_> = lines.iter().filter(read).copied().collect();
                prop_assert_eq!(text, whole(&rest));
            }
        }
    }
}
