//! Keeps a repo and what is known of its requests alike, both ways.

use super::client::Written;
use super::desk::{Decision, Desk, DeskError};
use super::error::HubError;
use super::linked::Hub;
use super::request::{HubRequest, RequestStatus};
use super::settling::{Next, Settling};
use super::sync::{Event, What, diff};
use crate::ids::random;
use crate::journal;
use crate::timer::{Deadline, within};
use sluice_config::words::RepoId;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Decisions written in one poll; the rest is written in the next.
const WRITES_MAX: usize = 500;
/// The longest wait after failures, unless polls are rarer than that.
const PAUSE_MAX: Duration = Duration::from_mins(15);

/// Polls one repo, for as long as it is let.
#[derive(Debug)]
pub struct Poller {
    hub: Arc<Hub>,
    repo: RepoId,
    desk: Arc<dyn Desk>,
    nudged: Notify,
}

/// Why a poll came to nothing. What was known stays known.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The Hub.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// Requests moved faster than they could be listed.
    #[error("requests move faster than they can be listed")]
    Unsettled,
    /// The records.
    #[error("records of the Hub's requests cannot be read or kept: {0}")]
    Desk(#[from] DeskError),
}

impl PollError {
    /// The word in metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Hub(why) => why.as_str(),
            Self::Unsettled => "unsettled",
            Self::Desk(_) => "desk",
        }
    }
}

impl Poller {
    /// What polls a repo for a desk.
    pub fn new(hub: Arc<Hub>, repo: RepoId, desk: Arc<dyn Desk>) -> Self {
        Self { hub, repo, desk, nudged: Notify::new() }
    }

    /// The repo it polls.
    pub fn repo(&self) -> &RepoId {
        &self.repo
    }

    /// Has [`run`](Self::run) poll at once: something was decided.
    pub fn nudge(&self) {
        self.nudged.notify_one();
    }

    /// Polls now, and again after each pause. Never ends by itself.
    pub async fn run(&self) {
        let (mut failures, mut said) = (0_u32, None);
        loop {
            let polled = self.poll().await.err();
            let why = polled.as_ref().map(PollError::as_str);
            // Said when it begins or becomes another, and once when it ends.
            if why != said {
                self.say(polled.as_ref());
            }
            (failures, said) = (why.map_or(0, |_| failures.saturating_add(1)), why);
            let roll = random().map(u64::from_le_bytes).unwrap_or_default();
            let clock = self.hub.clock();
            let pause = pause(self.hub.spec().poll, failures, roll);
            let deadline = Deadline::new(clock, clock.steady(), pause);
            tokio::select! {
                _ = within(&deadline, pending::<()>()) => {}
                () = self.nudged.notified() => {}
            }
        }
    }

    /// Polls once: writes what was decided, lists, and has the desk keep what has changed.
    ///
    /// # Errors
    ///
    /// It came to nothing, or what was decided could not be written; what has changed may have been
    /// kept all the same.
    pub async fn poll(&self) -> Result<Vec<Event>, PollError> {
        // Whatever stands in the way of writing, who was revoked is heard of.
        let wrote = self.write().await;
        let events = self.hear().await;
        let polled = events.and_then(|events| wrote.map(|()| events));
        let result = polled.as_ref().map_or_else(PollError::as_str, |_| "ok");
        self.hub.metrics().polled(self.repo.as_str(), result);
        polled
    }

    async fn write(&self) -> Result<(), PollError> {
        let decided = self.desk.decided(&self.repo).await?;
        for decision in decided.iter().take(WRITES_MAX) {
            let came = self.carry_out(decision).await;
            let result = came.as_ref().map_or_else(|why| why.as_str(), |came| came.as_str());
            self.hub.metrics().wrote(self.repo.as_str(), result);
            self.desk.told(&self.repo, decision, came?).await?;
        }
        Ok(())
    }

    async fn carry_out(&self, decision: &Decision) -> Result<Written, HubError> {
        let client = self.hub.client();
        match decision {
            Decision::Handle { whose, wish } => client.handle(&self.repo, whose, wish).await,
            Decision::Grant { user } => client.grant(&self.repo, user).await,
        }
    }

    async fn hear(&self) -> Result<Vec<Event>, PollError> {
        let known = self.desk.known(&self.repo).await?;
        let seen = self.seen(&known).await?;
        let events = diff(&self.repo, &known, &seen);
        for event in events.iter().filter(|event| event.what != What::Accepted) {
            // Before records say so: who asks for them again must not be told what was.
            event.request.user.iter().for_each(|user| self.hub.forget(user));
        }
        if !events.is_empty() {
            self.desk.apply(&events).await?;
        }
        let count = |status| seen.iter().filter(|it| it.status == status).count();
        let counts = RequestStatus::ALL.map(|status| (status.as_str(), count(status)));
        let now = self.hub.clock().now().seconds();
        self.hub.metrics().heard(self.repo.as_str(), now, counts);
        Ok(events)
    }

    async fn seen(&self, known: &[HubRequest]) -> Result<Vec<HubRequest>, PollError> {
        let mut settling = Settling::new(known);
        loop {
            let mut read = Vec::new();
            for status in RequestStatus::ALL {
                read.extend(self.hub.client().list(&self.repo, status).await?);
            }
            match settling.hear(read) {
                Next::Seen(seen) => return Ok(seen),
                Next::Again => {}
                Next::Unsettled => return Err(PollError::Unsettled),
            }
        }
    }

    fn say(&self, why: Option<&PollError>) {
        let repo = &self.repo;
        match why {
            Some(why) => {
                let why = format!("{repo}: {why}");
                journal::warn("requests for access are not what they are on the Hub", why);
            }
            None => journal::info("requests for access are what they are on the Hub again", repo),
        }
    }
}

/// How long to wait: twice as long after each failure, and never quite the same, so that repos and
/// nodes do not ask all at once.
fn pause(poll: Duration, failures: u32, roll: u64) -> Duration {
    let longer = 2_u32.saturating_pow(failures);
    let whole = poll.saturating_mul(longer).min(PAUSE_MAX.max(poll));
    let per_mille = 900 + u32::try_from(roll % 201).unwrap_or_default();
    whole.saturating_mul(per_mille) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_pause_grows_to_a_bound(poll in 1_u64..86_400, failures: u32, roll: u64) {
            let poll = Duration::from_secs(poll);
            let pause = pause(poll, failures, roll);
            prop_assert!(pause >= poll * 9 / 10);
            prop_assert!(pause <= poll.max(PAUSE_MAX) * 11 / 10);
            if failures == 0 {
                prop_assert!(pause <= poll * 11 / 10);
            }
            prop_assert!(super::pause(poll, failures.saturating_add(1), roll) >= pause);
        }
    }

    #[test]
    fn repos_do_not_ask_all_at_once() {
        let minute = Duration::from_mins(1);
        assert_ne!(pause(minute, 0, 7), pause(minute, 0, 8));
        assert_eq!(pause(minute, 2, 100), minute * 4);
    }
}
