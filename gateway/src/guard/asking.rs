//! Asks one guard: what is kept first, then who asks the same already, then the guard itself.

use super::breaker::{Attempt, Cause, Phase};
use super::gather::Gather;
use super::kept::Kept;
use super::server::Server;
use super::unavailable::Unavailable;
use crate::flights::{Flights, Key};
use crate::metrics::GuardMetrics;
use crate::timer::{Deadline, within};
use bytes::Bytes;
use futures_util::future::try_join_all;
use sluice_config::GuardSpec;
use sluice_config::words::Clock;
use sluice_stream::guard::{Adapter, Exchange, Judgement, Request};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A guard, ready to be asked. Outlives the snapshots that name it with the same settings.
#[derive(Debug)]
pub struct Guard {
    pub(super) spec: GuardSpec,
    pub(super) ca: Option<Vec<u8>>,
    pub(super) adapter: Arc<dyn Adapter>,
    servers: Vec<Server>,
    next: AtomicUsize,
    /// Requests under way.
    connections: Semaphore,
    /// Judgements under way or waiting.
    places: Semaphore,
    kept: Kept,
    flights: Flights<Result<Judgement, Unavailable>>,
    /// Questions that may share a request, and turns to ask them.
    pub(super) gather: Gather,
    pub(super) turns: Semaphore,
    clock: Arc<dyn Clock>,
    metrics: GuardMetrics,
}

/// For whom a question is asked, and how long it may take.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    pub(super) who: &'a str,
    pub(super) deadline: Deadline<'a>,
}

/// What a guard is made of.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) ca: Option<Vec<u8>>,
    pub(super) adapter: Arc<dyn Adapter>,
    pub(super) servers: Vec<Server>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: GuardMetrics,
}

impl Guard {
    pub(super) fn new(spec: GuardSpec, parts: Parts) -> Self {
        let Parts { ca, adapter, servers, clock, metrics } = parts;
        let places = spec.connections_max.saturating_add(spec.queue_max);
        Self {
            connections: Semaphore::new(spec.connections_max),
            gather: Gather::default(),
            turns: Semaphore::new(spec.connections_max),
            places: Semaphore::new(places),
            kept: Kept::new(spec.cache),
            flights: Flights::default(),
            next: AtomicUsize::new(0),
            spec,
            ca,
            adapter,
            servers,
            clock,
            metrics,
        }
    }

    /// What knows its words: which hazards it may find, and which texts it judges at all.
    pub fn adapter(&self) -> &dyn Adapter {
        &*self.adapter
    }

    /// Bytes of the texts it is sent, at most.
    pub fn exchange_bytes_max(&self) -> usize {
        self.spec.exchange_bytes_max
    }

    /// What the guard says of an exchange, within its time, for `who`: a word that tells callers
    /// apart, such as the principal's id. What the texts of one of them provoke leaves no server
    /// alone.
    ///
    /// # Errors
    ///
    /// There is no judgement. What a guard says that cannot be read is one:
    /// [`Unparsable`](sluice_stream::guard::Verdict::Unparsable).
    pub async fn judge(&self, exchange: Exchange, who: &str) -> Result<Judgement, Unavailable> {
        let began = self.clock.steady();
        let judged = self.answer(exchange, who, began).await;
        match &judged {
            Ok(judgement) => self.metrics.judged(judgement.verdict),
            Err(why) => self.metrics.failed(why.as_str()),
        }
        judged
    }

    /// Closes idle connections, and shows whether the guard is left alone.
    pub(super) fn sweep(&self) {
        let now = self.clock.steady();
        self.servers.iter().for_each(|server| server.sweep(now));
        self.show(now);
    }

    async fn answer(
        &self,
        exchange: Exchange,
        who: &str,
        began: Duration,
    ) -> Result<Judgement, Unavailable> {
        let exchange = exchange.within(self.spec.exchange_bytes_max);
        let exchange = exchange.ok_or(Unavailable::TooLong)?;
        let key = self.kept.key(&exchange);
        if let Some(judgement) = self.kept.find(&key, began) {
            self.metrics.hits.inc();
            return Ok(judgement);
        }
        self.metrics.misses.inc();
        let deadline = Deadline::new(&self.clock, began, self.spec.timeout);
        let asking = Asking { who, deadline };
        // Boxed: a call that asks no guard must not carry the room for it.
        let flight = Box::pin(self.flights.join(key, self.ask(&exchange, key, &asking)));
        within(&asking.deadline, flight).await.unwrap_or(Err(Unavailable::Timeout))
    }

