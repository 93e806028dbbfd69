//! Request heads: no panic, and the same answer however they arrive.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| sluice_gateway::fuzzing::head(bytes));
