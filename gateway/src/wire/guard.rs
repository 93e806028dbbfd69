//! A stream that lets through only whole, strict heads and the bodies they announce, in time.

use super::Fault;
use super::head::{self, Framing, HeadLimits};
use crate::chunked::Chunked;
use crate::timer::Timer;
use bytes::{Buf, BytesMut};
use hyper::rt::{Read, ReadBufCursor, Write};
use sluice_config::words::Clock;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::io::poll_read_buf;

/// Bytes asked of the socket at a time.
const READ: usize = 8 * 1024;
/// Bytes read and thrown away after a refusal, so that the answer is not lost to a reset.
const LINGER_BYTES: usize = 256 * 1024;
/// And for how long.
const LINGER: Duration = Duration::from_secs(1);

/// How long each part of a connection may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// From the connection to its first byte.
    pub first_byte: Duration,
    /// From the first byte of a head to its last.
    pub header: Duration,
    /// From the end of a head to the end of its body.
    pub body: Duration,
    /// Between a call and the next.
    pub idle: Duration,
    /// For a write that the client does not take.
    pub write_stall: Duration,
}

/// What a connection and the calls on it tell each other.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    calls: AtomicUsize,
    ended: AtomicU64,
}

impl Watch {
    /// A call begins: the connection is not idle.
    pub(crate) fn enter(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A call has ended.
    pub(crate) fn leave(&self, now: Duration) {
        self.ended.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.calls.fetch_sub(1, Ordering::Relaxed);
    }

    /// Since when no call is under way: the end of the last, or `opened` if there was none.
    pub(crate) fn idle_since(&self, opened: Duration) -> Option<Duration> {
        (!self.in_call()).then(|| self.ended().max(opened))
    }

    fn in_call(&self) -> bool {
        self.calls.load(Ordering::Relaxed) > 0
    }

    fn ended(&self) -> Duration {
        Duration::from_millis(self.ended.load(Ordering::Relaxed))
    }
}

#[derive(Clone, Copy, Debug)]
enum At {
    /// Nothing has arrived yet, ever.
    Fresh,
    /// Before or in a head.
    Head,
    /// In a body, so many bytes from its end.
    Length(u64),
    /// In a chunked body.
    Chunks(Chunked),
    /// After a head that was refused; nothing more is read.
    Refused,
}

impl At {
    /// Where we are after a head.
    fn after(framing: Framing) -> Self {
        match framing {
            Framing::Length(0) => Self::Head,
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunks(Chunked::default()),
        }
    }
}

/// The stream. See the module.
#[derive(Debug)]
pub(crate) struct Guarded<S> {
    io: S,
    buf: BytesMut,
    cleared: usize,
    at: At,
    since: Duration,
    /// What broke the body that is being read, until that was told.
    broken: Option<Fault>,
    stalled: Option<Duration>,
    lingering: Option<(Duration, usize)>,
    timer: Timer,
    limits: HeadLimits,
    deadlines: Deadlines,
    watch: Arc<Watch>,
    clock: Arc<dyn Clock>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guarded<S> {
    /// Guards a fresh connection.
    pub(crate) fn new(
        io: S,
        limits: HeadLimits,
        deadlines: Deadlines,
        watch: Arc<Watch>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            io,
            buf: BytesMut::new(),
            cleared: 0,
            at: At::Fresh,
            since: clock.steady(),
            broken: None,
            stalled: None,
            lingering: None,
            timer: Timer::default(),
            limits,
            deadlines,
            watch,
            clock,
        }
    }

    /// Clears as much of the buffer as is known to be sound.
    fn advance(&mut self) -> Result<(), Fault> {
        while self.cleared < self.buf.len() {
            let Some((bytes, next)) = self.step()? else { return Ok(()) };
            self.cleared += bytes;
            if let Some(at) = next {
                self.begin(at);
            }
        }
        Ok(())
    }

