//! Who calls, by a token of the Hub.
//!
//! The Hub says whose a token is, and for each linked repo whether they are let in. What it says is
//! kept by a keyed hash of the token, each word for its own time; where the Hub is away, who was
//! known stays known for a while longer, and nobody else is: an outage makes no token wrong.

use super::client::{Access, Client};
use super::error::HubError;
use super::names::HubUser;
use crate::flights::{Flights, Key};
use crate::ids::random;
use crate::timer::{Deadline, within};
use futures_util::future::try_join_all;
use moka::sync::Cache;
use sluice_config::HubSpec;
use sluice_config::words::{Clock, RepoId, Secret};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long it counts whose a token is, and that they are let in.
const YES: Duration = Duration::from_mins(5);
/// How long it counts that a token is none, and that they are not let in.
const NO: Duration = Duration::from_mins(1);
/// How long what the Hub said counts while it is away.
const STALE_MAX: Duration = Duration::from_mins(15);
/// How long the Hub is not asked again about a token after it was away.
const PAUSE: Duration = Duration::from_secs(5);
/// Tokens that are known, and tokens that are not: those are kept apart, so that who makes tokens
/// up pushes nobody out.
const KEPT_MAX: u64 = 50_000;
/// Tokens that are asked about at once; others wait for their turn.
const ASKED_MAX: usize = 16;
/// Repos that are asked about at once, for one token.
const REPOS_AT_ONCE: usize = 8;

/// Who calls.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HubCaller {
    /// Their name on the Hub.
    pub user: HubUser,
    /// The linked repos they are let in to.
    pub repos: Vec<RepoId>,
}

/// Why nobody knows who calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unknown {
    /// The Hub says so.
    #[error("the Hub does not know this token")]
    BadToken,
    /// Ask again later.
    #[error("the Hub cannot be asked whose token this is")]
    Away,
}

/// Where an answer is from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum How {
    /// It was kept.
    Kept,
    /// The Hub, just now.
    Asked,
    /// It was kept for too long, but the Hub is away.
    Stale,
    /// Nowhere.
    Away,
}

impl How {
    /// The word in metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "hit",
            Self::Asked => "load",
            Self::Stale => "stale",
            Self::Away => "error",
        }
    }
}

/// Who calls, and where that is from.
pub(super) type Answer = (Result<HubCaller, Unknown>, How);

/// Knows callers by their tokens.
#[derive(Debug)]
pub(super) struct Identity {
    client: Arc<Client>,
    repos: Vec<RepoId>,
    /// What a token may take in all, waiting for a turn included.
    timeout: Duration,
    secret: Key,
    known: Cache<Key, Arc<Known>>,
    notes: Cache<Key, Note>,
    flights: Flights<Answer>,
    turns: Semaphore,
    clock: Arc<dyn Clock>,
}

/// Why the Hub is not asked about a token, and until when.
#[derive(Clone, Copy, Debug)]
struct Note {
    why: Unknown,
    until: Duration,
}

/// What the Hub said of a token, and when.
#[derive(Clone, Debug)]
struct Known {
    user: HubUser,
    since: Duration,
    /// In the order of the linked repos.
    let_in: Vec<Said>,
}

/// Whether they are let in to a repo, and when the Hub said so.
#[derive(Clone, Copy, Debug)]
struct Said {
    yes: bool,
    since: Duration,
}

impl Said {
    fn counts(self, now: Duration) -> bool {
        now.saturating_sub(self.since) < if self.yes { YES } else { NO }
    }
}

impl Known {
    /// Whether it counts whose the token is.
    fn is_named(&self, now: Duration) -> bool {
        now.saturating_sub(self.since) < YES
    }

    fn is_fresh(&self, now: Duration) -> bool {
        self.is_named(now) && self.let_in.iter().all(|said| said.counts(now))
    }

    fn caller(&self, repos: &[RepoId], counts: impl Fn(Duration) -> bool) -> HubCaller {
        let said = repos.iter().zip(&self.let_in);
        let open = said.filter(|(_, said)| said.yes && counts(said.since));
        HubCaller { user: self.user.clone(), repos: open.map(|(repo, _)| repo.clone()).collect() }
    }
}

impl Identity {
    pub(super) fn new(spec: &HubSpec, client: Arc<Client>, clock: Arc<dyn Clock>) -> Self {
        Self {
            client,
            repos: spec.repos.iter().map(|repo| repo.id.clone()).collect(),
            timeout: spec.timeout.saturating_mul(2),
            // Without randomness the hash is still a hash.
            secret: random().unwrap_or_default(),
            known: Cache::new(KEPT_MAX),
            notes: Cache::new(KEPT_MAX),
            flights: Flights::default(),
            turns: Semaphore::new(ASKED_MAX),
            clock,
        }
    }

