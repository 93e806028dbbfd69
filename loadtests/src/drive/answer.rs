//! Reads one HTTP/1.1 answer as it comes and checks what it says, without keeping it.

use std::io;

use memchr::{memchr, memchr2, memmem};

/// Bytes of an answer's head that the driver reads.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// FNV-1a of the text received so far: equal digests, equal texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(u64);

impl Digest {
    /// Of no text.
    pub const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    /// With more text at the end.
    #[must_use]
    pub fn with(self, text: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(text.iter().fold(self.0, step))
    }
}

/// Where in the answer the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Head,
    Sized(usize),
    ChunkSize(usize),
    ChunkData(usize),
    ChunkEnd,
    Trailer,
    Done,
}

impl At {
    /// Before a body of so many bytes.
    const fn of(length: usize) -> Self {
        if length == 0 { Self::Done } else { Self::Sized(length) }
    }
}

/// One answer under way.
#[derive(Debug)]
pub struct Answer {
    at: At,
    /// A head or a line that is not whole yet.
    held: Vec<u8>,
    status: u16,
    closes: bool,
    ended: bool,
    digest: Digest,
    pieces: u64,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            at: At::Head,
            held: Vec::new(),
            status: 0,
            closes: false,
            ended: false,
            digest: Digest::EMPTY,
            pieces: 0,
        }
    }
}

impl Answer {
    /// Forgets the answer before, keeps its memory.
    pub fn reset(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        held.clear();
        *self = Self { held, ..Self::default() };
    }

    /// Whether the last byte was read.
    pub fn is_done(&self) -> bool {
        self.at == At::Done
    }

    /// The status, zero before the head was read.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the peer will close the connection after this answer.
    pub fn closes(&self) -> bool {
        self.closes
    }

    /// Text so far, over all events.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Pieces of text so far: events with content.
    pub fn pieces(&self) -> u64 {
        self.pieces
    }

    /// Whether a stream said `[DONE]`.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Reads on.
    pub fn feed(&mut self, mut input: &[u8]) -> io::Result<()> {
        while !input.is_empty() && self.at != At::Done {
            input = match self.at {
                At::Head => self.head(input)?,
                At::Sized(left) => self.sized(input, left),
                At::ChunkData(left) => self.data(input, left),
                At::ChunkSize(_) | At::ChunkEnd | At::Trailer | At::Done => self.framing(input)?,
            };
        }
        if self.at == At::Done {
            self.line_end();
        }
        Ok(())
    }

    fn head<'a>(&mut self, input: &'a [u8]) -> io::Result<&'a [u8]> {
        let before = self.held.len();
        self.held.extend_from_slice(input);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(end) = head.parse(&self.held).map_err(io::Error::other)?
        else {
            let fits = self.held.len() <= HEAD_BYTES_MAX;
            return fits.then_some(&[][..]).ok_or_else(|| io::Error::other("endless head"));
        };
        self.status = head.code.unwrap_or_default();
        self.at = At::Done;
        for header in head.headers.iter() {
            let value = std::str::from_utf8(header.value).unwrap_or_default();
            if header.name.eq_ignore_ascii_case("content-length") {
                let length = value.parse().map_err(io::Error::other)?;
                self.at = At::of(length);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                self.at = At::ChunkSize(0);
            } else if header.name.eq_ignore_ascii_case("connection") {
                self.closes = value.eq_ignore_ascii_case("close");
            }
        }
        self.held.clear();
        Ok(input.get(end.saturating_sub(before)..).unwrap_or_default())
    }

    fn sized<'a>(&mut self, input: &'a [u8], left: usize) -> &'a [u8] {
        let (now, later) = input.split_at(left.min(input.len()));
        self.body(now);
        let left = left - now.len();
        self.at = At::of(left);
        later
    }

    fn data<'a>(&mut self, input: &'a [u8], left: usize) -> &'a [u8] {
        let (now, later) = input.split_at(left.min(input.len()));
        self.body(now);
        let left = left - now.len();
        self.at = if left == 0 { At::ChunkEnd } else { At::ChunkData(left) };
        later
    }

    /// One byte of chunked framing.
    fn framing<'a>(&mut self, input: &'a [u8]) -> io::Result<&'a [u8]> {
        let Some((byte, later)) = input.split_first() else { return Ok(input) };
        self.at = match (self.at, *byte) {
            (At::ChunkSize(0), b'\n') => At::Trailer,
            (At::ChunkSize(size), b'\n') => At::ChunkData(size),
            (At::ChunkSize(size), b'\r') => At::ChunkSize(size),
            (At::ChunkSize(size), digit) => {
                let digit = char::from(digit).to_digit(16).and_then(|d| usize::try_from(d).ok());
                let digit = digit.ok_or_else(|| io::Error::other("chunk size is no number"))?;
                At::ChunkSize(size.saturating_mul(16).saturating_add(digit))
            }
            (At::ChunkEnd, b'\n') => At::ChunkSize(0),
            (At::Trailer, b'\n') => At::Done,
            (at, _) => at,
        };
        Ok(later)
    }

    /// Body bytes, line by line: an event is a line, a whole answer is one line too.
    fn body(&mut self, mut input: &[u8]) {
        while let Some(end) = memchr(b'\n', input) {
            let (line, later) = input.split_at(end + 1);
            if self.held.is_empty() {
                self.line(line);
            } else {
                self.held.extend_from_slice(line);
                self.line_end();
            }
            input = later;
        }
        self.held.extend_from_slice(input);
    }

    fn line_end(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        self.line(&held);
        held.clear();
        self.held = held;
    }

    fn line(&mut self, line: &[u8]) {
        if let Some(at) = memmem::find(line, b"\"content\":\"") {
            let text = inside(line.get(at + 11..).unwrap_or_default());
            if !text.is_empty() {
                self.digest = self.digest.with(text);
                self.pieces += 1;
            }
        } else if line.starts_with(b"data: [DONE]") {
            self.ended = true;
        }
    }
}

/// A JSON string up to its closing quote, escapes as they stand.
fn inside(text: &[u8]) -> &[u8] {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        from += at;
        if text.get(from) == Some(&b'"') {
            return text.get(..from).unwrap_or_default();
        }
        from += 2;
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::said::{Pieces, Said};
    use crate::mock::script::{Script, Shape, WHOLE_TOKENS};

    fn read(bytes: &[u8], step: usize) -> Answer {
        let mut answer = Answer::default();
        for part in bytes.chunks(step) {
            answer.feed(part).unwrap();
        }
        answer
    }

    #[test]
    fn any_chunking_reads_the_same() {
        let quoted = Said::cut("\"Oh,\" said she;\n\"a \\ is new to me.\"\n", Pieces::Bytes);
        for said in [Said::default(), quoted.unwrap()] {
            let script = Script::new(Shape::Chat, &said);
            let stream =
                [script.opening(), script.tokens(0, 40), &script.closing(40, true)].concat();
            for step in [1, 2, 7, 100, stream.len()] {
                let answer = read(&stream, step);
                assert!(answer.is_done() && answer.ended());
                assert_eq!((answer.status(), answer.pieces()), (200, 40));
                assert_eq!(answer.digest(), Digest::EMPTY.with(said.text(0..40).as_bytes()));
                let whole = read(&script.whole(&said, WHOLE_TOKENS), step);
                let text = said.text(0..WHOLE_TOKENS);
                assert!(whole.is_done());
                assert_eq!(whole.digest(), Digest::EMPTY.with(text.as_bytes()));
            }
        }
    }
}
