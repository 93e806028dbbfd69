//! The head of an answer, read strictly: a backend is not trusted more than a caller.

use memchr::memchr_iter;
use std::fmt;
use std::mem::MaybeUninit;

/// Headers an answer may have.
const HEADERS_MAX: usize = 100;
/// Bytes of a head.
pub(super) const HEAD_BYTES_MAX: usize = 32 * 1024;

/// What a backend's head says, as far as it matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Head {
    /// The status.
    pub status: u16,
    /// How the body is delimited.
    pub framing: Framing,
    /// What the body claims to be.
    pub content: Content,
    /// Whether the connection can be used again.
    pub keep_alive: bool,
}

/// How the body of an answer is delimited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// So many bytes.
    Length(u64),
    /// By chunks.
    Chunked,
    /// By the end of the connection.
    UntilClose,
}

/// What the body of an answer claims to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Content {
    /// `application/json`
    Json,
    /// `text/event-stream`
    Events,
    /// `application/x-ndjson`
    Lines,
    /// Anything else, for example a page of a proxy in between.
    Other,
}

/// Why an answer cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum WireFault {
    /// Not a head.
    Malformed,
    /// Larger than any head should be.
    TooLarge,
    /// Lengths or codings that two readers could read differently.
    Framing,
    /// A content coding, though none was asked for.
    Encoded,
    /// The backend wants to speak another protocol.
    Upgrade,
}

impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the answer does not begin with a head",
            Self::TooLarge => "the head of the answer is too large",
            Self::Framing => "the answer has ambiguous framing",
            Self::Encoded => "the answer has a content coding that was not asked for",
            Self::Upgrade => "the answer switches protocols",
        })
    }
}

impl std::error::Error for WireFault {}

/// Reads a head at the start of `bytes`: its length and meaning, or `None` if more is needed.
/// Interim answers (1xx) are heads of their own, for the caller to pass over.
///
/// # Errors
///
/// The answer cannot be read; the connection must be closed.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(usize, Head)>, WireFault> {
    // Not set to anything: most of them are never looked at.
    let mut headers = [const { MaybeUninit::uninit() }; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut []);
    let strict = httparse::ParserConfig::default();
    let parsed = strict.parse_response_with_uninit_headers(&mut answer, bytes, &mut headers);
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() <= HEAD_BYTES_MAX => return Ok(None),
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            return Err(WireFault::TooLarge);
        }
        Err(_) => return Err(WireFault::Malformed),
    };
    if !has_strict_lines(bytes.get(..length).unwrap_or_default()) {
        return Err(WireFault::Malformed);
    }
    let status = answer.code.ok_or(WireFault::Malformed)?;
    if status == 101 {
        return Err(WireFault::Upgrade);
    }
    let mut seen = Seen { modern: answer.version == Some(1), ..Seen::default() };
    answer.headers.iter().try_for_each(|header| seen.header(header.name, header.value))?;
    let (framing, keep_alive) = seen.framing(status)?;
    let content = seen.content.unwrap_or(Content::Other);
    Ok(Some((length, Head { status, framing, content, keep_alive })))
}

/// Whether each line ends with CRLF: httparse takes a bare LF, others do not.
fn has_strict_lines(head: &[u8]) -> bool {
    memchr_iter(b'\n', head).all(|at| at > 0 && head.get(at - 1) == Some(&b'\r'))
}

#[derive(Default)]
struct Seen {
    modern: bool,
    length: Option<u64>,
    chunked: bool,
    /// What `connection` says: to close, to keep open, or nothing.
    keeps: Option<bool>,
    content: Option<Content>,
}