    /// Whose token it is, and where that is from.
    pub(super) async fn who(&self, token: &Secret) -> Answer {
        let key: Key = *blake3::keyed_hash(&self.secret, token.expose()).as_bytes();
        match self.kept(&key, self.clock.steady()) {
            Some(kept) => kept,
            // Boxed: a call that proves itself otherwise must not carry the room for it.
            None => Box::pin(self.flights.join(key, self.ask(key, token))).await,
        }
    }

    /// Forgets what was said of somebody's tokens.
    pub(super) fn forget(&self, user: &HubUser) {
        for (key, known) in &self.known {
            if known.user == *user {
                self.known.invalidate(&*key);
            }
        }
    }

    fn kept(&self, key: &Key, now: Duration) -> Option<Answer> {
        let known = self.known.get(key);
        let fresh = known.as_deref().filter(|known| known.is_fresh(now));
        if let Some(fresh) = fresh {
            return Some((Ok(fresh.caller(&self.repos, |_| true)), How::Kept));
        }
        let note = self.notes.get(key).filter(|note| now < note.until)?;
        Some(match note.why {
            Unknown::BadToken => (Err(Unknown::BadToken), How::Kept),
            Unknown::Away => self.stale(known.as_deref(), now),
        })
    }

    async fn ask(&self, key: Key, token: &Secret) -> Answer {
        let now = self.clock.steady();
        // Somebody may have been answered just before it was our turn.
        if let Some(kept) = self.kept(&key, now) {
            return kept;
        }
        let before = self.known.get(&key);
        let deadline = Deadline::new(&self.clock, now, self.timeout);
        let came = within(&deadline, self.said(before.as_deref(), token)).await;
        let now = self.clock.steady();
        let note = |why, time: Duration| {
            self.notes.insert(key, Note { why, until: now.saturating_add(time) });
        };
        match came {
            Some(Ok(known)) => {
                let known = Arc::new(known);
                self.known.insert(key, Arc::clone(&known));
                (Ok(known.caller(&self.repos, |_| true)), How::Asked)
            }
            Some(Err(HubError::BadToken)) => {
                self.known.invalidate(&key);
                note(Unknown::BadToken, NO);
                (Err(Unknown::BadToken), How::Asked)
            }
            Some(Err(_)) | None => {
                note(Unknown::Away, PAUSE);
                self.stale(before.as_deref(), now)
            }
        }
    }

    /// What counts of what is kept, now that nobody can say more.
    fn stale(&self, before: Option<&Known>, now: Duration) -> Answer {
        let counts = |since: Duration| now.saturating_sub(since) <= STALE_MAX;
        match before.filter(|known| counts(known.since)) {
            Some(known) => (Ok(known.caller(&self.repos, counts)), How::Stale),
            None => (Err(Unknown::Away), How::Away),
        }
    }

    /// Asks for what does not count any more.
    async fn said(&self, before: Option<&Known>, token: &Secret) -> Result<Known, HubError> {
        // It is never closed.
        let _turn = self.turns.acquire().await;
        let now = self.clock.steady();
        let (user, since) = match before.filter(|known| known.is_named(now)) {
            Some(known) => (known.user.clone(), known.since),
            None => (self.client.whoami(token).await?, now),
        };
        let before = before.map(|known| known.let_in.as_slice()).unwrap_or_default();
        let before = before.iter().copied().map(Some).chain(std::iter::repeat(None));
        let asked: Vec<_> = self.repos.iter().zip(before).collect();
        let mut let_in = Vec::with_capacity(asked.len());
        for some in asked.chunks(REPOS_AT_ONCE) {
            let some = some.iter().map(|(repo, said)| self.checked(repo, *said, token, now));
            let_in.extend(try_join_all(some).await?);
        }
        Ok(Known { user, since, let_in })
    }

    /// Whether they are let in to one repo: what was said, if it counts, or what the Hub says now.
    async fn checked(
        &self,
        repo: &RepoId,
        said: Option<Said>,
        token: &Secret,
        now: Duration,
    ) -> Result<Said, HubError> {
        if let Some(said) = said.filter(|said| said.counts(now)) {
            return Ok(said);
        }
        let access = self.client.auth_check(repo, token).await?;
        Ok(Said { yes: access == Access::Granted, since: now })
    }
}
