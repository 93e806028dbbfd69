//! Answers as a caller of the relay sees them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a check that cannot run has failed"
)]

mod answers;
mod faults;
mod filtered;
mod fixtures;
mod guard;
mod guarded;
mod leaks;
mod messages;
mod moderation;
mod ollama;
mod properties;
mod receipts;
mod replays;
mod responses;
mod scores;
mod speak;
mod support;
mod waits;
