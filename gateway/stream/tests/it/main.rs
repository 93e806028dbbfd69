//! Answers as a caller of the relay sees them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a check that cannot run has failed"
)]

mod answers;
mod faults;
mod filtered;
mod fixtures;
mod properties;
mod support;
