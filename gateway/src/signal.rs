//! A signal that is given once: to stop, to leave. Until then it can be rung, which wakes everybody
//! who waits for it and ends no wait: they look at what has changed.
//!
//! Thousands of connections wait for it for as long as they live, and look at it each time they are
//! woken. So looking costs one load; the lock is taken only when a wait begins and when it ends.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The signal. Copies are of the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signal(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    given: AtomicBool,
    rung: AtomicU64,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    wakers: HashMap<u64, Waker>,
}

impl Signal {
    /// Gives it: every wait ends, now and from now on.
    pub(crate) fn give(&self) {
        self.0.given.store(true, Ordering::SeqCst);
        let wakers = std::mem::take(&mut self.0.lock().wakers);
        wakers.into_values().for_each(Waker::wake);
    }

    /// Wakes everybody who waits, whose waits go on.
    pub(crate) fn ring(&self) {
        self.0.rung.fetch_add(1, Ordering::SeqCst);
        // Woken outside the lock, which each of them may want.
        let wakers: Vec<Waker> = self.0.lock().wakers.values().cloned().collect();
        wakers.into_iter().for_each(Waker::wake);
    }

    /// How often it was rung.
    pub(crate) fn rung(&self) -> u64 {
        self.0.rung.load(Ordering::SeqCst)
    }

    /// Whether it was given.
    pub(crate) fn is_given(&self) -> bool {
        self.0.given.load(Ordering::SeqCst)
    }

    /// Resolves when it is given.
    pub(crate) fn wait(&self) -> Wait {
        Wait { shared: Arc::clone(&self.0), place: None }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait for a signal. Ready again and again once it was given.
#[derive(Debug)]
pub(crate) struct Wait {
    shared: Arc<Shared>,
    /// Where the signal finds us, and whom it wakes.
    place: Option<(u64, Waker)>,
}

impl Wait {
    /// Has the signal wake this task.
    fn enter(&mut self, waker: &Waker) {
        let mut waiting = self.shared.lock();
        let place = self.place.as_ref().map_or(waiting.next, |(place, _)| *place);
        waiting.next = waiting.next.max(place + 1);
        waiting.wakers.insert(place, waker.clone());
        self.place = Some((place, waker.clone()));
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let me = self.get_mut();
        let known = me.place.as_ref().is_some_and(|(_, waker)| waker.will_wake(cx.waker()));
        if !known {
            me.enter(cx.waker());
        }
        // After entering: a signal given in between has either seen our place or is seen here.
        if me.shared.given.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some((place, _)) = self.place.take() {
            self.shared.lock().wakers.remove(&place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn poll(wait: &mut Wait, count: &Arc<Count>) -> bool {
        let waker = Waker::from(Arc::clone(count));
        Pin::new(wait).poll(&mut Context::from_waker(&waker)).is_ready()
    }

    #[test]
    fn wakes_whoever_waits_and_nobody_who_left() {
        let (signal, counts) = (Signal::default(), [(); 3].map(|()| Arc::new(Count::default())));
        let mut waits = [(); 3].map(|()| signal.wait());
        for (wait, count) in waits.iter_mut().zip(&counts) {
            assert!(!poll(wait, count) && !poll(wait, count));
        }
        let [mut first, second, mut third] = waits;
        drop(second);
        // A task that polls with another waker is woken by that one.
        let moved = Arc::new(Count::default());
        assert!(!poll(&mut third, &moved));
        signal.give();
        let woken =
            [&counts[0], &counts[1], &counts[2], &moved].map(|c| c.0.load(Ordering::Relaxed));
        assert_eq!(woken, [1, 0, 0, 1]);
        assert!(poll(&mut first, &counts[0]) && poll(&mut third, &moved));
        assert!(signal.is_given() && poll(&mut signal.wait(), &counts[1]));
    }

    #[test]
    fn ringing_wakes_whoever_waits_each_time_and_ends_no_wait() {
        let (signal, count) = (Signal::default(), Arc::new(Count::default()));
        let mut wait = signal.wait();
        assert!(!poll(&mut wait, &count) && signal.rung() == 0);
        for times in 1..4 {
            signal.ring();
            assert_eq!((signal.rung(), count.0.load(Ordering::Relaxed)), (times as u64, times));
            // Whether or not they look in between.
            assert!(times == 2 || !poll(&mut wait, &count));
        }
        signal.give();
        assert_eq!(count.0.load(Ordering::Relaxed), 4);
        assert!(poll(&mut wait, &count));
    }
}
