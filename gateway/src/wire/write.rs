//! The writing half of a guarded stream: what the client does not take in time ends it.

use super::guard::{At, Guarded};
use crate::scratch;
use hyper::rt::Write;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes read and thrown away after a refusal, so that the answer is not lost to a reset.
const LINGER_BYTES: usize = 256 * 1024;
/// And for how long.
const LINGER: Duration = Duration::from_secs(1);

impl<S: AsyncRead + AsyncWrite + Unpin> Guarded<S> {
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
        let now = self.watch.now();
        let since = *self.stalled.get_or_insert(now);
        let left = self.deadlines.write_stall.saturating_sub(now.saturating_sub(since));
        ready!(self.timer.poll(cx, left));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Reads on for a moment after an answer that left bytes unread.
    fn linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.watch.now();
        loop {
            let (since, taken) = *self.lingering.get_or_insert((now, 0));
            match scratch::poll_read(&mut self.io, cx, |_| {}) {
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
