//! A client certificate that a handshake has proven, and the names in it.

use sluice_config::words::Timestamp;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Names of one kind in a certificate.
const NAMES_MAX: usize = 100;

/// A certificate whose holder has proven to have its key.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// The hash of all of it.
    pub(crate) fingerprint: [u8; 32],
    /// When it is over.
    pub(crate) until: Timestamp,
    uris: Vec<String>,
    dns: Vec<String>,
    common_names: Vec<String>,
}

impl Certificate {
    /// Reads a certificate; `None` if it cannot be read, or has more names than anyone reads.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let seconds = u64::try_from(certificate.validity().not_after.timestamp()).ok()?;
        let (mut uris, mut dns) = (Vec::new(), Vec::new());
        let alternative = certificate.subject_alternative_name().ok()?;
        for name in alternative.iter().flat_map(|found| &found.value.general_names) {
            match name {
                GeneralName::URI(uri) => uris.push((*uri).to_owned()),
                GeneralName::DNSName(name) => dns.push(name.to_ascii_lowercase()),
                _ => {}
            }
        }
        let common = certificate.subject().iter_common_name();
        let common: Result<Vec<_>, _> =
            common.map(|name| name.as_str().map(str::to_owned)).collect();
        let common_names = common.ok()?;
        if [&uris, &dns, &common_names].iter().any(|names| names.len() > NAMES_MAX) {
            return None;
        }
        let fingerprint = *blake3::hash(der).as_bytes();
        let until = Timestamp(seconds.saturating_mul(1000));
        Some(Self { fingerprint, until, uris, dns, common_names })
    }

    /// Its names, by what the file calls their kind.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        let kinds: [(_, &[String]); 3] =
            [("uri", &self.uris), ("dns", &self.dns), ("common_name", &self.common_names)];
        kinds.into_iter()
    }
}
