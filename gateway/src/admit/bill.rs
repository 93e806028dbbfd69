//! What one admitted call will have cost: settled once, whoever hangs up first.
//!
//! A bill is opened with the reservation and travels with the call. Before a backend was asked,
//! dropping it gives everything back; after that, dropping it settles what is known to have been
//! used. [`Bill::close`] settles with an outcome, [`Bill::waive`] says the backend did nothing.

use super::reservation::Reservation;
use crate::call::Mark;
use crate::metrics::{CallMetrics, Ended};
use crate::refuse::RefusalCode;
use sluice_config::words::{Ask, Clock, Entitlement};
use sluice_store::{Known, Permit, UsageRow};
use sluice_stream::{Report, Usage};
use std::sync::Arc;
use std::time::Duration;

/// How a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// With the whole answer.
    Ok,
    /// A filter ended it.
    ContentFilter,
    /// A filter ended it before anything was shown, and another model was asked.
    Fallback,
    /// The caller left.
    ClientClosed,
    /// It broke after it had begun.
    Failed(RefusalCode),
}

impl Outcome {
    /// The word in the usage row and the metrics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ContentFilter => "content_filter",
            Self::Fallback => "fallback",
            Self::ClientClosed => "client_closed",
            Self::Failed(code) => code.as_str(),
        }
    }
}

/// What goes on a bill when it is opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(super) reservation: Reservation,
    pub(super) permit: Permit,
    pub(super) metrics: Arc<CallMetrics>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) known: Arc<Known>,
    pub(super) mark: Mark,
    pub(super) ask: Ask,
    pub(super) entitlement: Entitlement,
    pub(super) streamed: bool,
}

/// A bill that is open.
#[derive(Debug)]
pub(crate) struct Bill {
    /// In a place of its own: the bill moves with the call, step by step.
    open: Option<Box<Opened>>,
    asked: bool,
    first: Option<Duration>,
    last: Option<Duration>,
    used: Used,
}

/// What the backend is known to have done.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    usage: Option<Usage>,
    pieces: u64,
    bytes: u64,
}

impl Bill {
    pub(super) fn open(opened: Opened) -> Self {
        let held = i64::try_from(opened.entitlement.tokens_max()).unwrap_or(i64::MAX);
        opened.metrics.reserved.add(held);
        opened.metrics.in_flight.inc();
        Self {
            open: Some(Box::new(opened)),
            asked: false,
            first: None,
            last: None,
            used: Used::default(),
        }
    }

    /// A backend is being asked: from here on the call costs something.
    pub(crate) fn asked(&mut self, now: Duration) {
        if let Some(open) = &self.open
            && !self.asked
        {
            let added = open.mark.lasted(now);
            open.metrics.added.observe(added.as_secs_f64());
        }
        self.asked = true;
    }

    /// The backend has answered so much by now, whether or not any of it may be shown.
    pub(crate) fn used(&mut self, report: &Report) {
        self.used = Used { usage: report.usage(), pieces: report.pieces, bytes: report.bytes };
    }

    /// The backend has answered so much by now, and some of it is on its way to the caller.
    pub(crate) fn note(&mut self, report: &Report) {
        let now = self.now();
        self.note_at(report, now);
    }

    /// The whole answer is there: [`Self::note`] and [`Self::close`] in one.
    pub(crate) fn whole(&mut self, report: &Report, outcome: Outcome) {
        let now = self.now();
        self.note_at(report, now);
        self.close_at(outcome, now);
    }

    fn now(&self) -> Duration {
        self.open.as_ref().map(|open| open.clock.steady()).unwrap_or_default()
    }

    fn note_at(&mut self, report: &Report, now: Duration) {
        self.used(report);
        let Some(open) = &self.open else { return };
        if !report.first_content {
            return;
        }
        if let Some(last) = self.last.replace(now) {
            open.metrics.gap.observe(now.saturating_sub(last).as_secs_f64());
        }
        self.first.get_or_insert(now);
    }

    /// The backend did nothing for this call that anyone will see: everything is given back, and
    /// the row says why there was no answer. The refusal itself is counted where it is answered.
    pub(crate) fn waive(mut self, code: RefusalCode) {
        let Some(open) = self.open.take() else { return };
        release(&open);
        if self.asked {
            let spent = Spent { prompt: 0, completion: 0, estimated: false };
            let now = open.clock.steady();
            self.settle(open, Outcome::Failed(code), &spent, now);
        }
    }

