//! Nobody between driver and mock.

use std::io;

use super::{Contestant, DIRECT, NO_KEY, World};

/// Starts nothing.
#[expect(clippy::unnecessary_wraps, reason = "has the shape of every other peer's start")]
pub(super) fn start(world: &World<'_>) -> io::Result<Contestant> {
    Ok(Contestant {
        name: DIRECT,
        whole: world.mock,
        streamed: world.mock,
        key: NO_KEY.to_owned(),
        process: None,
    })
}
