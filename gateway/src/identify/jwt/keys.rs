//! The keys of one issuer, held while it is away, fetched again when they are old or when a token
//! names one that is not among them.
//!
//! A token whose key is not known is refused only if keys that were asked for after it came do not
//! have it; until then nobody can say. What is asked for is asked once for all who wait, and not
//! often, however many wait.

use super::Around;
use super::fetch::{Fault, Source};
use super::set::{Found, Key, Set};
use super::token::Header;
use crate::journal;
use crate::metrics::Metrics;
use arc_swap::ArcSwapOption;
use foldhash::fast::RandomState;
use moka::sync::Cache;
use sluice_config::words::{Clock, KeyDigest};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Between two fetches, after one that went well.
const REST: Duration = Duration::from_secs(30);
/// And after one that did not.
const RETRY: Duration = Duration::from_secs(1);
/// Tokens without a known key that are remembered: their second call waits for nothing.
const STRANGERS_MAX: u64 = 10_000;

/// The keys of one issuer.
#[derive(Debug)]
pub(super) struct Keys {
    name: String,
    source: Source,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    held: ArcSwapOption<Held>,
    /// How many fetches have begun.
    begun: AtomicU64,
    /// Held by whoever fetches.
    fetching: Mutex<Next>,
    failing: AtomicBool,
    /// For tokens without a known key, how many fetches had begun when they first came.
    strangers: Cache<KeyDigest, u64, RandomState>,
}

/// Keys as they were fetched.
#[derive(Debug)]
struct Held {
    set: Set,
    /// Which fetch this was.
    number: u64,
    /// When it began.
    at: Duration,
}

/// When the next fetch may begin, on the steady clock, and which one failed last.
#[derive(Debug, Default)]
struct Next {
    from: Duration,
    failed: u64,
}

/// Why there is no key for a token.
#[derive(Debug)]
pub(super) enum Missing {
    /// There is none, that is sure.
    Unknown,
    /// The issuer would have to be asked.
    Unavailable { wait: Duration, why: &'static str },
}

impl Keys {
    pub(super) fn new(name: &str, source: Source, around: &Around) -> Self {
        let (clock, metrics) = (Arc::clone(&around.clock), Arc::clone(&around.metrics));
        let strangers = Cache::builder().max_capacity(STRANGERS_MAX);
        Self {
            name: name.into(),
            source,
            clock,
            metrics,
            held: ArcSwapOption::empty(),
            begun: AtomicU64::new(0),
            fetching: Mutex::default(),
            failing: AtomicBool::new(false),
            // Digests are of a keyed hash: no caller can choose two that collide.
            strangers: strangers.build_with_hasher(RandomState::default()),
        }
    }

    /// Whether they are those of this issuer, from where it has them now.
    pub(super) fn is_of(&self, name: &str, source: &Source) -> bool {
        self.name == name && self.source.is_same(source)
    }

    /// Asks `with` the key that a token means, once it is known which.
    pub(super) async fn with<T>(
        &self,
        header: &Header,
        token: KeyDigest,
        stale_max: Duration,
        with: impl Fn(&Key) -> T,
    ) -> Result<T, Missing> {
        // Before looking: what begins after this has begun after the token came.
        let begun = self.begun.load(Ordering::SeqCst);
        let look = |since: u64| self.look(header, since, stale_max, &with);
        if let Some(found) = look(u64::MAX) {
            return found;
        }
        let since = self.strangers.get_with(token, || begun);
        if let Some(found) = look(since) {
            return found;
        }
        let mut next = self.fetching.lock().await;
        if let Some(found) = look(since) {
            return found;
        }
        let now = self.clock.steady();
        if next.failed > begun || now < next.from {
            let why = "the issuer was asked for keys a moment ago";
            let wait = next.from.saturating_sub(now).max(RETRY);
            return Err(Missing::Unavailable { wait, why });
        }
        self.fetch(&mut next).await;
        let why = "the issuer does not give its keys";
        look(since).unwrap_or(Err(Missing::Unavailable { wait: RETRY, why }))
    }

    /// What the keys in hand say; `None` if they cannot tell. They can tell that there is no such
    /// key if they were asked for after the first `since` fetches.
    fn look<T>(
        &self,
        header: &Header,
        since: u64,
        stale_max: Duration,
        with: impl Fn(&Key) -> T,
    ) -> Option<Result<T, Missing>> {
        let held = self.held.load();
        let held = held.as_ref()?;
        if self.clock.steady().saturating_sub(held.at) > stale_max {
            return None;
        }
        match held.set.find(header) {
            Found::Key(key) => Some(Ok(with(key))),
            Found::Unfit => Some(Err(Missing::Unknown)),
            Found::Unknown => (held.number > since).then_some(Err(Missing::Unknown)),
        }
    }

    /// Fetches the keys if those in hand are older than `age_max`, and nobody else does.
    pub(super) async fn refresh(&self, age_max: Duration) {
        let now = self.clock.steady();
        let old = |held: &Arc<Held>| now.saturating_sub(held.at) >= age_max;
        if !self.held.load().as_ref().is_none_or(old) {
            return;
        }
        let Ok(mut next) = self.fetching.try_lock() else { return };
        if now >= next.from {
            self.fetch(&mut next).await;
        }
    }

    async fn fetch(&self, next: &mut Next) {
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let at = self.clock.steady();
        // If whoever fetches hangs up, the next one tries after this.
        next.from = at.saturating_add(RETRY);
        let came = self.source.keys(&self.clock).await;
        let read = came.and_then(|bytes| Set::read(&bytes).map_err(Fault::Document));
        let result = read.as_ref().map_or_else(|fault| fault.as_str(), |_| "ok");
        let fetches = &self.metrics.families.identity_fetches;
        fetches.with_label_values(&[&self.name, result]).inc();
        match read {
            Ok(set) => {
                next.from = at.saturating_add(REST);
                self.held.store(Some(Arc::new(Held { set, number, at })));
                let now = i64::try_from(self.clock.now().seconds()).unwrap_or(i64::MAX);
                self.metrics.families.identity_keys_at.with_label_values(&[&self.name]).set(now);
                if self.failing.swap(false, Ordering::Relaxed) {
                    journal::info("the keys of an issuer can be fetched again", &self.name);
                }
            }
            Err(fault) => {
                next.from = self.clock.steady().saturating_add(RETRY);
                next.failed = number;
                // Said once when it begins, and once when it ends.
                if !self.failing.swap(true, Ordering::Relaxed) {
                    let what = format!("{}: {fault}", self.name);
                    journal::error("the keys of an issuer cannot be fetched", what);
                }
            }
        }
    }
}
