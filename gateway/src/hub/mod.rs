//! The Hugging Face Hub: who asked for access to a gated repo there, what became of it, and what we
//! decided; and callers that prove who they are by a token of theirs.
//!
//! The Hub tells nobody when a request changes, so each linked repo is listed again and again
//! ([`Poller`]). What differs from what is known becomes [`Event`]s ([`diff`]) for a [`Desk`], which
//! keeps them as records; what the desk decided is written back. [`Hub::who`] says whose token one is
//! and where they are let in.
//!
//! A request is known by its id: a repo may hide whose it is. All that the Hub says is hostile until
//! it is read; our token goes to its endpoint only, and to no log.

mod answer;
mod card;
mod client;
mod desk;
mod error;
mod forms;
mod identity;
mod kept;
mod linked;
mod names;
mod ordered;
mod page;
mod poll;
mod records;
mod report;
mod request;
mod settling;
mod sync;

pub use card::{Gated, RepoCard};
pub use client::{Access, Client, Written};
pub use desk::{Decision, Desk, DeskError, Fut, Whose, Wish};
pub use error::{Away, HubError};
pub use identity::{HubCaller, Unknown};
pub use linked::Hub;
pub use names::{HubUser, Reason, RequestId};
pub use poll::{PollError, Poller};
pub use records::RecordsDesk;
pub(crate) use records::{begun, decided_here};
pub use report::{ReportError, Reported, report};
pub use request::{HubRequest, RequestStatus};
pub use sync::{Event, What, apply, diff};
