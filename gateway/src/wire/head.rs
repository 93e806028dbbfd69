//! One request head, read strictly (RFC 9112): what two readers could read differently is refused.

use super::Fault;
use super::lines::{Line, Lines};
use super::set::Set;
use super::unread::Unread;
use memchr::memchr;

/// A method or a header name (`token` in the grammar).
static TOKEN: Set = Set::with(b"!#$%&'*+-.^_`|~");
/// A header name that we take: many servers read `x_tier` and `x-tier` as one name, so no `_`.
static NAME: Set = Set::with(b"!#$%&'*+-.^`|~");
/// A request target: what can be seen, without the `#` of a fragment.
static TARGET: Set = Set::with(b"!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
/// A host, with or without a port.
static HOST: Set = Set::with(b".-_:[]");

/// How large a head may be, at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadLimits {
    /// Bytes of request line and headers together.
    pub bytes: usize,
    /// Number of headers.
    pub headers: usize,
    /// Bytes of the request target.
    pub uri_bytes: usize,
}

/// How the body of a request is delimited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// So many bytes; none without a length.
    Length(u64),
    /// By chunks.
    Chunked,
}

/// Reads a head at the start of `bytes`: its length in bytes and how its body is delimited, or
/// `None` if more bytes are needed. What of it nobody reads is noted in `unread`.
///
/// # Errors
///
/// The [`Fault`] to answer with; the connection cannot be read further.
pub(crate) fn parse(
    bytes: &[u8],
    limits: &HeadLimits,
    unread: &mut Unread,
) -> Result<Option<(usize, Framing)>, Fault> {
    let mut lines = Lines::new(bytes);
    let Some(line) = lines.next(limits)? else { return Ok(None) };
    let old = request_line(line.bytes, limits)?;
    let mut seen = Seen { old, ..Seen::default() };
    loop {
        let start = lines.passed();
        let Some(line) = lines.next(limits)? else { return Ok(None) };
        if line.bytes.is_empty() {
            return Ok(Some((lines.passed(), seen.framing()?)));
        }
        let name = seen.header(&line, limits)?;
        unread.note(name, start..lines.passed());
    }
}

/// Checks a request line; true for HTTP/1.0.
fn request_line(line: &[u8], limits: &HeadLimits) -> Result<bool, Fault> {
    let (method, rest) = at_space(line)?;
    let (target, version) = at_space(rest)?;
    if method.is_empty() || !TOKEN.has_all(method) {
        return Err(Fault::Malformed);
    }
    let old = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            return Err(Fault::Version);
        }
        _ => return Err(Fault::Malformed),
    };
    if !matches!(method, b"GET" | b"HEAD" | b"POST" | b"PUT" | b"PATCH" | b"DELETE" | b"OPTIONS") {
        return Err(Fault::Method);
    }
    if target.len() > limits.uri_bytes {
        return Err(Fault::UriTooLong);
    }
    if target.first() != Some(&b'/') || !TARGET.has_all(target) {
        return Err(Fault::Malformed);
    }
    Ok(old)
}

fn at_space(line: &[u8]) -> Result<(&[u8], &[u8]), Fault> {
    match memchr(b' ', line).and_then(|space| line.split_at_checked(space)) {
        Some((before, [_, after @ ..])) => Ok((before, after)),
        _ => Err(Fault::Malformed),
    }
}

#[derive(Default)]
struct Seen {
    old: bool,
    headers: usize,
    hosts: usize,
    length: Option<u64>,
    chunked: bool,
}

impl Seen {
    /// Judges a header and says its name.
    fn header<'l>(&mut self, line: &Line<'l>, limits: &HeadLimits) -> Result<&'l [u8], Fault> {
        self.headers += 1;
        if self.headers > limits.headers {
            return Err(Fault::HeadersTooLarge);
        }
        // The name ends at the first byte that cannot be of one, which must be the colon.
        let colon = line.bytes.iter().position(|byte| !NAME.has(*byte));
        let Some((name @ [_, ..], [b':', value @ ..])) =
            colon.and_then(|colon| line.bytes.split_at_checked(colon))
        else {
            return Err(Fault::Malformed);
        };
        // Before it is trimmed: what is trimmed beyond spaces and tabs would be read by others.
        if !line.plain && !value.iter().all(|byte| matches!(byte, b'\t' | 0x20..=0x7e | 0x80..)) {
            return Err(Fault::Malformed);
        }
        self.judge(name, value.trim_ascii())?;
        Ok(name)
    }

    fn judge(&mut self, name: &[u8], value: &[u8]) -> Result<(), Fault> {
        let is = |known: &[u8]| is_named(name, known);
        let well = if is(b"host") {
            self.hosts += 1;
            is_host(value)
        } else if is(b"content-length") {
            let first = self.length.is_none();
            self.length = length(value);
            first && self.length.is_some()
        } else if is(b"transfer-encoding") {
            let first = !self.chunked;
            self.chunked = true;
            first && !self.old && value.eq_ignore_ascii_case(b"chunked")
        } else if is(b"expect") {
            return value
                .eq_ignore_ascii_case(b"100-continue")
                .then_some(())
                .ok_or(Fault::Expectation);
        } else if [&b"authorization"[..], b"x-api-key", b"api-key", b"connection"]
            .iter()
            .any(|n| is(n))
        {
            value.is_ascii()
        } else {
            true
        };
        well.then_some(()).ok_or(Fault::Malformed)
    }

    fn framing(&self) -> Result<Framing, Fault> {
        match (self.hosts, self.length, self.chunked) {
            (1, None, true) => Ok(Framing::Chunked),
            (1, length, false) => Ok(Framing::Length(length.unwrap_or(0))),
            _ => Err(Fault::Malformed),
        }
    }
}

