//! Deadlines that cost nothing while nothing is late: the runtime's timer is touched only when it
//! is first armed and when it fires, and lives as long as the connection it guards. Nor is the
//! clock read where the answer is known: a call would read it twenty times.

use sluice_config::words::Clock;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// One timer for a connection, armed again and again.
#[derive(Debug, Default)]
pub(crate) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    /// How long it was to sleep when it was last armed.
    armed: Duration,
}

impl Timer {
    /// Ready if nothing is left; otherwise wakes the task no later than `left` from now (it may
    /// wake it earlier, after which the caller asks again with what is left then).
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, left: Duration) -> Poll<()> {
        if left.is_zero() {
            return Poll::Ready(());
        }
        let Self { sleep: timer, armed } = self;
        let timer = timer.get_or_insert_with(|| {
            *armed = left;
            Box::pin(sleep(left))
        });
        // Armed earlier for no longer, it fires before that: no need to ask how late it is.
        if left < *armed && timer.deadline() > deadline(left) {
            timer.as_mut().reset(deadline(left));
            *armed = left;
        }
        if timer.as_mut().poll(cx).is_ready() {
            timer.as_mut().reset(deadline(left));
            *armed = left;
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
    /// All of the time, until it is first asked what is left.
    whole: Option<Duration>,
}

impl<'c> Deadline<'c> {
    /// So long, from `now` on the steady clock.
    pub(crate) fn new(clock: &'c Arc<dyn Clock>, now: Duration, time: Duration) -> Self {
        Self { clock, until: now.saturating_add(time), whole: Some(time) }
    }

    /// What is left of it. One asks as soon as there is something to wait for, so the first time
    /// that is all of it.
    pub(crate) fn left(&mut self) -> Duration {
        self.whole.take().unwrap_or_else(|| self.remaining())
    }

    /// What is left of it, by the clock.
    pub(crate) fn remaining(&self) -> Duration {
        self.until.saturating_sub(self.clock.steady())
    }
}

/// What comes of `work`, unless nothing is left of its time first.
pub(crate) async fn within<W: Future>(deadline: &Deadline<'_>, work: W) -> Option<W::Output> {
    let (mut work, mut timer) = (pin!(work), Timer::default());
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => timer.poll(cx, deadline.remaining()).map(|()| None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    #[tokio::test]
    async fn is_armed_anew_for_a_shorter_wait_and_for_no_other() {
        let (mut timer, mut cx) = (Timer::default(), Context::from_waker(Waker::noop()));
        let mut fires = |seconds| {
            assert!(timer.poll(&mut cx, Duration::from_secs(seconds)).is_pending());
            timer.sleep.as_ref().expect("armed").deadline()
        };
        let first = fires(60);
        assert_eq!([60, 90].map(&mut fires), [first; 2]);
        let sooner = fires(30);
        assert!(sooner < first);
        assert_eq!(fires(45), sooner);
        assert!(timer.poll(&mut cx, Duration::ZERO).is_ready());
    }
}
