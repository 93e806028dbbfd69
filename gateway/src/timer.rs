//! Deadlines that cost nothing while nothing is late: the runtime's timer is touched only when it
//! is first armed and when it fires, and lives as long as the connection it guards.

use sluice_config::words::Clock;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// One timer for a connection, armed again and again.
#[derive(Debug, Default)]
pub(crate) struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Ready if nothing is left; otherwise wakes the task no later than `left` from now (it may
    /// wake it earlier, after which the caller asks again with what is left then).
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, left: Duration) -> Poll<()> {
        if left.is_zero() {
            return Poll::Ready(());
        }
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep(left)));
        let until = deadline(left);
        if timer.deadline() > until {
            timer.as_mut().reset(until);
        }
        if timer.as_mut().poll(cx).is_ready() {
            timer.as_mut().reset(until);
            // Registers the task with the new deadline; it cannot be ready yet.
            if timer.as_mut().poll(cx).is_ready() {
                cx.waker().wake_by_ref();
            }
        }
        Poll::Pending
    }
}

fn deadline(left: Duration) -> Instant {
    Instant::now() + left
}

/// How long something may take.
#[derive(Debug)]
pub(crate) struct Deadline<'c> {
    clock: &'c Arc<dyn Clock>,
    until: Duration,
}

impl<'c> Deadline<'c> {
    /// So long, from `now` on the steady clock.
    pub(crate) fn new(clock: &'c Arc<dyn Clock>, now: Duration, time: Duration) -> Self {
        Self { clock, until: now.saturating_add(time) }
    }

    /// What is left of it.
    pub(crate) fn left(&self) -> Duration {
        self.until.saturating_sub(self.clock.steady())
    }
}
