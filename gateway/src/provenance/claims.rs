//! What a receipt says.

use serde::{Deserialize, Serialize};
use sluice_stream::Shown;
use std::fmt::Write as _;

/// What a receipt says. It holds nothing that was said, only hashes of what was shown.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claims {
    /// Who signs.
    pub(crate) iss: String,
    /// The request id of the answer.
    pub(crate) jti: String,
    /// When it was signed, in seconds.
    pub(crate) iat: u64,
    /// The model, by the name the caller used.
    pub(crate) model: String,
    /// The weights behind it.
    pub(crate) revision: String,
    /// The licence they are under.
    pub(crate) licence: String,
    /// What was shown of each choice, in the order of their index.
    pub(crate) choices: Vec<Choice>,
}

/// What was shown of one choice.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    pub(crate) index: u32,
    /// The SHA-256 of its content, in hex digits.
    pub(crate) sha256: String,
    /// How it ended, as its `finish_reason`.
    pub(crate) finish: String,
}

impl Choice {
    pub(super) fn of(shown: &Shown) -> Self {
        let finish = shown.finish.as_str().to_owned();
        Self { index: shown.index, sha256: hex(&shown.sha256), finish }
    }
}

/// Bytes as hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        let _written = write!(digits, "{byte:02x}").is_ok();
    }
    digits
}
