//! HTTP/1.1 read byte for byte, for both sides of a test.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The first line and the headers of a message, as they came.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The request or status line.
    pub first: String,
    /// Names and values in their order.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).first().copied()
    }

    /// Every value of a header.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default().to_owned();
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Self { first, headers }
    }

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|value| value.contains("chunked"))
    }

    fn length(&self) -> Option<usize> {
        self.header("content-length").and_then(|value| value.parse().ok())
    }

    /// How the body of a request ends.
    pub(crate) fn request_body(&self) -> Framing {
        match (self.is_chunked(), self.length()) {
            (true, _) => Framing::Chunked,
            (false, length) => Framing::Length(length.unwrap_or(0)),
        }
    }

    /// How the body of an answer ends.
    pub(crate) fn answer_body(&self, status: u16) -> Framing {
        match (self.is_chunked(), self.length()) {
            _ if status < 200 || status == 204 || status == 304 => Framing::Length(0),
            (true, _) => Framing::Chunked,
            (false, Some(length)) => Framing::Length(length),
            (false, None) => Framing::ToClose,
        }
    }
}

/// What is left of a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// So many bytes.
    Length(usize),
    /// Chunks until an empty one.
    Chunked,
    /// All there is.
    ToClose,
    /// Nothing.
    Ended,
}

/// The reading half of a connection, with what came but was not yet asked for.
#[derive(Debug)]
pub(crate) struct Inbox<S> {
    from: S,
    ahead: Vec<u8>,
    taken: Vec<u8>,
}

impl<S: AsyncRead + Unpin> Inbox<S> {
    pub(crate) fn new(from: S) -> Self {
        Self { from, ahead: Vec::new(), taken: Vec::new() }
    }

    pub(crate) fn into_inner(self) -> S {
        self.from
    }

    /// Everything handed out since the last time this was asked.
    pub(crate) fn taken(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.taken)
    }

    /// The next head; none if the other side closed before its end.
    pub(crate) async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(at) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                let text = self.take(at + 4);
                return Ok(Some(Head::parse(&text)));
            }
            if !self.fill().await? {
                return Ok(None);
            }
        }
    }

    /// The next piece of a body; none at its end. An error if it is cut or broken.
    pub(crate) async fn piece(&mut self, left: &mut Framing) -> io::Result<Option<Vec<u8>>> {
        match *left {
            Framing::Ended | Framing::Length(0) => Ok(None),
            Framing::Length(length) => {
                self.need(1).await?;
                let piece = self.take(length.min(self.ahead.len()));
                *left = Framing::Length(length - piece.len());
                Ok(Some(piece))
            }
            Framing::ToClose if self.ahead.is_empty() && !self.fill().await? => Ok(None),
            Framing::ToClose => Ok(Some(self.take(self.ahead.len()))),
            Framing::Chunked => self.chunk(left).await,
        }
    }

    /// The rest of a body, as far as it comes. An error if it is cut or broken.
    pub(crate) async fn body(&mut self, mut left: Framing, into: &mut Vec<u8>) -> io::Result<()> {
        while let Some(piece) = self.piece(&mut left).await? {
            into.extend(piece);
        }
        Ok(())
    }

    async fn chunk(&mut self, left: &mut Framing) -> io::Result<Option<Vec<u8>>> {
        let line = self.line().await?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
        if size == 0 {
            while !self.line().await?.is_empty() {}
            *left = Framing::Ended;
            return Ok(None);
        }
        self.need(size + 2).await?;
        let chunk = self.take(size);
        match self.take(2).as_slice() {
            b"\r\n" => Ok(Some(chunk)),
            _ => Err(io::Error::other("a chunk that does not end in CRLF")),
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(at) = self.ahead.windows(2).position(|two| two == b"\r\n") {
                let line = self.take(at + 2);
                let text = line.strip_suffix(b"\r\n").unwrap_or_default();
                return Ok(String::from_utf8_lossy(text).into_owned());
            }
            self.need(self.ahead.len() + 1).await?;
        }
    }

    /// All that comes until the other side closes, however it does.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while matches!(self.fill().await, Ok(true)) {}
        self.take(self.ahead.len())
    }

    /// Resolves when the other side has closed; what comes before that is kept.
    pub(crate) async fn closed(&mut self) {
        while matches!(self.fill().await, Ok(true)) {}
    }

    async fn need(&mut self, bytes: usize) -> io::Result<()> {
        while self.ahead.len() < bytes {
            if !self.fill().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    async fn fill(&mut self) -> io::Result<bool> {
        Ok(self.from.read_buf(&mut self.ahead).await? > 0)
    }

    fn take(&mut self, bytes: usize) -> Vec<u8> {
        let rest = self.ahead.split_off(bytes);
        let piece = std::mem::replace(&mut self.ahead, rest);
        self.taken.extend_from_slice(&piece);
        piece
    }
}
