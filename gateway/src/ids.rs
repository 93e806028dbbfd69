//! The one door to randomness, and the ids made of it.

use sluice_config::words::Timestamp;
use std::sync::Arc;
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
    /// `req_` and 32 hex digits: milliseconds, node, count. Sorts by time.
    pub(crate) fn request(&self, now: Timestamp) -> Arc<str> {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        let number = (u128::from(now.0) << 80)
            | (u128::from(self.node >> 24) << 40)
            | u128::from(count & 0xff_ffff_ffff);
        let mut id = *b"req_00000000000000000000000000000000";
        for (nth, digit) in id.iter_mut().skip(4).rev().enumerate() {
            let nibble = u8::try_from((number >> (4 * nth)) & 0xf).unwrap_or_default();
            *digit = if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
        }
        // It is ASCII.
        std::str::from_utf8(&id).unwrap_or_default().into()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_sort_by_time_and_never_repeat() {
        let ids = Ids { node: 0x0123_4567_89ab_cdef, next: AtomicU64::new(0xff_ffff_fffe) };
        let at = Timestamp(0x019e_0000_00ff);
        assert_eq!(&*ids.request(at), "req_019e000000ff0123456789fffffffffe");
        assert_eq!(&*ids.request(at), "req_019e000000ff0123456789ffffffffff");
        assert_eq!(&*ids.request(Timestamp(at.0 + 1)), "req_019e0000010001234567890000000000");
    }
}
