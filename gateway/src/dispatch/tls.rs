//! How backends are trusted: the system's roots, or a CA of their own.

use super::wire::Secure;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use sluice_config::{BackendSpec, Problems};
use std::path::Path;
use std::sync::Arc;

/// What is needed to speak to a backend in secret, if it is; a problem is noted and is an error.
pub(super) fn secure(
    spec: &BackendSpec,
    path: &str,
    problems: &mut Problems,
) -> Result<Option<Secure>, Noted> {
    if !spec.url.https {
        return Ok(None);
    }
    let name = match ServerName::try_from(spec.url.host.clone()) {
        Ok(name) => name,
        Err(error) => {
            problems.note(
                &format!("{path}.url"),
                format!("not a name a certificate can have: {error}"),
            );
            return Err(Noted);
        }
    };
    let built = match &spec.ca {
        Some(file) => own(file).map(|(config, ca)| (config, Some(ca))),
        None => ClientConfig::with_platform_verifier()
            .map(|config| (config, None))
            .map_err(|error| error.to_string()),
    };
    match built {
        Ok((config, ca)) => Ok(Some(Secure { config: Arc::new(config), name, ca })),
        Err(what) => {
            problems.note(&format!("{path}.ca"), what);
            Err(Noted)
        }
    }
}

/// A problem was noted.
#[derive(Debug)]
pub(super) struct Noted;

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
