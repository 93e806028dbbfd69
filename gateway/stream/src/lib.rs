//! Answers as they pass: events, dialects, usage, filters. Sans-IO.
//!
//! Bytes of a backend go into a [`Relay`] as they come, and what may leave comes out: read into
//! typed pieces, looked at by the filters of a [`filter::Chain`], and written anew, so that
//! nothing passes that was not read. [`whole`] does the same for an answer that is not streamed.

mod answer;
mod dialect;
mod easy;
pub mod filter;
pub mod guard;
mod lines;
pub mod moderation;
mod plan;
mod relay;
mod replay;
mod report;
mod scan;
mod shown;
pub mod sse;
mod usage;
mod wire;

pub use answer::{Ask, Question, Ruling};
pub use plan::{Failure, Fault, Plan, Progress};
pub use relay::{Relay, Whole, whole};
pub use replay::{Replayed, replay};
pub use report::{Action, Finish, Report, VerdictCount};
pub use shown::{Seal, Shown};
pub use usage::Usage;
