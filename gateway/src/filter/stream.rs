//! Answers that are streamed: what is ready is read, filtered in one go and passed on.

mod patience;

use super::asking::Asking;
use super::waits::{Waited, Waits};
use super::{Bill, Lens, Opening, Outcome, broken, too_long};
use crate::dispatch::{Answer, Failure};
use crate::kill::Watch;
use crate::refuse::{Refusal, RefusalCode, envelope};
use bytes::Bytes;
use sluice_config::words::{Clock, Dialect};
use sluice_stream::{Fault, Plan, Progress, Relay, Report};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Bytes that may wait for the first text. A head is far smaller: what goes beyond it leaves.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// One streamed answer on its way to the caller.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Gone once nothing more is wanted of the backend: dropping it aborts the backend's work.
    source: Option<Answer>,
    /// Guards that are asked, if any are.
    asking: Option<Box<Asking>>,
    /// Whether the backend has said all, and only guards are to be heard.
    said: bool,
    relay: Relay,
    out: Vec<u8>,
    outcome: Option<Outcome>,
    /// How long text waits for filters, if there are any.
    waits: Option<Waits>,
    /// When bytes last came from the backend.
    heard: Duration,
    began: Duration,
    total: Duration,
    /// Pieces of text after which the backend has ignored the cap it was sent.
    pieces_max: u64,
    /// Says when the call must end, whatever the backend does.
    watch: Watch,
    clock: Arc<dyn Clock>,
    request_id: Arc<str>,
    /// Errors are written in it.
    dialect: Dialect,
}

