//! The section of the file that says what callers are told of where an answer is from.

use super::leaf::{FilePath, Name, Whole, written};
use super::read::List;
use super::secret::SecretAt;
use super::section::section;
use crate::words::Link;

section! {
    /// What callers are told of where an answer is from.
    Provenance {
        /// Whether answers name the licence of their model, and that a model made them.
        headers: default(bool, true),
        /// Signed receipts of what was shown. Absent: none.
        receipts: optional(Receipts),
    }
}

section! {
    /// Signed receipts of what was shown.
    Receipts {
        /// The private key that signs: Ed25519, PKCS#8 in PEM. Made by `sluice init`.
        key: required(SecretAt),
        /// What receipts call that key. Never give the name of an old key to a new one.
        key_id: required(Name),
        /// Who signs, as receipts say it: a name or a URL of yours.
        issuer: required(Visible),
        /// How long `GET /v1/receipts/{id}` has a receipt.
        keep_ms: default(Whole<1_000, 86_400_000>, 3_600_000),
        /// Public keys that signed earlier: what they signed is still known as yours.
        earlier_keys: default(List<EarlierKey>, Vec::new()),
    }
}

section! {
    /// A public key that signed receipts earlier.
    EarlierKey {
        /// What receipts call it.
        key_id: required(Name),
        /// The public key: Ed25519, in PEM.
        public_key: required(FilePath),
    }
}

/// Bytes of a value that goes into a header or a receipt.
const VISIBLE_BYTES_MAX: usize = 256;

written! {
    /// Text that a header can carry as it stands.
    Visible(String), "text", { "type": "string", "pattern": "^[!-~]([ -~]{0,254}[!-~])?$" },
    |text| {
        let plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let fine = plain && (1..=VISIBLE_BYTES_MAX).contains(&text.len()) && text.trim() == text;
        let what = "expected 1 to 256 signs of visible ASCII, as a header can carry them";
        if fine { Ok(text.into()) } else { Err(what.into()) }
    },
    Clone::clone
}

written! {
    /// Where a text can be read.
    LinkAt(Link), "a url", { "type": "string", "pattern": "^https?://[^\\s<>\"]{1,992}$" },
    |text| {
        let what = "expected a url of at most 1000 bytes that begins with http:// or https://";
        Link::new(text).ok_or_else(|| what.into())
    },
    |link| link.as_str().to_owned()
}