    async fn ask(
        &self,
        exchange: &Exchange,
        key: Key,
        asking: &Asking<'_>,
    ) -> Result<Judgement, Unavailable> {
        let began = self.clock.steady();
        // Somebody may have been answered just before it was our turn.
        if let Some(judgement) = self.kept.find(&key, began) {
            return Ok(judgement);
        }
        if !self.servers.iter().any(|server| server.breaker.admits(began)) {
            return Err(Unavailable::Breaker);
        }
        let _place = self.places.try_acquire().map_err(|_| Unavailable::Busy)?;
        let judgement = match self.adapter.inputs(exchange) {
            Some(inputs) => self.together(exchange, inputs, asking).await?,
            None => self.alone(exchange, asking).await?,
        };
        let ended = self.clock.steady();
        self.metrics.duration.observe(ended.saturating_sub(began).as_secs_f64());
        self.kept.keep(key, &judgement, ended);
        Ok(judgement)
    }

    /// What the guard says of an exchange that is asked about alone.
    pub(super) async fn alone(
        &self,
        exchange: &Exchange,
        asking: &Asking<'_>,
    ) -> Result<Judgement, Unavailable> {
        let requests = self.adapter.requests(exchange, &self.spec.model)?;
        let replies = self.replies(&requests, asking).await?;
        let replies: Vec<&[u8]> = replies.iter().map(AsRef::as_ref).collect();
        Ok(self.adapter.parse(exchange, &replies))
    }

    /// The replies of the first server that can be reached, in the order of the requests.
    pub(super) async fn replies(
        &self,
        requests: &[Request],
        asking: &Asking<'_>,
    ) -> Result<Vec<Bytes>, Unavailable> {
        let bodies: Vec<(&'static str, Bytes)> =
            requests.iter().map(|it| (it.path, Bytes::copy_from_slice(&it.body))).collect();
        let Asking { who, deadline } = asking;
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let count = self.servers.len();
        let mut why = Unavailable::Breaker;
        for nth in 0..count {
            let at = first.wrapping_add(nth).checked_rem(count);
            let Some(server) = at.and_then(|at| self.servers.get(at)) else { continue };
            let Some(attempt) = server.breaker.enter(self.clock.steady()) else { continue };
            // What is left is shared with the servers that may have to be asked after this one.
            let rest = u32::try_from(count - nth).unwrap_or(u32::MAX);
            let connecting = deadline.remaining().checked_div(rest).unwrap_or_default();
            let asked = OnceLock::new();
            let all = self.all(server, &bodies, connecting, &asked);
            let replied = within(deadline, all).await.unwrap_or(Err(Unavailable::Timeout));
            self.note((attempt, who), &replied, asked.get().copied());
            match replied {
                Err(Unavailable::Connect) => why = Unavailable::Connect,
                replied => return replied,
            }
        }
        Err(why)
    }

    /// What came of an attempt, for the breaker and whoever watches it.
    fn note(
        &self,
        (attempt, who): (Attempt<'_>, &str),
        replied: &Result<Vec<Bytes>, Unavailable>,
        asked: Option<Duration>,
    ) {
        let now = self.clock.steady();
        let changed = match replied {
            Ok(_) => attempt.well(),
            Err(Unavailable::Connect) => attempt.failed(Cause::Nobody, now),
            Err(why) => {
                self.is_to_blame(*why, asked, now) && attempt.failed(Cause::Asker(who), now)
            }
        };
        match replied {
            Err(why) if changed => self.say_left_alone(*why),
            Ok(_) if changed => tracing::info!(guard = %self.spec.id, "guard is well again"),
            _ => {}
        }
        self.show(now);
    }

    /// Whether a failure is the server's. One that had less than half of the time, since we had no
    /// place for the question, is not late.
    fn is_to_blame(&self, why: Unavailable, asked: Option<Duration>, now: Duration) -> bool {
        let had = asked.map(|asked| now.saturating_sub(asked)).unwrap_or_default();
        why.is_fault() && (why != Unavailable::Timeout || had >= self.spec.timeout / 2)
    }

    fn say_left_alone(&self, why: Unavailable) {
        let (guard, reason) = (self.spec.id.as_str(), why.as_str());
        tracing::warn!(guard, reason, "guard left alone after repeated failures");
    }

    /// Sends every request to one server, as many at a time as may be under way.
    async fn all(
        &self,
        server: &Server,
        bodies: &[(&'static str, Bytes)],
        connecting: Duration,
        asked: &OnceLock<Duration>,
    ) -> Result<Vec<Bytes>, Unavailable> {
        let one = |(path, body): &(&'static str, Bytes)| {
            let (path, body) = (*path, body.clone());
            async move {
                // It is never closed.
                let _turn = self.connections.acquire().await.map_err(|_| Unavailable::Busy)?;
                let now = self.clock.steady();
                asked.get_or_init(|| now);
                let connecting = Deadline::new(&self.clock, now, connecting);
                server.ask(path, &body, now, &connecting).await
            }
        };
        try_join_all(bodies.iter().map(one)).await
    }

    fn show(&self, now: Duration) {
        let best = self.servers.iter().map(|server| server.breaker.phase(now)).min();
        self.metrics.breaker.set(match best.unwrap_or(Phase::Closed) {
            Phase::Closed => 0,
            Phase::HalfOpen => 1,
            Phase::Open => 2,
        });
    }
}
