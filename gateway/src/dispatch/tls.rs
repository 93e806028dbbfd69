//! How backends are trusted: the system's roots, or a CA of their own.

use super::wire::Secure;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use sluice_config::{BackendSpec, Problems};
use std::path::Path;
use std::sync::Arc;

/// What is needed to speak to a backend in secret; `Some(None)` where it is spoken to plainly,
/// `None` where a problem was noted.
pub(super) fn secure(
    spec: &BackendSpec,
    path: &str,
    problems: &mut Problems,
) -> Option<Option<Secure>> {
    if !spec.url.https {
        return Some(None);
    }
    let name = match ServerName::try_from(spec.url.host.clone()) {
        Ok(name) => name,
        Err(error) => {
            problems.note(
                &format!("{path}.url"),
                format!("not a name a certificate can have: {error}"),
            );
            return None;
        }
    };
    let config = match &spec.ca {
        Some(file) => own(file),
        None => ClientConfig::with_platform_verifier().map_err(|error| error.to_string()),
    };
    match config {
        Ok(config) => Some(Some(Secure { config: Arc::new(config), name })),
        Err(what) => {
            problems.note(&format!("{path}.ca"), what);
            None
        }
    }
}

fn own(file: &Path) -> Result<ClientConfig, String> {
    let shown = file.display();
    let certificates = CertificateDer::pem_file_iter(file)
        .map_err(|error| format!("cannot read the CA file {shown}: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        let certificate = certificate.map_err(|error| format!("{shown} is not PEM: {error}"))?;
        roots.add(certificate).map_err(|error| format!("{shown} holds no CA: {error}"))?;
    }
    if roots.is_empty() {
        return Err(format!("{shown} holds no certificate"));
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}
