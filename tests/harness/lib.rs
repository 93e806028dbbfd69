//! What the tests are made of: a node in process, a scripted backend, raw sockets, turned clocks.
//!
//! A test makes a [`World`] of its own and says what happens in it:
//!
//! ```ignore
//! let world = World::start().await;
//! world.backend.answers(answer::chat("good morning"));
//! let reply = world.bob().asks("open-1").says("hello").await;
//! assert_eq!(reply.is_ok().text(), "good morning");
//! ```
//!
//! Nothing sleeps: a backend waits at a [`Gate`] that the test opens, and what a test awaits is
//! bounded by [`soon`].
#![expect(clippy::expect_used, reason = "a harness that cannot go on has failed the test")]
#![expect(clippy::missing_panics_doc, reason = "all of it panics when the test has failed")]
#![expect(clippy::panic, reason = "a harness that cannot go on has failed the test")]
#![expect(clippy::disallowed_methods, reason = "tests spawn and time as they like")]

pub mod backend;
mod call;
mod clock;
mod daemon;
mod file;
mod gate;
mod http;
mod issuer;
mod live;
mod metrics;
mod parts;
mod paths;
mod process;
mod raw;
mod reply;
mod sse;
pub mod tls;
mod world;

pub use backend::{Backend, Script, Seen, answer};
pub use call::{Call, Caller};
pub use clock::Hands;
pub use daemon::Daemon;
pub use file::file;
pub use gate::Gate;
pub use http::Head;
pub use issuer::{Issuer, Signing, encoded};
pub use live::Live;
pub use metrics::Metrics;
pub use parts::{Server, part};
pub use paths::{checkout, free_port, sluice, target};
pub use process::{Process, Ran, put, run};
pub use raw::Wire;
pub use reply::Reply;
pub use sse::Event;
pub use world::{Setup, World};

use std::future::Future;
use std::time::Duration;

/// How long a test waits for something that is bound to happen, on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Awaits what is bound to happen; fails the test, by the name of it, if it does not.
pub async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    let Ok(value) = tokio::time::timeout(SOON, happens).await else {
        panic!("waited in vain for {what}")
    };
    value
}

/// Asks again and again until the answer is yes; for what nobody announces.
pub async fn until<F, A>(what: &str, mut ask: F)
where
    F: FnMut() -> A,
    A: Future<Output = bool>,
{
    soon(what, async {
        while !ask().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}
