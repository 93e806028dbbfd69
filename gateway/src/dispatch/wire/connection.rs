//! One connection to a backend.

use super::response::{self, Head, WireFault};
use bytes::{Buf, BytesMut};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::io::poll_read_buf;

/// Bytes asked of the socket at a time.
const READ: usize = 16 * 1024;
/// Interim answers passed over before the real one.
const INTERIM_MAX: usize = 8;

/// How a backend is spoken to in secret.
#[derive(Clone, Debug)]
pub(crate) struct Secure {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) name: ServerName<'static>,
}

#[derive(Debug)]
enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection with what was read of it and not yet used.
#[derive(Debug)]
pub(crate) struct Connection {
    io: Io,
    buf: BytesMut,
}

impl Connection {
    /// Connects; the caller bounds the time.
    pub(crate) async fn open(host: &str, port: u16, secure: Option<&Secure>) -> io::Result<Self> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        let io = match secure {
            None => Io::Plain(stream),
            Some(Secure { config, name }) => {
                let connector = TlsConnector::from(Arc::clone(config));
                Io::Tls(Box::new(connector.connect(name.clone(), stream).await?))
            }
        };
        Ok(Self { io, buf: BytesMut::new() })
    }

    /// Writes a whole request.
    pub(crate) async fn send(&mut self, request: &[u8]) -> io::Result<()> {
        match &mut self.io {
            Io::Plain(stream) => stream.write_all(request).await,
            Io::Tls(stream) => {
                stream.write_all(request).await?;
                stream.flush().await
            }
        }
    }

    /// Reads the head of the answer, passing over interim ones.
    pub(crate) async fn head(&mut self) -> Result<Head, NoHead> {
        let mut interim = 0;
        loop {
            match response::parse(&self.buf).map_err(NoHead::Wire)? {
                Some((length, head)) if head.status >= 200 => {
                    self.buf.advance(length);
                    return Ok(head);
                }
                Some(_) if interim == INTERIM_MAX => return Err(NoHead::Wire(WireFault::TooLarge)),
                Some((length, _)) => {
                    self.buf.advance(length);
                    interim += 1;
                }
                None => self.more(interim == 0).await?,
            }
        }
    }

    async fn more(&mut self, first: bool) -> Result<(), NoHead> {
        let read = poll_fn(|cx| self.poll_fill(cx)).await.map_err(NoHead::Io)?;
        let silent = first && self.buf.is_empty();
        if read == 0 { Err(NoHead::Closed { silent }) } else { Ok(()) }
    }

    /// Reads what is there; 0 at the end of the connection.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.buf.capacity() - self.buf.len() < READ / 2 {
            self.buf.reserve(READ);
        }
        match &mut self.io {
            Io::Plain(stream) => poll_read_buf(Pin::new(stream), cx, &mut self.buf),
            Io::Tls(stream) => poll_read_buf(Pin::new(&mut **stream), cx, &mut self.buf),
        }
    }

    pub(super) fn buffered(&self) -> &[u8] {
        &self.buf
    }

    pub(super) fn used(&mut self, bytes: usize) {
        self.buf.advance(bytes);
    }

    /// Whether an idle connection can take another request: nothing unasked has arrived and the
    /// other side has not closed.
    pub(crate) fn is_fresh(&mut self) -> bool {
        if !self.buf.is_empty() {
            return false;
        }
        let mut cx = Context::from_waker(Waker::noop());
        let mut byte = [0; 1];
        let mut byte = tokio::io::ReadBuf::new(&mut byte);
        let poll = match &mut self.io {
            Io::Plain(stream) => Pin::new(stream).poll_read(&mut cx, &mut byte),
            Io::Tls(stream) => Pin::new(&mut **stream).poll_read(&mut cx, &mut byte),
        };
        poll.is_pending()
    }

    /// Lets go of the buffer while nothing is to be read.
    pub(crate) fn rest(&mut self) {
        self.buf = BytesMut::new();
    }
}

/// Why there is no head.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoHead {
    /// The connection broke.
    #[error("the backend's connection broke: {0}")]
    Io(#[source] io::Error),
    /// What came is not a head.
    #[error("{0}")]
    Wire(#[source] WireFault),
    /// The other side closed: before it said anything, or in between.
    #[error("the backend closed the connection")]
    Closed { silent: bool },
}

impl NoHead {
    /// Whether this is what a kept connection looks like that had been closed all along.
    pub(crate) fn is_stale(&self) -> bool {
        match self {
            Self::Closed { silent } => *silent,
            Self::Io(error) => matches!(
                error.kind(),
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::ConnectionAborted
            ),
            Self::Wire(_) => false,
        }
    }
}
