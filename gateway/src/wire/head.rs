//! One request head, read strictly (RFC 9112): what two readers could read differently is refused.

use super::Fault;
use memchr::{memchr, memchr_iter};

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
/// `None` if more bytes are needed.
///
/// # Errors
///
/// The [`Fault`] to answer with; the connection cannot be read further.
pub(crate) fn parse(bytes: &[u8], limits: &HeadLimits) -> Result<Option<(usize, Framing)>, Fault> {
    let mut lines = Lines { bytes, at: 0 };
    let Some(line) = lines.next(limits)? else { return Ok(None) };
    let old = request_line(line, limits)?;
    let mut seen = Seen { old, ..Seen::default() };
    loop {
        let Some(line) = lines.next(limits)? else { return Ok(None) };
        if line.is_empty() {
            return Ok(Some((lines.at, seen.framing()?)));
        }
        seen.header(line, limits)?;
    }
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its CRLF. A bare LF, or a CR anywhere else, is refused.
    fn next(&mut self, limits: &HeadLimits) -> Result<Option<&'a [u8]>, Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let first = self.at == 0;
        let Some(end) = memchr(b'\n', rest) else {
            return match self.bytes.len() {
                length if length <= limits.bytes => Ok(None),
                _ if first => Err(Fault::UriTooLong),
                _ => Err(Fault::HeadersTooLarge),
            };
        };
        let line = rest.get(..end).and_then(|line| line.strip_suffix(b"\r"));
        let line = line.ok_or(Fault::Malformed)?;
        if memchr(b'\r', line).is_some() {
            return Err(Fault::Malformed);
        }
        self.at += end + 1;
        if self.at > limits.bytes {
            return Err(if first { Fault::UriTooLong } else { Fault::HeadersTooLarge });
        }
        Ok(Some(line))
    }
}

/// Checks a request line; true for HTTP/1.0.
fn request_line(line: &[u8], limits: &HeadLimits) -> Result<bool, Fault> {
    let mut spaces = memchr_iter(b' ', line);
    let (Some(first), Some(second), None) = (spaces.next(), spaces.next(), spaces.next()) else {
        return Err(Fault::Malformed);
    };
    let method = line.get(..first).unwrap_or_default();
    let target = line.get(first + 1..second).unwrap_or_default();
    let version = line.get(second + 1..).unwrap_or_default();
    if method.is_empty() || !method.iter().all(|byte| is_token(*byte)) {
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
    let plain = target.iter().all(|byte| matches!(byte, 0x21..=0x7e) && *byte != b'#');
    if target.first() != Some(&b'/') || !plain {
        return Err(Fault::Malformed);
    }
    Ok(old)
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
    fn header(&mut self, line: &[u8], limits: &HeadLimits) -> Result<(), Fault> {
        self.headers += 1;
        if self.headers > limits.headers {
            return Err(Fault::HeadersTooLarge);
        }
        let colon = memchr(b':', line).ok_or(Fault::Malformed)?;
        let (name, value) = (line.get(..colon).unwrap_or_default(), line.get(colon + 1..));
        // `_` is refused because many servers read `x_tier` and `x-tier` as one name.
        if name.is_empty() || !name.iter().all(|byte| is_token(*byte) && *byte != b'_') {
            return Err(Fault::Malformed);
        }
        let value = value.unwrap_or_default().trim_ascii();
        if !value.iter().all(|byte| matches!(byte, b'\t' | 0x20..=0x7e | 0x80..)) {
            return Err(Fault::Malformed);
        }
        self.judge(name, value)
    }

    fn judge(&mut self, name: &[u8], value: &[u8]) -> Result<(), Fault> {
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
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

/// Digits only, one number: no sign, no list, no overflow.
fn length(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn is_host(value: &[u8]) -> bool {
    let named = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(byte);
    !value.is_empty() && value.len() <= 255 && value.iter().all(named)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 1024, headers: 8, uri_bytes: 64 };

    fn read(head: &str) -> Result<Option<(usize, Framing)>, Fault> {
        parse(head.as_bytes(), &LIMITS)
    }

    #[test]
    fn takes_what_is_strict() {
        let head = "POST /v1/x HTTP/1.1\r\nHost: a:1\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(read(head), Ok(Some((head.len() - 3, Framing::Length(3)))));
        let head = "POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n";
        assert_eq!(read(head), Ok(Some((head.len(), Framing::Chunked))));
        for cut in 0..head.len() {
            assert_eq!(parse(&head.as_bytes()[..cut], &LIMITS), Ok(None), "{cut}");
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
}
