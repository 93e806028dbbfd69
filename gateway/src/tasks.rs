//! The one door to background work, so that shutdown can wait for it.

use crate::signal::{Signal, Wait};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_util::task::TaskTracker;

/// Some of the background work of a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    stopping: Signal,
    abandoned: Signal,
}

impl Tasks {
    /// Runs `work` until it ends by itself, or is abandoned.
    pub(crate) fn spawn<F>(&self, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(Until { over: self.abandoned.wait(), work });
    }

    /// Runs `work` until it ends or the node stops, whichever is first.
    pub(crate) fn spawn_until_stop<F>(&self, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(Until { over: self.stopping.wait(), work });
    }

    /// Given when the work is told to stop.
    pub(crate) fn stopping(&self) -> &Signal {
        &self.stopping
    }

    /// Tells all work to stop and waits until the last has.
    pub(crate) async fn stop(&self) {
        self.stopping.give();
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Rung, it wakes all work without ending any: every connection, and so every call on it, waits
    /// for this one thing.
    pub(crate) fn bell(&self) -> &Signal {
        &self.abandoned
    }

    /// Drops what has not stopped.
    pub(crate) fn abandon(&self) {
        self.abandoned.give();
    }
}

pin_project! {
    /// Work that ends early when a signal is given. Holds the work once: as an async block it would
    /// hold it twice, and the work of a connection is large.
    struct Until<F> {
        over: Wait,
        #[pin]
        work: F,
    }
}

impl<F: Future<Output = ()>> Future for Until<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let me = self.project();
        if Pin::new(me.over).poll(cx).is_ready() {
            return Poll::Ready(());
        }
        me.work.poll(cx)
    }
}
