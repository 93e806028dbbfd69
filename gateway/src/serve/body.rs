//! The body of a response, which keeps its connection from being idle while it lasts.

use crate::body::Body;
use crate::wire::Watch;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A call that is under way on a connection.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Watch>);

impl UnderWay {
    pub(super) fn begin(watch: &Arc<Watch>) -> Self {
        watch.enter();
        Self(Arc::clone(watch))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// A body and the call it ends.
#[derive(Debug)]
pub(super) struct Tracked {
    body: Body,
    /// Ends the call when the body is dropped.
    _under_way: UnderWay,
}

impl Tracked {
    pub(super) fn new(body: Body, under_way: UnderWay) -> Self {
        Self { body, _under_way: under_way }
    }
}

impl http_body::Body for Tracked {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
