//! What callers are told of where an answer is from.

use crate::words::Secret;
use std::time::Duration;

/// What callers are told of where an answer is from.
#[derive(Clone, Debug)]
pub struct ProvenanceSpec {
    /// Whether answers name the licence of their model, and that a model made them.
    pub headers: bool,
    /// Signed receipts; `None` is none.
    pub receipts: Option<ReceiptSpec>,
}

/// Signed receipts of what was shown. The keys are as they stand in their files, not yet read.
#[derive(Clone, Debug)]
pub struct ReceiptSpec {
    /// The private key, in PEM.
    pub key: Secret,
    /// What receipts call it.
    pub key_id: String,
    /// Who signs.
    pub issuer: String,
    /// How long a receipt can be asked for.
    pub keep: Duration,
    /// Keys that signed earlier.
    pub earlier: Vec<EarlierKeySpec>,
}

/// A public key that signed receipts earlier.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EarlierKeySpec {
    /// What receipts call it.
    pub key_id: String,
    /// The key, in PEM.
    pub public_key: Vec<u8>,
    /// Where it is written, for example `provenance.receipts.earlier_keys[0].public_key`.
    pub path: String,
}
