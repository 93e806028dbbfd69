//! The one door to randomness, and the ids made of it.

use sluice_config::words::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes ids that no two nodes, and no two calls of a node, share.
#[derive(Debug)]
pub(crate) struct Ids {
    node: u64,
    next: AtomicU64,
}

impl Default for Ids {
    fn default() -> Self {
        Self { node: random_u64(), next: AtomicU64::new(random_u64() >> 24) }
    }
}

impl Ids {
    /// 32 hex digits: milliseconds, node, count. Sorts by time.
    pub(crate) fn next(&self, now: Timestamp) -> String {
        let count = self.next.fetch_add(1, Ordering::Relaxed) & 0xff_ffff_ffff;
        format!("{:012x}{:010x}{count:010x}", now.0 & 0xffff_ffff_ffff, self.node >> 24)
    }

    /// A number that is good enough to choose between backends with.
    pub(crate) fn choice(&self) -> u64 {
        let mut mixed = self.next.fetch_add(0x9e37_79b9, Ordering::Relaxed) ^ self.node;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Fills an array with random bytes of the operating system.
///
/// # Errors
///
/// The system has none to give.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

fn random_u64() -> u64 {
    random().map(u64::from_le_bytes).unwrap_or_default()
}
