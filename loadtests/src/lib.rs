//! Speed as ratios: a paced mock backend, an open-loop driver, and peers measured side by side.
//!
//! Absolute figures of one machine say little on another. What is kept is how Sluice stands beside
//! nginx, `HAProxy` and Envoy when all of them did the same work in the same minutes on one core.

pub mod budgets;
pub mod compare;
pub mod drive;
pub mod figures;
pub mod filters;
pub mod kill;
pub mod load;
pub mod mock;
pub mod peers;
pub mod process;
