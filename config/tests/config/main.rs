//! The configuration as operators meet it: whole files in, a compiled whole or every problem out.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a check that cannot run has failed")]

mod examples;
mod fallbacks;
mod faults;
mod guards;
mod hostile;
mod hub;
mod identity;
mod licences;
mod outside;
mod profiles;
mod provenance;
mod schema;
mod tables;
mod version;
mod world;
