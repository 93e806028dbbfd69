//! What fuzz targets may reach of this crate: the parsers that read hostile bytes. Built only for
//! fuzzing.

use crate::wire::{HeadLimits, Unread, parse};
use crate::{identify, read};
use bytes::Bytes;
use sluice_config::Bounds;
use sluice_config::policy::Tier;
use sluice_config::words::Operation;

/// Reads a request head, twice: whole, and grown byte by byte, which must come to the same.
pub fn head(bytes: &[u8]) {
    let limits = HeadLimits { bytes: 4096, headers: 32, uri_bytes: 256 };
    let whole = parse(bytes, &limits, &mut Unread::default());
    let grown = (0..=bytes.len())
        .filter_map(|length| bytes.get(..length))
        .map(|bytes| parse(bytes, &limits, &mut Unread::default()))
        .find(|parsed| !matches!(parsed, Ok(None)))
        .unwrap_or(Ok(None));
    assert_eq!(whole, grown, "a head must not depend on how it arrives");
}

/// Reads the body of each operation; what is taken must be JSON that serde reads as well.
pub fn body(tier: &Tier, bytes: &[u8]) {
    for operation in Operation::ALL {
        let read = read::asked(
            operation,
            tier,
            &Bounds::default(),
            read::Prompts::Listed,
            Bytes::copy_from_slice(bytes),
        );
        if read.is_ok() {
            let value = serde_json::from_slice::<serde_json::Value>(bytes);
            assert!(value.is_ok(), "taken, and not JSON");
        }
    }
    if read::moderation::wanted(bytes, &Bounds::default(), tier).is_ok() {
        let value = serde_json::from_slice::<serde_json::Value>(bytes);
        assert!(value.is_ok(), "texts are taken, and not JSON");
    }
}

/// Reads a token, its JSON, and a set of keys.
pub fn jwt(bytes: &[u8]) {
    identify::fuzz(bytes);
}
