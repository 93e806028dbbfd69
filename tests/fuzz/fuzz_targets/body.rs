//! Request bodies: no panic, and nothing is taken that is not JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_config::Policy;
use std::path::Path;
use std::sync::LazyLock;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = include_str!("../../../config/examples/minimal.yaml");
    sluice_config::read_policy(text, Path::new("minimal.yaml")).expect("an example that compiles")
});

fuzz_target!(|bytes: &[u8]| {
    for tier in POLICY.tiers() {
        sluice_gateway::fuzzing::body(tier, bytes);
    }
});
