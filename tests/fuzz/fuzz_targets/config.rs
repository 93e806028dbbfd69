//! Configuration files: no panic, and an end, whatever is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_config::Given;
use std::path::Path;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Problems are what is expected.
        drop(sluice_config::read(text, Path::new("fuzz.yaml"), &Given::default()));
    }
});
