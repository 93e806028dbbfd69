//! Questions that wait for a turn, so that who has one may take others along.
//!
//! Nobody waits for more to come: whoever is next takes what is there. If the one who asks for
//! others leaves, they hear nothing, and ask for themselves.

use super::unavailable::Unavailable;
use sluice_stream::guard::{Exchange, Judgement};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// What came of a question that somebody else asked; nothing if it must be asked alone.
pub(super) type Told = Option<Result<Judgement, Unavailable>>;

/// The questions to one guard that wait for a turn.
#[derive(Debug, Default)]
pub(super) struct Gather {
    next: AtomicU64,
    waiting: Mutex<VecDeque<Question>>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Question {
    number: u64,
    /// How much of a list it takes.
    inputs: usize,
    pub(super) exchange: Arc<Exchange>,
    pub(super) tell: oneshot::Sender<Told>,
}

/// The place of one who waits; with it the question goes.
#[derive(Debug)]
pub(super) struct Seat<'g> {
    gather: &'g Gather,
    number: u64,
    pub(super) told: oneshot::Receiver<Told>,
}

impl Gather {
    pub(super) fn wait(&self, exchange: Arc<Exchange>, inputs: usize) -> Seat<'_> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = oneshot::channel();
        self.lock().push_back(Question { number, inputs, exchange, tell });
        Seat { gather: self, number, told }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Question>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat<'_> {
    /// The question, and as many of the others, the oldest first, as one list holds with it. `None`
    /// if somebody else has taken it along.
    pub(super) fn take(&self, inputs_max: usize) -> Option<(Question, Vec<Question>)> {
        let mut waiting = self.gather.lock();
        let at = waiting.iter().position(|question| question.number == self.number)?;
        let own = waiting.remove(at)?;
        let mut room = inputs_max.saturating_sub(own.inputs);
        let mut others = Vec::new();
        for question in std::mem::take(&mut *waiting) {
            if question.inputs <= room {
                room -= question.inputs;
                others.push(question);
            } else {
                waiting.push_back(question);
            }
        }
        Some((own, others))
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.gather.lock().retain(|question| question.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange() -> Arc<Exchange> {
        Arc::new(Exchange::prompt(Vec::new(), "x"))
    }

    #[test]
    fn a_list_takes_what_it_has_room_for_and_nobody_twice() {
        let gather = Gather::default();
        let seats = [3, 4, 2, 1].map(|inputs| gather.wait(exchange(), inputs));
        let (own, others) = seats[1].take(7).expect("it waits");
        let inputs: Vec<usize> = others.iter().map(|question| question.inputs).collect();
        assert_eq!((own.inputs, inputs), (4, vec![3]));
        assert!(seats[0].take(7).is_none(), "it was taken along");
        let (own, others) = seats[3].take(2).expect("it waits");
        assert_eq!((own.inputs, others.len()), (1, 0));
        assert!(seats[2].take(2).is_some());
    }

    #[test]
    fn who_leaves_is_not_taken_along() {
        let gather = Gather::default();
        let first = gather.wait(exchange(), 1);
        drop(gather.wait(exchange(), 1));
        let (_, others) = first.take(16).expect("it waits");
        assert!(others.is_empty() && gather.lock().is_empty());
    }
}
