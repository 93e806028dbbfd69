//! The way into the ledger: a bounded queue whose place is taken before a call is served.
//!
//! A call takes a [`Permit`] when it is admitted; none left means the ledger cannot keep up, and the
//! call is refused while it can still be. What holds a permit can always be written down.

use crate::{Ledger, UsageRow};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// The most rows one transaction takes.
const BATCH_MAX: usize = 2_048;
/// How long the first row of a batch waits for others: what a power cut may cost.
const LINGER: Duration = Duration::from_millis(200);
/// The wait after the first failure of a batch; doubles with each.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest wait between two attempts.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// The way into the ledger.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<UsageRow>,
    shared: Arc<Shared>,
}

/// A place in the queue, held by one call until it is settled.
#[derive(Debug)]
pub struct Permit {
    place: mpsc::OwnedPermit<UsageRow>,
    shared: Arc<Shared>,
}

/// What the writer has done so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WriterCounts {
    /// Rows handed in.
    pub sent: u64,
    /// Rows the ledger has.
    pub written: u64,
    /// Transactions it took.
    pub batches: u64,
    /// Attempts that failed; the rows were kept and tried again.
    pub failures: u64,
}

impl WriterCounts {
    /// Rows that the ledger does not have yet.
    pub fn depth(self) -> u64 {
        self.sent.saturating_sub(self.written)
    }
}

#[derive(Debug, Default)]
struct Shared {
    sent: AtomicU64,
    written: AtomicU64,
    batches: AtomicU64,
    failures: AtomicU64,
    closing: Notify,
}

impl Writer {
    /// A queue of `capacity` places in front of the ledger, and the task that empties it.
    ///
    /// The task ends when the writer is closed, or all its copies are gone, and every permit was
    /// used or dropped, and every row is in the ledger: a failing ledger keeps it waiting.
    pub fn start(
        ledger: Arc<dyn Ledger>,
        capacity: usize,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (queue, rows) = mpsc::channel(capacity.max(1));
        let shared = Arc::new(Shared::default());
        let task = Task { ledger, rows, shared: Arc::clone(&shared) };
        (Self { queue, shared }, task.run())
    }

    /// A place in the queue; `None` when there is none left, or the writer is closed.
    pub fn permit(&self) -> Option<Permit> {
        let place = self.queue.clone().try_reserve_owned().ok()?;
        Some(Permit { place, shared: Arc::clone(&self.shared) })
    }

    /// Gives out no more permits and has the task end once those that are out are settled.
    pub fn close(&self) {
        self.shared.closing.notify_one();
    }

    /// What it has done so far.
    pub fn counts(&self) -> WriterCounts {
        // Written before sent: a row is never seen written that was not seen sent.
        let written = self.shared.written.load(Ordering::Acquire);
        WriterCounts {
            sent: self.shared.sent.load(Ordering::Acquire),
            written,
            batches: self.shared.batches.load(Ordering::Relaxed),
            failures: self.shared.failures.load(Ordering::Relaxed),
        }
    }
}

impl Permit {
    /// Hands the row in. Never waits, never fails.
    pub fn send(self, row: UsageRow) {
        self.shared.sent.fetch_add(1, Ordering::AcqRel);
        self.place.send(row);
    }
}

struct Task {
    ledger: Arc<dyn Ledger>,
    rows: mpsc::Receiver<UsageRow>,
    shared: Arc<Shared>,
}

impl Task {
    async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while self.gather(&mut batch).await {
            self.keep(&batch).await;
            batch.clear();
        }
    }

    /// Waits for a row, then a little for more. False when there will be none.
    async fn gather(&mut self, batch: &mut Vec<UsageRow>) -> bool {
        let shared = Arc::clone(&self.shared);
        while batch.is_empty() {
            tokio::select! {
                biased;
                () = shared.closing.notified() => self.rows.close(),
                got = self.rows.recv_many(batch, BATCH_MAX) => if got == 0 { return false },
            }
        }
        self.linger(batch).await;
        // What has come meanwhile, and not a wait for more.
        while batch.len() < BATCH_MAX {
            let room = BATCH_MAX.saturating_sub(batch.len());
            tokio::select! {
                biased;
                got = self.rows.recv_many(batch, room) => if got == 0 { break },
                () = std::future::ready(()) => break,
            }
        }
        true
    }

    /// Lets rows gather in the queue: being woken for each of them costs more than to write it.
    async fn linger(&mut self, batch: &mut Vec<UsageRow>) {
        let shared = Arc::clone(&self.shared);
        let linger = tokio::time::sleep(LINGER);
        tokio::pin!(linger);
        while batch.len() < BATCH_MAX {
            let room = BATCH_MAX.saturating_sub(batch.len());
            tokio::select! {
                biased;
                () = shared.closing.notified() => self.rows.close(),
                () = &mut linger => break,
                // Closed: there is an end to wait for, not to be slept through.
                got = self.rows.recv_many(batch, room), if self.rows.is_closed() => {
                    if got == 0 { break }
                }
            }
        }
    }

    /// Writes the batch, however often it takes: usage is never dropped.
    async fn keep(&mut self, batch: &[UsageRow]) {
        let mut pause = PAUSE;
        while let Err(error) = self.ledger.append(batch).await {
            self.shared.failures.fetch_add(1, Ordering::Relaxed);
            let cause: &dyn std::error::Error = &error;
            tracing::warn!(
                error = %error,
                source = cause.source().map(tracing::field::display),
                rows = batch.len(),
                retry_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "usage is waiting to be written"
            );
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
        }
        let rows = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        self.shared.batches.fetch_add(1, Ordering::Relaxed);
        self.shared.written.fetch_add(rows, Ordering::AcqRel);
    }
}
