//! A stream that lets through only whole, strict heads and the bodies they announce, in time.

use super::head::{self, Framing, HeadLimits};
use super::unread::Unread;
use super::{Deadlines, Fault, Watch};
use crate::chunked::Chunked;
use crate::scratch;
use crate::timer::Timer;
use bytes::{Buf, BytesMut};
use hyper::rt::{Read, ReadBufCursor};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

#[derive(Clone, Copy, Debug)]
pub(super) enum At {
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
    pub(super) io: S,
    pub(super) buf: BytesMut,
    cleared: usize,
    pub(super) at: At,
    /// When the wait for what comes next began: taken when there is first something to wait for,
    /// since most of what comes next is there already.
    since: Option<Duration>,
    /// What broke the body that is being read, until that was told.
    broken: Option<Fault>,
    pub(super) stalled: Option<Duration>,
    pub(super) lingering: Option<(Duration, usize)>,
    pub(super) timer: Timer,
    limits: HeadLimits,
    pub(super) deadlines: Deadlines,
    pub(super) watch: Arc<Watch>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guarded<S> {
    /// Guards a fresh connection.
    pub(crate) fn new(io: S, limits: HeadLimits, deadlines: Deadlines, watch: Arc<Watch>) -> Self {
        Self {
            io,
            buf: BytesMut::new(),
            cleared: 0,
            at: At::Fresh,
            since: Some(watch.now()),
            broken: None,
            stalled: None,
            lingering: None,
            timer: Timer::default(),
            limits,
            deadlines,
            watch,
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
                let mut unread = Unread::default();
                let parsed = head::parse(fresh, &self.limits, &mut unread)?;
                let Some((length, framing)) = parsed else { return Ok(None) };
                // A head behind another that still waits stays as it is.
                let left_out = if self.cleared == 0 { unread.cut(&mut self.buf) } else { 0 };
                Some((length - left_out, Some(At::after(framing))))
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
        self.since = None;
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
        let before = self.buf.is_empty();
        if before {
            // What a large head or body needed is not kept while nothing comes.
            self.buf = BytesMut::new();
        }
        let buf = &mut self.buf;
        let read =
            ready!(scratch::poll_read(&mut self.io, cx, |read| buf.extend_from_slice(read)))?;
        if before && matches!(self.at, At::Fresh | At::Head) {
            self.begin(At::Head);
        }
        Poll::Ready(Ok(read))
    }

    /// What is left of the time this part may take; `None` while there is no limit.
    fn left(&mut self) -> Option<Duration> {
        let limit = match self.at {
            At::Fresh => self.deadlines.first_byte,
            // Hyper may not ask again when the call ends, so the timer runs on, and is not late.
            At::Head if self.watch.in_call() => return Some(self.deadlines.header),
            At::Head if self.buf.is_empty() => self.deadlines.idle,
            At::Head => self.deadlines.header,
            At::Length(_) | At::Chunks(_) => self.deadlines.body,
            At::Refused => return None,
        };
        let now = self.watch.now();
        let mut since = *self.since.get_or_insert(now);
        if matches!(self.at, At::Head) {
            since = since.max(self.watch.ended());
        }
        Some(limit.saturating_sub(now.saturating_sub(since)))
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
