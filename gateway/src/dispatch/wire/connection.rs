//! One connection to a backend.

use super::response::{self, Head, WireFault};
use crate::scratch;
use bytes::{Buf, BytesMut};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Interim answers passed over before the real one.
const INTERIM_MAX: usize = 8;

/// How a backend is spoken to in secret.
#[derive(Clone, Debug)]
pub(crate) struct Secure {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) name: ServerName<'static>,
    /// The backend's own CA, as it was read.
    pub(crate) ca: Option<Vec<u8>>,
}

#[derive(Debug)]
enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Io {
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        take: impl FnOnce(&[u8]),
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => scratch::poll_read(stream, cx, take),
            Self::Tls(stream) => scratch::poll_read(&mut **stream, cx, take),
        }
    }
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
            Some(Secure { config, name, .. }) => {
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
        let silent = first && self.buf.is_empty();
        let read = poll_fn(|cx| self.poll_fill(cx)).await;
        let read = read.map_err(|error| NoHead::Io { error, silent })?;
        if read == 0 { Err(NoHead::Closed { silent }) } else { Ok(()) }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Self { io, buf } = self;
        io.poll_read(cx, |read| buf.extend_from_slice(read))
    }

    /// Shows `take` what is there; 0 bytes at the end of the connection.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        take: impl FnOnce(&[u8]),
    ) -> Poll<io::Result<usize>> {
        self.io.poll_read(cx, take)
    }

    /// What came with the head and is not part of it.
    pub(super) fn take_buffered(&mut self) -> BytesMut {
        std::mem::take(&mut self.buf)
    }

    /// Whether an idle connection can take another request: nothing unasked has arrived and the
    /// other side has not closed.
    pub(crate) fn is_fresh(&mut self) -> bool {
        if !self.buf.is_empty() {
            return false;
        }
        let mut cx = Context::from_waker(Waker::noop());
        self.io.poll_read(&mut cx, |_| {}).is_pending()
    }
}

/// Why there is no head.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoHead {
    /// The connection broke.
    #[error("the backend's connection broke: {error}")]
    Io {
        #[source]
        error: io::Error,
        silent: bool,
    },
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
            Self::Io { error, silent } => {
                *silent
                    && matches!(
                        error.kind(),
                        io::ErrorKind::ConnectionReset
                            | io::ErrorKind::BrokenPipe
                            | io::ErrorKind::ConnectionAborted
                    )
            }
            Self::Wire(_) => false,
        }
    }
}
