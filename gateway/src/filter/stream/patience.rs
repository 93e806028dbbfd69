//! How long a stream is waited for.

use super::{Stream, source_failed, too_long};
use crate::dispatch::{Answer, Failure};
use crate::refuse::{Refusal, RefusalCode};
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// How long the backend may take to end its body after the answer has ended.
const TAIL: Duration = Duration::from_secs(1);

impl Stream {
    /// Ready when there is no more waiting: the answer has taken too long.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Refusal> {
        ready!(self.poll_late(cx));
        if self.clock.steady().saturating_sub(self.began) >= self.total {
            self.source = None;
            return Poll::Ready(too_long());
        }
        source_failed(self.source.take(), Failure::Timeout);
        let message = "the server of this model stopped answering; try again";
        Poll::Ready(Refusal::new(RefusalCode::UpstreamTimeout, message))
    }

    /// Ready when the answer has taken longer than it may.
    pub(super) fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(source) = &mut self.source else { return Poll::Ready(()) };
        let now = self.clock.steady();
        let quiet = if self.relay.report().first_content {
            source.patience.idle
        } else {
            source.patience.first_byte
        };
        let left = quiet.saturating_sub(now.saturating_sub(self.heard));
        let in_all = self.total.saturating_sub(now.saturating_sub(self.began));
        source.body.poll_late(cx, left.min(in_all))
    }

    /// Reads the end of the backend's body after that of the answer, so that the connection can
    /// serve another call.
    pub(super) fn poll_tail(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(source) = &mut self.source {
            match source.body.poll_pieces(cx, &mut |_| {}) {
                Poll::Ready(Ok(false)) => {
                    self.source.take().into_iter().for_each(Answer::done);
                }
                // There should be nothing but the end.
                Poll::Ready(_) => self.source = None,
                Poll::Pending => {
                    let waited = self.clock.steady().saturating_sub(self.heard);
                    ready!(source.body.poll_late(cx, TAIL.saturating_sub(waited)));
                    self.source = None;
                }
            }
        }
        Poll::Ready(())
    }
}