impl Seen {
    fn header(&mut self, name: &str, value: &[u8]) -> Result<(), WireFault> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let value = value.trim_ascii();
        if is("content-length") {
            let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            let text = std::str::from_utf8(value).ok().filter(|_| digits);
            let length = text.and_then(|text| text.parse().ok()).ok_or(WireFault::Framing)?;
            return self.length.replace(length).map_or(Ok(()), |_| Err(WireFault::Framing));
        }
        if is("transfer-encoding") {
            let sound = !self.chunked && self.modern && value.eq_ignore_ascii_case(b"chunked");
            self.chunked = true;
            return sound.then_some(()).ok_or(WireFault::Framing);
        }
        if is("content-encoding") && !value.eq_ignore_ascii_case(b"identity") {
            return Err(WireFault::Encoded);
        }
        if is("content-type") {
            self.content = Some(content(value));
        }
        if is("connection") {
            let options = || value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            if options().any(|option| option.eq_ignore_ascii_case(b"close")) {
                self.keeps = Some(false);
            } else if options().any(|option| option.eq_ignore_ascii_case(b"keep-alive")) {
                self.keeps.get_or_insert(true);
            }
        }
        Ok(())
    }

    fn framing(&self, status: u16) -> Result<(Framing, bool), WireFault> {
        let keep_alive = self.keeps.unwrap_or(self.modern);
        if matches!(status, 100..=199 | 204 | 304) {
            return Ok((Framing::Length(0), keep_alive));
        }
        match (self.length, self.chunked) {
            (Some(_), true) => Err(WireFault::Framing),
            (Some(length), false) => Ok((Framing::Length(length), keep_alive)),
            (None, true) => Ok((Framing::Chunked, keep_alive)),
            (None, false) => Ok((Framing::UntilClose, false)),
        }
    }
}

fn content(value: &[u8]) -> Content {
    let kind = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    if kind.eq_ignore_ascii_case(b"application/json") {
        Content::Json
    } else if kind.eq_ignore_ascii_case(b"text/event-stream") {
        Content::Events
    } else if kind.eq_ignore_ascii_case(b"application/x-ndjson") {
        Content::Lines
    } else {
        Content::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str) -> Result<Option<(usize, Head)>, WireFault> {
        parse(head.as_bytes())
    }

    #[test]
    fn reads_what_backends_send() {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
        let expected = Head {
            status: 200,
            framing: Framing::Chunked,
            content: Content::Events,
            keep_alive: true,
        };
        assert_eq!(read(head), Ok(Some((head.len(), expected))));
        let lines = head.replace("text/event-stream; charset=utf-8", "application/x-ndjson");
        let lines = read(&lines).expect("sound").expect("whole").1;
        assert_eq!(lines, Head { content: Content::Lines, ..expected });
        assert_eq!(read("HTTP/1.1 200 OK\r\ncontent-le"), Ok(None));
        let closing = read("HTTP/1.0 200 OK\r\n\r\n").expect("sound").expect("whole").1;
        assert_eq!((closing.framing, closing.keep_alive), (Framing::UntilClose, false));
    }

    #[test]
    fn refuses_what_could_be_read_in_two_ways() {
        let of = |headers: &str| read(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n")).map(|_| ());
        for headers in [
            "content-length: 1\r\ncontent-length: 1\r\n",
            "content-length: 1\r\ntransfer-encoding: chunked\r\n",
            "content-length: +1\r\n",
            "content-length: 1,1\r\n",
            "transfer-encoding: gzip, chunked\r\n",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        ] {
            assert_eq!(of(headers), Err(WireFault::Framing), "{headers}");
        }
        assert_eq!(of("content-encoding: gzip\r\n"), Err(WireFault::Encoded));
        assert_eq!(read("HTTP/1.1 101 Switching\r\n\r\n"), Err(WireFault::Upgrade));
        assert_eq!(read("<html>"), Err(WireFault::Malformed));
        assert_eq!(of("x: y\nz: a\r\n"), Err(WireFault::Malformed));
        assert_eq!(of(&"a: b\r\n".repeat(101)), Err(WireFault::TooLarge));
        assert_eq!(
            read(&format!("HTTP/1.1 200 OK\r\na: {}", "b".repeat(40_000))),
            Err(WireFault::TooLarge)
        );
    }
}
