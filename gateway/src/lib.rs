//! The data plane: a call goes one way through eight steps, each of which takes what the step
//! before it proved. See [`pipeline`] for the life of a call, and [`serve::start`] for a node.

mod accept;
mod access;
mod account;
mod admit;
mod body;
mod call;
mod chains;
mod chunked;
pub mod cli;
mod clock;
mod decisions;
mod dispatch;
mod entitle;
mod filter;
mod flights;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod guard;
pub mod hub;
mod identify;
mod ids;
mod journal;
mod kill;
mod metrics;
mod moderation;
mod node;
mod pipeline;
mod provenance;
mod reach;
mod read;
pub mod refuse;
mod remote;
mod scratch;
mod screen;
pub mod serve;
mod signal;
mod snapshot;
mod tasks;
mod timer;
mod trail;
mod trust;
mod wards;
mod wire;
mod world;

pub use clock::MachineClock;
