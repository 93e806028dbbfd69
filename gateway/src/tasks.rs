//! The one door to background work, so that shutdown can wait for it.

use std::future::Future;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Some of the background work of a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
    abandoned: CancellationToken,
}

impl Tasks {
    /// Runs `work` until it ends by itself, or is abandoned.
    pub(crate) fn spawn<F>(&self, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let abandoned = self.abandoned.clone();
        self.tracker.spawn(async move {
            abandoned.run_until_cancelled(work).await;
        });
    }

    /// Runs `work` until it ends or the node stops, whichever is first.
    pub(crate) fn spawn_until_stop<F>(&self, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stopping = self.stopping.clone();
        self.tracker.spawn(async move {
            stopping.run_until_cancelled(work).await;
        });
    }

    /// Resolves when the work is told to stop.
    pub(crate) fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// Tells all work to stop and waits until the last has.
    pub(crate) async fn stop(&self) {
        self.stopping.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Drops what has not stopped.
    pub(crate) fn abandon(&self) {
        self.abandoned.cancel();
    }
}