    /// How many of the bytes at hand are sound, and what comes after them if that is something
    /// else; `None` if more must come first.
    fn step(&mut self) -> Result<Option<(usize, Option<At>)>, Fault> {
        let fresh = self.buf.get(self.cleared..).unwrap_or_default();
        Ok(match &mut self.at {
            At::Refused => None,
            At::Fresh | At::Head => {
                let parsed = head::parse(fresh, &self.limits)?;
                parsed.map(|(length, framing)| (length, Some(At::after(framing))))
            }
            At::Length(left) => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX).min(fresh.len());
                *left -= here as u64;
                Some((here, (*left == 0).then_some(At::Head)))
            }
            At::Chunks(chunks) => {
                let step = chunks.step(fresh).map_err(|_| Fault::Malformed)?;
                Some((step.framing + step.data, chunks.ended().then_some(At::Head)))
            }
        })
    }

    fn begin(&mut self, at: At) {
        self.at = at;
        self.since = self.clock.steady();
    }

    /// Reads no further. What was cleared before the fault still stands and goes first; then, in a
    /// head, the stand-in, and in a body an error, which the call under way answers.
    fn refuse(&mut self, fault: Fault) {
        let in_body = matches!(self.at, At::Length(_) | At::Chunks(_));
        self.buf.truncate(self.cleared);
        self.at = At::Refused;
        if in_body {
            self.broken = Some(fault);
        } else {
            let stand_in = fault.stand_in();
            self.buf.extend_from_slice(&stand_in);
            self.cleared += stand_in.len();
        }
    }

    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.buf.reserve(READ);
        let before = self.buf.is_empty();
        let read = ready!(poll_read_buf(Pin::new(&mut self.io), cx, &mut self.buf))?;
        if before && matches!(self.at, At::Fresh | At::Head) {
            self.begin(At::Head);
        }
        Poll::Ready(Ok(read))
    }

    /// What is left of the time this part may take; `None` while there is no limit.
    fn left(&self) -> Option<Duration> {
        let waiting = self.buf.is_empty();
        let (since, limit) = match self.at {
            At::Fresh => (self.since, self.deadlines.first_byte),
            // Hyper may not ask again when the call ends, so the timer runs on, and is not late.
            At::Head if self.watch.in_call() => return Some(self.deadlines.header),
            At::Head if waiting => (self.since.max(self.watch.ended()), self.deadlines.idle),
            At::Head => (self.since.max(self.watch.ended()), self.deadlines.header),
            At::Length(_) | At::Chunks(_) => (self.since, self.deadlines.body),
            At::Refused => return None,
        };
        Some(limit.saturating_sub(self.clock.steady().saturating_sub(since)))
    }

    /// Nothing to read: is it too late for more?
    fn late(&mut self, cx: &mut Context<'_>) -> Poll<Late> {
        let Some(left) = self.left() else { return Poll::Pending };
        ready!(self.timer.poll(cx, left));
        Poll::Ready(match self.at {
            At::Head if self.buf.is_empty() => Late::Quiet,
            At::Fresh => Late::Quiet,
            _ => Late::Fault,
        })
    }

    /// A write went through, or did not for longer than it may.
    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.stalled = None;
            return poll;
        }
        let now = self.clock.steady();
        let since = *self.stalled.get_or_insert(now);
        let left = self.deadlines.write_stall.saturating_sub(now.saturating_sub(since));
        ready!(self.timer.poll(cx, left));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Reads on for a moment after an answer that left bytes unread.
    fn linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.clock.steady();
        loop {
            let (since, taken) = *self.lingering.get_or_insert((now, 0));
            self.buf.clear();
            self.buf.reserve(READ);
            match poll_read_buf(Pin::new(&mut self.io), cx, &mut self.buf) {
                Poll::Ready(Ok(read)) if read > 0 && taken + read < LINGER_BYTES => {
                    self.lingering = Some((since, taken + read));
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    return self.timer.poll(cx, LINGER.saturating_sub(now.saturating_sub(since)));
                }
            }
        }
    }
}

enum Late {
    Quiet,
    Fault,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Read for Guarded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        loop {
            if let Err(fault) = me.advance() {
                me.refuse(fault);
            }
            let here = me.cleared.min(into.remaining());
            if let Some(sound) = me.buf.get(..here).filter(|sound| !sound.is_empty()) {
                into.put_slice(sound);
                me.buf.advance(here);
                me.cleared -= here;
                return Poll::Ready(Ok(()));
            }
            if let Some(fault) = me.broken.take() {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, fault)));
            }
            if matches!(me.at, At::Refused) {
                // Not the end: hyper would take that for a client that has left. It closes the
                // connection itself once the refusal is written.
                return Poll::Pending;
            }
            match me.fill(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => match ready!(me.late(cx)) {
                    Late::Quiet => return Poll::Ready(Ok(())),
                    Late::Fault => me.refuse(Fault::Late),
                },
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Write for Guarded<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        let poll = Pin::new(&mut me.io).poll_write(cx, bytes);
        me.written(cx, poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        let poll = Pin::new(&mut me.io).poll_write_vectored(cx, parts);
        me.written(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        let poll = Pin::new(&mut me.io).poll_flush(cx);
        me.written(cx, poll)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        let unread = !matches!(me.at, At::Fresh | At::Head) || !me.buf.is_empty();
        if me.lingering.is_none() {
            ready!(Pin::new(&mut me.io).poll_shutdown(cx))?;
        }
        if unread || me.lingering.is_some() {
            ready!(me.linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}