/// Compares a name with a known one in lower case. The bit that tells the cases of a letter apart
/// does not turn anything else that stands in a name into a letter or a hyphen.
fn is_named(name: &[u8], known: &[u8]) -> bool {
    let differing = |bits, (byte, known): (&u8, &u8)| bits | ((*byte | 0x20) ^ *known);
    name.len() == known.len() && name.iter().zip(known).fold(0, differing) == 0
}

/// Digits only, one number: no sign, no list, no overflow.
fn length(value: &[u8]) -> Option<u64> {
    let append = |number: u64, byte: &u8| {
        let digit = char::from(*byte).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    };
    let (first, rest) = value.split_first()?;
    rest.iter().try_fold(append(0, first)?, append)
}

fn is_host(value: &[u8]) -> bool {
    !value.is_empty() && value.len() <= 255 && HOST.has_all(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 1024, headers: 8, uri_bytes: 64 };

    fn read(head: &str) -> Result<Option<(usize, Framing)>, Fault> {
        parse(head.as_bytes(), &LIMITS, &mut Unread::default())
    }

    #[test]
    fn takes_what_is_strict() {
        let head = "POST /v1/x HTTP/1.1\r\nHost: a:1\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(read(head), Ok(Some((head.len() - 3, Framing::Length(3)))));
        let head = "POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n";
        assert_eq!(read(head), Ok(Some((head.len(), Framing::Chunked))));
        for cut in 0..head.len() {
            let begun = head.get(..cut).expect("ASCII");
            assert_eq!(read(begun), Ok(None), "{cut}");
        }
    }

    #[test]
    fn refuses_what_two_readers_could_read_differently() {
        let of = |line: &str, headers: &str| read(&format!("{line}\r\n{headers}\r\n"));
        let post = "POST / HTTP/1.1";
        let host = "Host: a\r\n";
        for headers in [
            "",
            "Host: a\r\nHost: a\r\n",
            "Host: a/?\r\n",
            "Host: \r\n",
            "Host : a\r\n",
            "Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
            "Host: a\r\nContent-Length: 0,0\r\n",
            "Host: a\r\nContent-Length: +3\r\n",
            "Host: a\r\nContent-Length: \u{c}3\r\n",
            "Host: a\r\nContent-Length: 3\u{c}\r\n",
            "Host: a\r\nContent-Length: 99999999999999999999\r\n",
            "Host: a\r\nTransfer-Encoding: identity, chunked\r\n",
            "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Host: a\r\nX-A: b\r\n c\r\n",
            "Host: a\r\nX_Tier: b\r\n",
            "Host: a\nX: b\r\n",
            "Host: a\r\nAuthorization: \u{ff}\r\n",
            "Host: a\r\nX: \0\r\n",
            "Host: a\r\nX\r\n",
        ] {
            assert_eq!(of(post, headers), Err(Fault::Malformed), "{headers:?}");
        }
        assert_eq!(
            of("POST / HTTP/1.0", "Host: a\r\nTransfer-Encoding: chunked\r\n"),
            Err(Fault::Malformed)
        );
        assert_eq!(of("POST / HTTP/1.2", host), Err(Fault::Version));
        assert_eq!(of("POST / HTTP/9.9", host), Err(Fault::Version));
        assert_eq!(of("CONNECT a:1 HTTP/1.1", host), Err(Fault::Method));
        assert_eq!(of("get / HTTP/1.1", host), Err(Fault::Method));
        assert_eq!(of("~ /late HTTP/1.1", host), Err(Fault::Method));
        assert_eq!(of("GET http://a/ HTTP/1.1", host), Err(Fault::Malformed));
        assert_eq!(of("GET /\u{e9} HTTP/1.1", host), Err(Fault::Malformed));
        assert_eq!(of(&format!("GET /{} HTTP/1.1", "a".repeat(64)), host), Err(Fault::UriTooLong));
        assert_eq!(
            of(&format!("GET /{} HTTP/1.1", "a".repeat(2000)), host),
            Err(Fault::UriTooLong)
        );
        assert_eq!(of(post, &"X: y\r\n".repeat(9)), Err(Fault::HeadersTooLarge));
        assert_eq!(of(post, &format!("X: {}\r\n", "y".repeat(2000))), Err(Fault::HeadersTooLarge));
    }

    #[test]
    fn a_name_is_known_in_any_case_and_no_other_is() {
        let known: Vec<u8> = (b'a'..=b'z').chain([b'-']).collect();
        for byte in (0..=u8::MAX).filter(|byte| NAME.has(*byte)) {
            for known in &known {
                let same = byte.eq_ignore_ascii_case(known);
                assert_eq!(is_named(&[byte], &[*known]), same, "{byte} {known}");
            }
        }
        assert!(!is_named(b"hos", b"host") && !is_named(b"hostt", b"host"));
    }

    #[test]
    fn values_hold_tabs_and_no_other_control_character() {
        for byte in 0..=u8::MAX {
            let head = [b"GET / HTTP/1.1\r\nHost: a\r\nX: b", &[byte][..], b"c\r\n\r\n"].concat();
            let taken = matches!(parse(&head, &LIMITS, &mut Unread::default()), Ok(Some(_)));
            assert_eq!(taken, byte == b'\t' || !byte.is_ascii_control(), "{byte}");
        }
    }

    #[test]
    fn a_length_is_digits_and_fits() {
        assert_eq!(length(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(length(b"007"), Some(7));
        for odd in ["", "18446744073709551616", "1a", "-1", "1 ", "\u{661}"] {
            assert_eq!(length(odd.as_bytes()), None, "{odd}");
        }
    }
}
