//! Step 8: what did it cost?
//!
//! The bill is closed once: when the answer has ended, when it broke, or when its body is dropped
//! because the caller left.

use crate::body::Body;
use crate::filter::{Bill, Filtered, Looked, Outcome, Stream, Waited};
use crate::metrics::{Metrics, WaitMetrics};
use crate::provenance::Notice;
use bytes::Bytes;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::Frame;
use sluice_config::words::{Dialect, ProfileId, Strategy};
use sluice_stream::Report;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Bytes of a receipt in a header. A longer one, of many choices, is had by its request id only:
/// clients and proxies give up on long headers.
const RECEIPT_BYTES_MAX: usize = 4096;

const ACCEL: HeaderName = HeaderName::from_static("x-accel-buffering");
const RECEIPT: HeaderName = HeaderName::from_static("x-sluice-receipt");
const ANNOTATIONS: HeaderName = HeaderName::from_static("x-sluice-filter-annotations");
const FALLBACK: HeaderName = HeaderName::from_static("x-sluice-fallback");

/// Turns an answer into a response that settles its bill, with the headers of its model.
pub(crate) fn account(
    metrics: &Arc<Metrics>,
    notice: Option<&Notice>,
    request_id: &str,
    filtered: Filtered,
) -> Response<Body> {
    let Filtered { room, mut bill, profile, strategy, dialect, mut annotations, answer } = filtered;
    answer.report().annotations().for_each(|(category, _)| annotations.add(category));
    let look = profile.map(|profile| Look { profile, strategy });
    let mut response = match answer {
        Looked::Whole { body, report, outcome, receipt } => {
            bill.whole(&report, outcome);
            count(metrics, look.as_ref(), &report);
            whole(body, receipt, room.answer("application/json", request_id, dialect))
        }
        Looked::Stream(stream) => {
            let metrics = Arc::clone(metrics);
            let waits = look.as_ref().map(|look| metrics.waits(look.profile.as_str()));
            let body = Accounted { stream, bill, look, waits, metrics, counted: false };
            let kind = match dialect {
                Dialect::OpenAi | Dialect::Anthropic => "text/event-stream; charset=utf-8",
                Dialect::Ollama => "application/x-ndjson",
            };
            streamed(body, room.answer(kind, request_id, dialect))
        }
    };
    if let Some(notice) = notice {
        notice.write(response.headers_mut());
    }
    if let Some(annotations) = annotations.header() {
        response.headers_mut().insert(ANNOTATIONS, annotations);
    }
    response
}

/// Another model may answer instead of this one, of which nothing was shown: limits get back what
/// it did not use.
pub(crate) fn make_room(stopped: &mut Filtered) {
    stopped.bill.used(stopped.answer.report());
    stopped.bill.makes_room();
}

/// Another model is asked instead: this answer is paid for, and what filters said of it counted.
/// If it is shown after all, neither is done again.
pub(crate) fn replace(metrics: &Metrics, stopped: &mut Filtered) {
    stopped.bill.close(Outcome::Fallback);
    let strategy = stopped.strategy;
    let look = stopped.profile.take().map(|profile| Look { profile, strategy });
    count(metrics, look.as_ref(), stopped.answer.report());
}

/// Says on the answer of another model which one was asked for.
pub(crate) fn say_instead(headers: &mut HeaderMap, asked: &str) {
    if let Ok(asked) = HeaderValue::from_str(asked) {
        headers.insert(FALLBACK, asked);
    }
}

fn whole(body: Vec<u8>, receipt: Option<String>, mut headers: HeaderMap) -> Response<Body> {
    let short = receipt.filter(|receipt| receipt.len() <= RECEIPT_BYTES_MAX);
    if let Some(receipt) = short.and_then(|receipt| HeaderValue::try_from(receipt).ok()) {
        headers.insert(RECEIPT, receipt);
    }
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    response
}

fn streamed(body: Accounted, mut headers: HeaderMap) -> Response<Body> {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Proxies in front of us must not collect the stream.
    headers.insert(ACCEL, HeaderValue::from_static("no"));
    let mut response = Response::new(Body::streamed(body));
    *response.headers_mut() = headers;
    response
}

/// What an answer is looked at with.
#[derive(Debug)]
struct Look {
    profile: ProfileId,
    strategy: Strategy,
}

/// A streamed answer and its bill.
#[derive(Debug)]
struct Accounted {
    stream: Box<Stream>,
    bill: Bill,
    look: Option<Look>,
    waits: Option<WaitMetrics>,
    metrics: Arc<Metrics>,
    counted: bool,
}

impl Accounted {
    fn close(&mut self, outcome: Outcome) {
        self.bill.close(outcome);
        if !std::mem::replace(&mut self.counted, true) {
            count(&self.metrics, self.look.as_ref(), self.stream.report());
        }
    }

    fn wait(&mut self) {
        for waited in self.stream.waited() {
            match (&self.waits, waited) {
                (Some(metrics), Waited::First(waited)) => metrics.first(waited),
                (Some(metrics), Waited::Later(waited)) => metrics.later(waited),
                (None, _) => {}
            }
        }
    }
}

impl http_body::Body for Accounted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let me = self.get_mut();
        let next = ready!(me.stream.poll_next(cx));
        me.bill.note(me.stream.report());
        me.wait();
        if let Some(outcome) = me.stream.outcome() {
            me.close(outcome);
        }
        Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))))
    }
}

impl Drop for Accounted {
    fn drop(&mut self) {
        self.bill.note(self.stream.report());
        self.close(Outcome::ClientClosed);
    }
}

fn count(metrics: &Metrics, look: Option<&Look>, report: &Report) {
    if let Some(Look { profile, strategy }) = look {
        metrics.looked(profile.as_str(), *strategy, report);
    }
}
