//! Makes the key that signs receipts.

use aws_lc_rs::signature::Ed25519KeyPair;
use pem::{EncodeConfig, LineEnding, Pem};

/// A new private key made of these random bytes: Ed25519, PKCS#8 in PEM; `None` if it cannot be.
pub(crate) fn key(random: &[u8; 32]) -> Option<String> {
    let pair = Ed25519KeyPair::from_seed_unchecked(random).ok()?;
    let written = pair.to_pkcs8v1().ok()?;
    Some(pem::encode_config(&Pem::new("PRIVATE KEY", written.as_ref()), lines()))
}

fn lines() -> EncodeConfig {
    EncodeConfig::new().set_line_ending(LineEnding::LF)
}

/// The public half of a private key, in PEM.
#[cfg(test)]
pub(super) fn public(random: &[u8; 32]) -> String {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::KeyPair as _;
    let pair = Ed25519KeyPair::from_seed_unchecked(random).unwrap();
    let written: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    pem::encode_config(&Pem::new("PUBLIC KEY", written.as_ref()), lines())
}
