//! One connection to a backend.

use super::response::{self, Head, WireFault};
use crate::scratch;
use crate::timer::{Deadline, Timer};
use bytes::{Buf, BytesMut};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
use tokio::io::AsyncWrite;
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

    /// Writes what is left of a request, and sees it on its way.
    fn poll_send(&mut self, cx: &mut Context<'_>, rest: &mut &[u8]) -> Poll<io::Result<()>> {
        while !rest.is_empty() {
            let written = match self {
                Self::Plain(stream) => Pin::new(stream).poll_write(cx, rest),
                Self::Tls(stream) => Pin::new(&mut **stream).poll_write(cx, rest),
            };
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => *rest = rest.get(written..).unwrap_or_default(),
            }
        }
        match self {
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_flush(cx),
        }
    }
}

/// A connection with what was read of it and not yet used.
#[derive(Debug)]
pub(crate) struct Connection {
    io: Io,
    buf: BytesMut,
    timer: Timer,
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
        Ok(Self { io, buf: BytesMut::new(), timer: Timer::default() })
    }

    /// Writes a whole request and reads the head of the answer.
    pub(crate) async fn exchange(
        &mut self,
        request: &[u8],
        deadline: &mut Deadline<'_>,
    ) -> Result<Head, NoHead> {
        let mut rest = request;
        poll_fn(|cx| {
            let sent = self.io.poll_send(cx, &mut rest);
            let sent = sent.map_err(|error| NoHead::Io { error, silent: true });
            self.in_time(cx, sent, deadline)
        })
        .await?;
        self.head(deadline).await
    }

    /// Ready when nothing is left; wakes the task then at the latest.
    pub(super) fn poll_late(&mut self, cx: &mut Context<'_>, left: Duration) -> Poll<()> {
        self.timer.poll(cx, left)
    }

    fn in_time<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: Poll<Result<T, NoHead>>,
        deadline: &mut Deadline<'_>,
    ) -> Poll<Result<T, NoHead>> {
        if poll.is_pending() {
            ready!(self.poll_late(cx, deadline.left()));
            return Poll::Ready(Err(NoHead::Late));
        }
        poll
    }

    /// Reads the head of the answer, passing over interim ones.
    async fn head(&mut self, deadline: &mut Deadline<'_>) -> Result<Head, NoHead> {
        let mut interim = 0;
        loop {
            // Nothing is nearly always what is there at first.
            let begun = Some(&self.buf).filter(|begun| !begun.is_empty());
            let parsed = begun.map_or(Ok(None), |begun| response::parse(begun));
            match parsed.map_err(NoHead::Wire)? {
                Some((length, head)) if head.status >= 200 => {
                    self.buf.advance(length);
                    return Ok(head);
                }
                Some(_) if interim == INTERIM_MAX => return Err(NoHead::Wire(WireFault::TooLarge)),
                Some((length, _)) => {
                    self.buf.advance(length);
                    interim += 1;
                }
                None => self.more(interim == 0, deadline).await?,
            }
        }
    }

    async fn more(&mut self, first: bool, deadline: &mut Deadline<'_>) -> Result<(), NoHead> {
        let silent = first && self.buf.is_empty();
        let read = poll_fn(|cx| {
            let read = self.poll_fill(cx).map_err(|error| NoHead::Io { error, silent });
            self.in_time(cx, read, deadline)
        });
        let read = read.await?;
        if read == 0 { Err(NoHead::Closed { silent }) } else { Ok(()) }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Self { io, buf, .. } = self;
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
    /// There was none in time.
    #[error("the backend did not answer in time")]
    Late,
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
            Self::Wire(_) | Self::Late => false,
        }
    }
}
