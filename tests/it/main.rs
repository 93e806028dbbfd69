//! End to end: every test has a node of its own, in process, and a backend that does as it is told.
#![expect(clippy::expect_used, reason = "a check that cannot run has failed")]
#![expect(clippy::indexing_slicing, reason = "JSON of tests is looked into by name")]
#![expect(clippy::panic, reason = "a check that fails says so")]
#![expect(clippy::disallowed_methods, reason = "tests spawn and time as they like")]

mod access;
mod aliases;
mod annotations;
mod bodies;
mod demo;
mod dialects;
mod drain;
mod end_users;
mod errors;
mod fallbacks;
mod filters;
mod framing;
mod guards;
mod hangups;
mod hub;
mod identity;
mod keys;
mod kills;
mod limits;
mod measures;
mod methods;
mod metrics;
mod models;
mod moderations;
mod notices;
mod operations;
mod places;
mod profiles;
mod prompts;
mod reach;
mod reading;
mod real;
mod receipts;
mod reload;
mod replays;
mod simulate;
mod slow;
mod stops;
mod streams;
mod surface;
mod tls;
mod trials;
mod upstream;
mod usage;
mod verbs;
mod wards;
mod wrong;
