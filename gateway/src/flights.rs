//! Equal questions at the same time are asked once.
//!
//! The first who comes asks, and the others wait for what comes of it. If the first leaves, the next
//! asks. Nothing is kept here: with the last who waits, the flight is gone.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Mutex as Turns;

/// What tells questions apart: a keyed hash of each.
pub(crate) type Key = [u8; 32];

/// What is being asked now.
#[derive(Debug)]
pub(crate) struct Flights<T>(Mutex<HashMap<Key, Flight<T>>>);

/// What came of it, once something did; whoever holds the lock asks.
type Flight<T> = Arc<Turns<Option<T>>>;

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Flights<T> {
    /// What comes of `ask`, or of the same question that somebody else asks.
    pub(crate) async fn join<A: Future<Output = T>>(&self, key: Key, ask: A) -> T {
        let seat = self.seat(key);
        let mut came = seat.flight.lock().await;
        if let Some(came) = &*came {
            return came.clone();
        }
        let asked = ask.await;
        *came = Some(asked.clone());
        // Who comes from now on begins a flight of their own.
        self.leave(&seat);
        asked
    }

    fn seat(&self, key: Key) -> Seat<'_, T> {
        let flight = Arc::clone(self.lock().entry(key).or_default());
        Seat { flights: self, key, flight }
    }

    fn leave(&self, seat: &Seat<'_, T>) {
        let mut flights = self.lock();
        if flights.get(&seat.key).is_some_and(|flight| Arc::ptr_eq(flight, &seat.flight)) {
            flights.remove(&seat.key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Flight<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Seat<'f, T> {
    flights: &'f Flights<T>,
    key: Key,
    flight: Flight<T>,
}

impl<T> Drop for Seat<'_, T> {
    fn drop(&mut self) {
        let mut flights = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Ours and the map's: nobody else waits. Seats are taken under the same lock.
        let last = Arc::strong_count(&self.flight) == 2;
        if last && flights.get(&self.key).is_some_and(|it| Arc::ptr_eq(it, &self.flight)) {
            flights.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::oneshot;

    const KEY: Key = [7; 32];

    fn are_none(flights: &Flights<u32>) -> bool {
        flights.lock().is_empty()
    }

    #[tokio::test]
    async fn equal_questions_are_asked_once_and_then_forgotten() {
        let (flights, asked) = (Flights::<u32>::default(), AtomicUsize::new(0));
        let ask = || async {
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            42
        };
        let came = join_all((0..100).map(|_| flights.join(KEY, ask()))).await;
        assert_eq!((came, asked.load(Ordering::SeqCst)), (vec![42; 100], 1));
        assert!(are_none(&flights));
        assert_eq!(flights.join(KEY, async { 43 }).await, 43);
        assert_eq!(flights.join([8; 32], async { 44 }).await, 44);
        assert!(are_none(&flights));
    }

    #[tokio::test]
    async fn the_next_asks_when_the_first_leaves() {
        let flights = Flights::<u32>::default();
        let (open, gate) = oneshot::channel::<()>();
        let mut first = Box::pin(flights.join(KEY, async {
            let _open = gate.await;
            1
        }));
        let second = flights.join(KEY, async { 2 });
        tokio::select! {
            biased;
            _ = &mut first => panic!("the gate is closed"),
            () = std::future::ready(()) => {}
        }
        drop(first);
        assert_eq!(second.await, 2);
        assert!(are_none(&flights));
        drop(open);
    }

    #[tokio::test]
    async fn nothing_stays_when_all_leave() {
        let flights = Flights::<u32>::default();
        let mut waiting: Vec<_> =
            (0..3).map(|_| Box::pin(flights.join(KEY, std::future::pending()))).collect();
        for flight in &mut waiting {
            tokio::select! {
                biased;
                _ = flight => panic!("it never ends"),
                () = std::future::ready(()) => {}
            }
        }
        drop(waiting);
        assert!(are_none(&flights));
    }
}
