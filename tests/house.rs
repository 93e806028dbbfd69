//! The shape of the house, checked: floors, sizes, headings, registries, rooms, documented metrics.
#![expect(clippy::unwrap_used, reason = "a check that cannot run has failed")]

#[path = "house/imports.rs"]
mod imports;
#[path = "house/metrics.rs"]
mod metrics;
#[path = "house/rooms.rs"]
mod rooms;
#[path = "house/sizes.rs"]
mod sizes;
#[path = "house/source.rs"]
mod source;
