//! The control plane; today the operations listener.
//!
//! What it shows of a node it asks for through [`Vitals`]: this crate knows configuration and
//! records, and nothing of how calls are served.

pub mod ops;
mod vitals;

pub use vitals::{Readiness, SnapshotState, Version, Vitals};
