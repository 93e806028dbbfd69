//! One server of models, and what is known of it. Outlives snapshots.

use super::health::{Failure, Health};
use super::pool::Pool;
use super::wire::{Connection, Head, NoHead, Secure, Target};
use crate::metrics::BackendMetrics;
use crate::screen::Bill;
use crate::timer::Deadline;
use sluice_config::BackendUrl;
use sluice_config::words::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// One server.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(super) url: BackendUrl,
    pub(super) target: Target,
    pub(super) secure: Option<Secure>,
    pub(super) pool: Pool,
    pub(super) health: Health,
    pub(super) metrics: BackendMetrics,
    pub(super) clock: Arc<dyn Clock>,
    in_flight: AtomicU32,
}

/// Why a backend gave no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// It could not be reached; nothing was sent, so another may be asked.
    Unsent(std::io::Error),
    /// It was asked, and did not answer in time.
    Late,
    /// It was asked, and the answer cannot be read.
    Broken(NoHead),
}

impl Unanswered {
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Unsent(_) => Failure::Connect,
            Self::Late => Failure::Timeout,
            Self::Broken(_) => Failure::Answer,
        }
    }
}

/// How long a backend may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) connect: Duration,
    pub(crate) first_byte: Duration,
    pub(crate) idle: Duration,
}

impl Backend {
    pub(super) fn new(
        url: BackendUrl,
        target: Target,
        secure: Option<Secure>,
        metrics: BackendMetrics,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let in_flight = AtomicU32::new(0);
        let (pool, health) = (Pool::default(), Health::default());
        Self { url, target, secure, pool, health, metrics, clock, in_flight }
    }

    pub(super) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Takes a place, if there is one.
    pub(super) fn enter(self: &Arc<Self>, max: u32) -> Option<InFlight> {
        let step = |count: u32| (count < max).then(|| count + 1);
        self.in_flight.fetch_update(Ordering::AcqRel, Ordering::Relaxed, step).ok()?;
        self.metrics.in_flight.inc();
        Some(InFlight(Arc::clone(self)))
    }

    /// Sends a request and reads the head of the answer.
    pub(super) async fn exchange(
        &self,
        request: &[u8],
        patience: Patience,
        bill: &mut Bill,
        now: Duration,
    ) -> Result<(Connection, Head), Unanswered> {
        if let Some(kept) = self.pool.take(now) {
            bill.asked(now);
            match self.ask(kept, request, patience, now).await {
                // It had been closed just as we wrote; no one has read the request.
                Err(Unanswered::Broken(no_head)) if no_head.is_stale() => {}
                answered => return answered,
            }
        }
        let connection = self.connect(patience.connect).await?;
        let now = self.clock.steady();
        bill.asked(now);
        self.ask(connection, request, patience, now).await
    }

    async fn ask(
        &self,
        mut connection: Connection,
        request: &[u8],
        patience: Patience,
        now: Duration,
    ) -> Result<(Connection, Head), Unanswered> {
        let mut deadline = Deadline::new(&self.clock, now, patience.first_byte);
        match connection.exchange(request, &mut deadline).await {
            Ok(head) => Ok((connection, head)),
            Err(NoHead::Late) => Err(Unanswered::Late),
            Err(no_head) => Err(Unanswered::Broken(no_head)),
        }
    }

    async fn connect(&self, time: Duration) -> Result<Connection, Unanswered> {
        let opening = Connection::open(&self.url.host, self.url.port, self.secure.as_ref());
        match timeout(time, opening).await {
            Ok(opened) => opened.map_err(Unanswered::Unsent),
            Err(_) => Err(Unanswered::Unsent(std::io::ErrorKind::TimedOut.into())),
        }
    }
}

/// A call under way at a backend; it leaves when dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Backend>);

impl InFlight {
    pub(crate) fn backend(&self) -> &Backend {
        &self.0
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
        self.0.metrics.in_flight.dec();
    }
}