    /// Another model may answer instead: limits get back what was not used, so that there is room
    /// for it. How the call ended is still to be said.
    pub(crate) fn makes_room(&mut self) {
        if let Some(open) = &mut self.open {
            let spent = spent(open, self.used);
            std::mem::take(&mut open.reservation).settle(spent.tokens());
        }
    }

    /// Settles. Whatever comes later changes nothing.
    pub(crate) fn close(&mut self, outcome: Outcome) {
        let now = self.now();
        self.close_at(outcome, now);
    }

    fn close_at(&mut self, outcome: Outcome, now: Duration) {
        let Some(open) = self.open.take() else { return };
        release(&open);
        if outcome == Outcome::Ok {
            open.metrics.ok();
        } else {
            open.metrics.other(outcome.as_str());
        }
        let spent = spent(&open, self.used);
        open.metrics.ended(Ended {
            prompt: spent.prompt,
            completion: spent.completion,
            estimated: spent.estimated,
            duration: open.mark.lasted(now).as_secs_f64(),
            ttft: self.ttft(&open).map(|ttft| ttft.as_secs_f64()),
        });
        self.settle(open, outcome, &spent, now);
    }

    fn ttft(&self, open: &Opened) -> Option<Duration> {
        self.first.map(|first| open.mark.lasted(first))
    }

    fn settle(&self, open: Box<Opened>, outcome: Outcome, spent: &Spent, now: Duration) {
        let (duration_ms, ttft_ms) = (millis(open.mark.lasted(now)), self.ttft(&open).map(millis));
        tracing::debug!(
            request_id = &*open.mark.request_id,
            principal = open.known.principal.id.as_str(),
            tier = open.entitlement.tier.id.as_str(),
            model = open.entitlement.model.id.as_str(),
            outcome = outcome.as_str(),
            prompt_tokens = spent.prompt,
            completion_tokens = spent.completion,
            duration_ms,
            "call settled"
        );
        open.reservation.settle(spent.tokens());
        open.permit.send(UsageRow {
            request_id: row_id(&open.mark.request_id, outcome),
            at: open.mark.wall(now),
            principal: open.known.principal.id.clone(),
            tier: open.entitlement.tier.id.clone(),
            model: open.entitlement.model.id.clone(),
            revision: open.entitlement.model.revision.clone(),
            stage: open.entitlement.stage,
            operation: open.ask.operation,
            outcome: outcome.as_str().into(),
            prompt_tokens: spent.prompt,
            completion_tokens: spent.completion,
            estimated: spent.estimated,
            duration_ms,
            ttft_ms,
            streamed: open.streamed,
        });
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        if self.asked {
            self.close(Outcome::ClientClosed);
        } else if let Some(open) = self.open.take() {
            release(&open);
        }
    }
}

fn release(open: &Opened) {
    let held = i64::try_from(open.entitlement.tokens_max()).unwrap_or(i64::MAX);
    open.metrics.reserved.sub(held);
    open.metrics.in_flight.dec();
}

/// The books keep one row under an id. That of the call is for who answers in the end.
fn row_id(request_id: &Arc<str>, outcome: Outcome) -> Arc<str> {
    match outcome {
        Outcome::Fallback => [request_id, "-fallback"].concat().into(),
        _ => Arc::clone(request_id),
    }
}

struct Spent {
    prompt: u64,
    completion: u64,
    estimated: bool,
}

impl Spent {
    fn tokens(&self) -> u64 {
        self.prompt.saturating_add(self.completion)
    }
}

/// What the backend says it used, if that can be true: no more than was reserved, no less than we
/// have seen go by. Otherwise our own count: a token is about four bytes of text, and no less than
/// one piece of a stream.
fn spent(open: &Opened, used: Used) -> Spent {
    let most = open.entitlement.output_tokens.saturating_mul(open.entitlement.answers);
    let bound = open.entitlement.prompt_tokens;
    if let Some(usage) = used.usage
        && usage.prompt <= bound
        && (used.pieces..=most).contains(&usage.completion)
    {
        let (prompt, completion) = (usage.prompt, usage.completion);
        return Spent { prompt, completion, estimated: false };
    }
    let prompt = open.entitlement.prompt_estimate.min(bound);
    let completion = used.pieces.max(used.bytes.div_ceil(4)).min(most);
    Spent { prompt, completion, estimated: true }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
