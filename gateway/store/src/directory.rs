//! The directory: who has which key, from memory, kept true by the change feed.
//!
//! A question is answered without waiting when the key was asked for before, whether it is known or
//! not. What is not in memory is loaded, once for however many ask at the same time. A change to a
//! record drops exactly the entries it concerns, and every negative one: a new key works at once.
//! Who proves themselves by a credential that is not ours is admitted, and found like the others.

mod concerned;

use crate::{Change, Claimed, Known, Records, StoreError, holdings};
use concerned::Concerned;
use foldhash::fast::RandomState;
use moka::sync::Cache;
use sluice_config::words::{Clock, KeyDigest, Principal};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How many keys that no one has are remembered: enough to blunt a guesser, little enough to lose.
const NEGATIVES_MAX: u64 = 10_000;
/// How long one of them is believed.
const NEGATIVE_TTL: Duration = Duration::from_secs(30);

type Answer = Result<Option<Arc<Known>>, StoreError>;
type Flight = Arc<OnceCell<Answer>>;

/// Who has which key, from memory.
pub struct Directory {
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    known: Cache<KeyDigest, Arc<Known>, RandomState>,
    unknown: Cache<KeyDigest, Negative, RandomState>,
    flights: Mutex<HashMap<KeyDigest, Flight>>,
    /// Grows before entries are dropped, so that a load can tell it was overtaken by a change.
    turn: AtomicU64,
    place: tokio::sync::Mutex<Option<u64>>,
    heard_ms: AtomicU64,
}

/// No one had this key: true while no record has changed, and not for long.
#[derive(Clone, Copy, Debug)]
struct Negative {
    turn: u64,
    until: Duration,
}

/// What the directory has in memory of a key.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// Someone has it; whether it still stands is for [`Known::stands`].
    Known(Arc<Known>),
    /// No one has it.
    Unknown,
    /// Not in memory: [`Directory::load`] it.
    Absent,
}

fn cache<V: Clone + Send + Sync + 'static>(capacity: u64) -> Cache<KeyDigest, V, RandomState> {
    Cache::builder().max_capacity(capacity).build_with_hasher(RandomState::default())
}

impl Directory {
    /// An empty directory that holds at most `capacity` keys.
    pub fn new(records: Arc<dyn Records>, clock: Arc<dyn Clock>, capacity: u64) -> Self {
        let heard_ms = AtomicU64::new(millis(clock.steady()));
        Self {
            records,
            clock,
            // Digests are of a keyed hash: no caller can choose two that collide.
            known: cache(capacity),
            unknown: cache(NEGATIVES_MAX),
            flights: Mutex::default(),
            turn: AtomicU64::new(0),
            place: tokio::sync::Mutex::default(),
            heard_ms,
        }
    }

    /// What is in memory of this key. Never waits.
    pub fn find(&self, digest: &KeyDigest) -> Lookup {
        if let Some(known) = self.known.get(digest) {
            return Lookup::Known(known);
        }
        match self.unknown.get(digest) {
            Some(negative) if self.is_true(negative) => Lookup::Unknown,
            _ => Lookup::Absent,
        }
    }

    /// Asks the records, and remembers. An error is not remembered, and drops nothing.
    pub async fn load(&self, digest: &KeyDigest) -> Result<Option<Arc<Known>>, StoreError> {
        let seat = self.board(*digest);
        seat.flight.get_or_init(|| self.fetch(digest)).await.clone()
    }

    /// Remembers a caller who has proven by other means who they are, under the digest of the whole
    /// credential, with what our records say of them.
    pub async fn admit(
        &self,
        digest: &KeyDigest,
        claimed: Claimed,
    ) -> Result<Arc<Known>, StoreError> {
        let seat = self.board(*digest);
        let admit = async || self.settle(digest, &claimed).await.map(Some);
        match seat.flight.get_or_init(admit).await.clone()? {
            Some(known) => Ok(known),
            // Shared with someone who took the credential for a key of ours.
            None => self.settle(digest, &claimed).await,
        }
    }

    /// Hears what changed since it last listened and drops it. Returns how many changes it heard.
    pub async fn catch_up(&self) -> Result<usize, StoreError> {
        let mut place = self.place.lock().await;
        let newest = self.records.head().await?;
        let mut heard = 0;
        match *place {
            Some(at) if at <= newest => heard = self.listen(&mut place, at, newest).await?,
            // The first time, or the feed began anew under us: nothing in memory is sure.
            _ => {
                *place = Some(newest);
                self.forget(|_| true);
            }
        }
        self.heard_ms.store(millis(self.clock.steady()), Ordering::Relaxed);
        Ok(heard)
    }

