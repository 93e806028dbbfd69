//! Whom we trust: when we connect, the system's roots or a CA of its own that the file names; when
//! others connect, who has shown a certificate.

mod certificate;

pub(crate) use certificate::Certificate;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use std::path::Path;

/// How to speak in secret to whom this CA signs, and the CA as it was read.
///
/// # Errors
///
/// What to put right, in words.
pub(crate) fn client(ca: Option<&Path>) -> Result<(ClientConfig, Option<Vec<u8>>), String> {
    match ca {
        Some(file) => own(file).map(|(config, pem)| (config, Some(pem))),
        None => ClientConfig::with_platform_verifier()
            .map(|config| (config, None))
            .map_err(|error| error.to_string()),
    }
}

/// The name that the certificate of a host must have.
///
/// # Errors
///
/// What to put right, in words.
pub(crate) fn name(host: &str) -> Result<ServerName<'static>, String> {
    let name = ServerName::try_from(host.to_owned());
    name.map_err(|error| format!("not a name a certificate can have: {error}"))
}

fn own(file: &Path) -> Result<(ClientConfig, Vec<u8>), String> {
    let shown = file.display();
    let pem = std::fs::read(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| format!("{shown} is not PEM: {error}"))?;
        roots.add(certificate).map_err(|error| format!("{shown} holds no CA: {error}"))?;
    }
    if roots.is_empty() {
        return Err(format!("{shown} holds no certificate"));
    }
    Ok((ClientConfig::builder().with_root_certificates(roots).with_no_client_auth(), pem))
}
