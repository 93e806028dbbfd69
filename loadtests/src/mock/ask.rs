//! What a call asks of the mock: read from the head and, by search alone, from the body.

use std::io;
use std::ops::Range;

use memchr::memmem;

use super::script::{Shape, TOKENS_MAX, WHOLE_TOKENS};

/// Bytes of head and body together that the mock accepts.
pub const ASK_BYTES_MAX: usize = 8 << 20;

/// How a streamed answer is paced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The first of them, counted from the beginning of the text.
    pub from: usize,
    /// Tokens of the answer.
    pub tokens: usize,
    /// Between two writes; zero is as fast as they can be written.
    pub gap_us: u64,
    /// Tokens a write; each is still a chunk of its own.
    pub batch: usize,
}

/// One call, as far as the mock cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Answered in one piece.
    Whole(Shape, usize),
    /// Answered in events.
    Streamed {
        /// Chat or completion.
        shape: Shape,
        /// How fast.
        pace: Pace,
        /// Whether a usage event was asked for.
        show_usage: bool,
    },
    /// `GET /health`
    Health,
    /// Any other path.
    Unknown,
}

/// Where one request lies in what was read so far.
#[derive(Debug, PartialEq, Eq)]
pub struct Framed {
    target: Target,
    body: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Call(Shape),
    Health,
    Unknown,
}

impl Framed {
    /// Finds a whole request at the start of `input`; `None` asks for more bytes.
    pub fn find(input: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(head) = request.parse(input).map_err(io::Error::other)?
        else {
            return Ok(None);
        };
        let mut length = 0usize;
        for header in request.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                length = number(header.value)
                    .and_then(|n| usize::try_from(n).ok())
                    .ok_or_else(|| io::Error::other("content-length is no number"))?;
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                return Err(io::Error::other("the mock reads bodies with content-length only"));
            }
        }
        let end = head.saturating_add(length);
        if end > ASK_BYTES_MAX {
            return Err(io::Error::other("the request is larger than the mock reads"));
        }
        let target = target(request.path.unwrap_or_default());
        Ok((input.len() >= end).then_some(Self { target, body: head..end }))
    }

    /// Bytes of this request.
    pub fn end(&self) -> usize {
        self.body.end
    }

    /// What it asks, with `default` for what it does not say.
    pub fn ask(&self, input: &[u8], default: Pace) -> Ask {
        let body = input.get(self.body.clone()).unwrap_or_default();
        match self.target {
            Target::Call(shape) => call(shape, body, default),
            Target::Health => Ask::Health,
            Target::Unknown => Ask::Unknown,
        }
    }
}

fn target(path: &str) -> Target {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    match path {
        "/v1/chat/completions" => Target::Call(Shape::Chat),
        "/v1/completions" => Target::Call(Shape::Completion),
        "/health" => Target::Health,
        _ => Target::Unknown,
    }
}

fn call(shape: Shape, body: &[u8], default: Pace) -> Ask {
    let streamed = memmem::find(body, b"\"stream\":true").is_some()
        || memmem::find(body, b"\"stream\": true").is_some();
    let told = after(body, b"[mock ");
    let word = |name: &[u8]| told.and_then(|told| after(told, name)).and_then(number);
    let cap = after(body, b"\"max_tokens\":")
        .or_else(|| after(body, b"\"max_completion_tokens\":"))
        .and_then(|text| number(text.trim_ascii_start()));
    let cap = cap.and_then(|n| usize::try_from(n).ok()).unwrap_or(TOKENS_MAX).min(TOKENS_MAX);
    let count = |name: &[u8]| word(name).and_then(|n| usize::try_from(n).ok());
    let tokens = count(b"tokens=");
    if !streamed {
        return Ask::Whole(shape, tokens.unwrap_or(WHOLE_TOKENS).min(cap));
    }
    let pace = Pace {
        from: count(b"from=").unwrap_or(default.from),
        tokens: tokens.unwrap_or(default.tokens).min(cap),
        gap_us: word(b"gap-us=").unwrap_or(default.gap_us),
        batch: count(b"batch=").unwrap_or(default.batch).max(1),
    };
    let show_usage = memmem::find(body, b"\"include_usage\":true").is_some()
        || memmem::find(body, b"\"include_usage\": true").is_some();
    Ask::Streamed { shape, pace, show_usage }
}

fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    memmem::find(text, mark).and_then(|at| text.get(at + mark.len()..))
}

/// The decimal number that `text` starts with.
fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).take(12);
    let mut found = None;
    for digit in digits {
        found = Some(found.unwrap_or(0) * 10 + u64::from(digit - b'0'));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: Pace = Pace { from: 0, tokens: 256, gap_us: 0, batch: 32 };

    fn ask(body: &str) -> Ask {
        let text = format!(
            "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let framed = Framed::find(text.as_bytes()).unwrap().unwrap();
        assert_eq!(framed.end(), text.len());
        framed.ask(text.as_bytes(), DEFAULT)
    }

    #[test]
    fn the_prompt_steers_the_pace() {
        let body = r#"{"stream":true,"x":"[mock from=3 tokens=9 gap-us=1000 batch=2]","stream_options":{"include_usage":true}}"#;
        let pace = Pace { from: 3, tokens: 9, gap_us: 1000, batch: 2 };
        assert_eq!(ask(body), Ask::Streamed { shape: Shape::Chat, pace, show_usage: true });
    }

    #[test]
    fn max_tokens_cuts_and_defaults_hold() {
        assert_eq!(ask(r#"{"max_tokens": 5}"#), Ask::Whole(Shape::Chat, 5));
        assert_eq!(ask("{}"), Ask::Whole(Shape::Chat, WHOLE_TOKENS));
    }

    #[test]
    fn half_a_request_asks_for_more() {
        let text = b"POST /v1/completions HTTP/1.1\r\ncontent-length: 3\r\n\r\n{}";
        assert_eq!(Framed::find(text).unwrap(), None);
    }
}
