//! Tokens, their JSON, and sets of keys: no panic, and nothing that two readers read differently.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| sluice_gateway::fuzzing::jwt(bytes));
