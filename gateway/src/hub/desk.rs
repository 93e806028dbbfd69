//! Who keeps what the Hub says, and decides what it is told.

use super::client::Written;
use super::names::{HubUser, Reason, RequestId};
use super::request::HubRequest;
use super::sync::Event;
use serde::{Deserialize, Serialize};
use sluice_config::words::RepoId;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

/// What a desk answers, some time.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = Result<T, DeskError>> + Send + 'a>>;

/// The records behind the poller. Nothing is kept in between, so that a restart misses nothing and
/// several nodes may poll: each asks what is known, and what it applies twice changes nothing.
pub trait Desk: Debug + Send + Sync {
    /// Every request of a repo that is known, as it was told last.
    fn known<'a>(&'a self, repo: &'a RepoId) -> Fut<'a, Vec<HubRequest>>;

    /// Keeps what has changed, each request wholly or not at all, and first who is shut out: see
    /// [`apply`](super::apply) for what is known afterwards.
    fn apply<'a>(&'a self, events: &'a [Event]) -> Fut<'a, ()>;

    /// What was decided here about a repo and is not written to the Hub yet, oldest first.
    fn decided<'a>(&'a self, repo: &'a RepoId) -> Fut<'a, Vec<Decision>>;

    /// A decision was written, or cannot be: it is not to be given again.
    fn told<'a>(&'a self, repo: &'a RepoId, decision: &'a Decision, came: Written) -> Fut<'a, ()>;
}

/// What we decided about access to a repo.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// What becomes of a request.
    Handle {
        /// Which.
        whose: Whose,
        /// What.
        wish: Wish,
    },
    /// Who is let in though they did not ask.
    Grant {
        /// Their name on the Hub.
        user: HubUser,
    },
}

/// Which request is meant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// That of somebody.
    User(HubUser),
    /// That with an id: the only way where names are hidden.
    Request(RequestId),
}

/// What is to become of a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// They are let in.
    Accept,
    /// They are not, nor may they ask again; they may be told why.
    Reject(Option<Reason>),
    /// They are no longer let in; the request waits again.
    Cancel,
}

/// The desk cannot read or keep its records.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct DeskError(pub String);