impl Stream {
    pub(super) fn new(
        (answer, asking): (Answer, Option<Asking>),
        plan: &Plan,
        (request_id, watch): (Arc<str>, Watch),
        (lens, pieces_max): (&Lens<'_>, u64),
    ) -> Self {
        let now = lens.clock.steady();
        Self {
            source: Some(answer),
            asking: asking.map(Box::new),
            said: false,
            dialect: plan.operation.dialect(),
            relay: Relay::new(plan),
            out: Vec::new(),
            outcome: None,
            waits: plan.chain.as_ref().filter(|chain| !chain.is_empty()).map(|_| Waits::default()),
            heard: now,
            began: now,
            total: lens.bounds.stream_total,
            pieces_max,
            watch,
            clock: Arc::clone(lens.clock),
            request_id,
        }
    }

    /// Waits for the first bytes that may leave, so that what fails before them is answered with
    /// a status of its own.
    pub(super) async fn begin(
        mut self,
        opening: Opening,
        bill: &mut Bill,
    ) -> Result<Self, Refusal> {
        while !self.leaves(opening) && self.outcome.is_none() {
            poll_fn(|cx| self.poll_step(cx)).await?;
            bill.used(self.report());
        }
        Ok(self)
    }

    fn leaves(&self, opening: Opening) -> bool {
        match opening {
            Opening::Text if self.out.len() <= HEAD_BYTES_MAX && !self.has_shown() => false,
            Opening::Text | Opening::Head => !self.out.is_empty(),
        }
    }

    /// Whether anything the model generated may have left.
    pub(crate) fn has_shown(&self) -> bool {
        self.relay.has_shown()
    }

    /// What is known of the answer so far.
    pub(crate) fn report(&self) -> &Report {
        self.relay.report()
    }

    /// How it ended, once it has.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// How long text has waited for filters that was shown since this was asked last.
    pub(crate) fn waited(&mut self) -> impl Iterator<Item = Waited> {
        self.waits.iter_mut().flat_map(Waits::over)
    }

    /// The next bytes that may leave; `None` at the end.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            if !self.out.is_empty() {
                return Poll::Ready(Some(std::mem::take(&mut self.out).into()));
            }
            if self.outcome.is_some() {
                ready!(self.poll_tail(cx));
                return Poll::Ready(None);
            }
            if let Err(refusal) = ready!(self.poll_step(cx)) {
                self.fail(&refusal);
            }
        }
    }

    /// Hears what guards say, or reads and filters what is there.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        // Before all else: a backend that never pauses must not keep a call from its end.
        if let Some(refusal) = self.watch.look() {
            return Poll::Ready(Err(refusal));
        }
        if let Some(asking) = &mut self.asking {
            match asking.poll_heard(cx) {
                Poll::Ready(Some((asked, rulings))) => {
                    self.relay.heard(asked, &rulings, &mut self.out);
                    let concluded = self.conclude();
                    self.note_waits(self.clock.steady());
                    return Poll::Ready(concluded);
                }
                Poll::Ready(None) if self.said => {
                    return Poll::Ready(Err(broken(Fault::Truncated)));
                }
                // They answer in their time.
                Poll::Pending if self.said => return Poll::Pending,
                Poll::Pending | Poll::Ready(None) => {}
            }
        }
        self.poll_read(cx)
    }

    /// Reads and filters what is there.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        let Some(source) = &mut self.source else {
            return Poll::Ready(Err(broken(Fault::Truncated)));
        };
        let (relay, out) = (&mut self.relay, &mut self.out);
        let read = source.body.poll_pieces(cx, &mut |piece| {
            relay.push(piece, out);
        });
        match read {
            Poll::Pending => {
                let refusal = ready!(self.poll_over(cx));
                return Poll::Ready(Err(refusal));
            }
            Poll::Ready(Ok(true)) => self.heard = self.clock.steady(),
            Poll::Ready(Ok(false)) => {
                relay.end(out);
            }
            // What had arrived whole before the break still counts.
            Poll::Ready(Err(_)) if relay.is_over() => {
                self.said = true;
                self.source = None;
            }
            Poll::Ready(Err(fault)) if relay.progress() == Progress::More => {
                source_failed(self.source.take(), Failure::Answer);
                let refusal = broken(Fault::Truncated).because(fault);
                return Poll::Ready(Err(refusal));
            }
            Poll::Ready(Err(_)) => self.source = None,
        }
        self.said |= matches!(read, Poll::Ready(Ok(false)));
        let concluded = self.conclude();
        self.note_waits(self.heard);
        Poll::Ready(concluded)
    }

    /// Notes which text is shown by now. What a filter ended is not shown.
    fn note_waits(&mut self, now: Duration) {
        let relay = &self.relay;
        let shows = matches!(relay.progress(), Progress::More | Progress::Done);
        if let Some(waits) = self.waits.as_mut().filter(|_| shows) {
            waits.note(relay.report().bytes, relay.waiting(), now);
        }
    }

    fn conclude(&mut self) -> Result<(), Refusal> {
        if let Some(asking) = &mut self.asking {
            while let Some(question) = self.relay.question(&mut self.out) {
                asking.ask(question);
            }
        }
        match self.relay.progress() {
            Progress::More if self.report().pieces > self.pieces_max => {
                source_failed(self.source.take(), Failure::Answer);
                let message = "the server of this model wrote more than it was asked for";
                return Err(Refusal::new(RefusalCode::UpstreamError, message));
            }
            Progress::More => {}
            Progress::Done => {
                self.outcome = Some(Outcome::Ok);
                self.heard = self.clock.steady();
                if self.said
                    && let Some(source) = self.source.take()
                {
                    source.done();
                }
            }
            Progress::Stopped => {
                self.outcome = Some(Outcome::ContentFilter);
                self.source = None;
            }
            Progress::Fault(Fault::Unheard) => {
                self.source = None;
                return Err(broken(Fault::Unheard));
            }
            Progress::Fault(fault) => {
                source_failed(self.source.take(), Failure::Answer);
                return Err(broken(fault));
            }
        }
        Ok(())
    }

    fn fail(&mut self, refusal: &Refusal) {
        let code = refusal.code();
        tracing::warn!(
            request_id = &*self.request_id,
            code = code.as_str(),
            cause = refusal.cause(),
            "stream broke off"
        );
        let envelope = envelope(refusal, &self.request_id, self.dialect);
        let (code, message) = (code.as_str(), refusal.message());
        let failure = sluice_stream::Failure { code, message, envelope: &envelope };
        self.relay.fail(&failure, &mut self.out);
        self.outcome = Some(Outcome::Failed(refusal.code()));
        self.source = None;
    }
}

fn source_failed(source: Option<Answer>, failure: Failure) {
    if let Some(source) = source {
        source.broke(failure);
    }
}