    /// How long ago the directory was last known to be true.
    pub fn stale_for(&self) -> Duration {
        let heard = Duration::from_millis(self.heard_ms.load(Ordering::Relaxed));
        self.clock.steady().saturating_sub(heard)
    }

    /// About how many keys are held.
    pub fn entries(&self) -> u64 {
        self.known.entry_count()
    }

    fn is_true(&self, negative: Negative) -> bool {
        negative.turn == self.turn.load(Ordering::SeqCst) && self.clock.steady() < negative.until
    }

    async fn fetch(&self, digest: &KeyDigest) -> Answer {
        let turn = self.turn.load(Ordering::SeqCst);
        let Some(known) = self.records.find(digest).await?.map(Arc::new) else {
            let until = self.clock.steady().saturating_add(NEGATIVE_TTL);
            self.unknown.insert(*digest, Negative { turn, until });
            return Ok(None);
        };
        self.remember(digest, &known, turn);
        Ok(Some(known))
    }

    /// What our records say of who claims to be someone.
    async fn settle(
        &self,
        digest: &KeyDigest,
        claimed: &Claimed,
    ) -> Result<Arc<Known>, StoreError> {
        let turn = self.turn.load(Ordering::SeqCst);
        let Claimed { principal: id, project, organisation, .. } = claimed;
        let row = self.records.principal(id).await?;
        let held = holdings(&*self.records, id, project.as_ref(), organisation.as_ref()).await?;
        let tier = row.as_ref().map_or(&claimed.tier, |row| &row.tier).clone();
        let principal = Principal { id: id.clone(), tier, credential: claimed.credential.clone() };
        let known = Known {
            expires: claimed.expires,
            disabled: row.and_then(|row| row.disabled),
            country: claimed.country,
            ..Known::of(principal)
        };
        let mut known = known.holding(held)?;
        known.holder.grants = known.holder.grants.iter().chain(&claimed.grants).cloned().collect();
        let known = Arc::new(known);
        self.remember(digest, &known, turn);
        Ok(known)
    }

    /// Keeps what was found since `turn`.
    fn remember(&self, digest: &KeyDigest, known: &Arc<Known>, turn: u64) {
        self.known.insert(*digest, Arc::clone(known));
        // INVARIANT: what a change overtook does not stay. The turn grows before entries are
        // dropped, so either the drop sees this entry, or we see the turn.
        if self.turn.load(Ordering::SeqCst) != turn {
            self.known.invalidate(digest);
        }
    }

    async fn listen(
        &self,
        place: &mut Option<u64>,
        mut at: u64,
        newest: u64,
    ) -> Result<usize, StoreError> {
        let mut heard: usize = 0;
        while at < newest {
            let changes = self.records.changes(at).await?;
            at = changes.last().map_or(newest, |last| last.seq);
            self.forget_changed(&changes);
            *place = Some(at);
            heard = heard.saturating_add(changes.len());
        }
        Ok(heard)
    }

    fn forget_changed(&self, changes: &[Change]) {
        let concerned = Concerned::by(changes);
        if !concerned.is_empty() {
            self.forget(|known| concerned.has(known));
        }
    }

    /// Drops the entries that `changed`, every negative one, and lets no one join an older load.
    fn forget(&self, changed: impl Fn(&Known) -> bool) {
        self.turn.fetch_add(1, Ordering::SeqCst);
        self.aloft().clear();
        for (digest, known) in &self.known {
            if changed(&known) {
                self.known.invalidate(&*digest);
            }
        }
    }

    fn board(&self, digest: KeyDigest) -> Seat<'_> {
        let flight = Arc::clone(self.aloft().entry(digest).or_default());
        Seat { directory: self, digest, flight }
    }

    fn aloft(&self) -> MutexGuard<'_, HashMap<KeyDigest, Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").field("entries", &self.entries()).finish_non_exhaustive()
    }
}

/// A place on a load that others may share. The last to leave, or the first after it has landed,
/// takes it off the board.
struct Seat<'a> {
    directory: &'a Directory,
    digest: KeyDigest,
    flight: Flight,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut aloft = self.directory.aloft();
        let mine = aloft.get(&self.digest).is_some_and(|it| Arc::ptr_eq(it, &self.flight));
        let last = self.flight.initialized() || Arc::strong_count(&self.flight) <= 2;
        if mine && last {
            aloft.remove(&self.digest);
        }
    }
}

fn millis(steady: Duration) -> u64 {
    u64::try_from(steady.as_millis()).unwrap_or(u64::MAX)
}
