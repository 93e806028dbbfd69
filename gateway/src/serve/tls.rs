//! Certificates, ours and those we ask for, that can be replaced while connections last.

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use sluice_config::{ClientCertificates, ClientsSpec, TlsFiles};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// The certificate of a listener, and whose certificates it asks for, read from their files again
/// on every reload.
#[derive(Debug)]
pub(super) struct Certificates {
    files: TlsFiles,
    current: ArcSwap<ServerConfig>,
}

impl Certificates {
    /// Reads the files.
    pub(super) fn load(files: TlsFiles) -> Result<Arc<Self>, String> {
        let current = ArcSwap::new(config(&files)?);
        Ok(Arc::new(Self { files, current }))
    }

    /// Reads the files again; what cannot be used leaves what there was in use.
    ///
    /// What it has is new as a whole, so no session is resumed that was begun before: a certificate
    /// that was revoked since is looked at again.
    pub(super) fn reload(&self) -> Result<(), String> {
        self.current.store(config(&self.files)?);
        Ok(())
    }

    /// Accepts a connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }
}

/// TLS 1.2 and 1.3; HTTP/2 or 1.1, as the client prefers.
fn config(files: &TlsFiles) -> Result<Arc<ServerConfig>, String> {
    let builder = ServerConfig::builder();
    let builder = match &files.clients {
        None => builder.with_no_client_auth(),
        Some(clients) => builder.with_client_cert_verifier(verifier(clients)?),
    };
    let (chain_file, key_file) = (files.certificate.display(), files.key.display());
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| format!("cannot read the key {key_file}: {error}"))?;
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| format!("{chain_file} and {key_file} cannot be used: {error}"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Lets in whose certificate one of the authorities has signed, and none of the lists names. With
/// lists, what no list speaks of is as good as revoked, and so is what an old list says.
fn verifier(clients: &ClientsSpec) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    for file in &clients.ca {
        for certificate in certificates(file)? {
            let added = roots.add(certificate);
            added.map_err(|error| format!("{} holds no CA: {error}", file.display()))?;
        }
    }
    let mut crls = Vec::new();
    for file in &clients.crls {
        crls.extend(all(CertificateRevocationListDer::pem_file_iter(file), "a CRL", file)?);
    }
    let builder = WebPkiClientVerifier::builder(Arc::new(roots));
    let builder = builder.with_crls(crls).enforce_revocation_expiration();
    let builder = match clients.certificates {
        ClientCertificates::Required => builder,
        ClientCertificates::Optional => builder.allow_unauthenticated(),
    };
    builder.build().map_err(|error| format!("certificates of callers cannot be checked: {error}"))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    all(CertificateDer::pem_file_iter(file), "a certificate", file)
}

/// Every item of a PEM file; at least one.
fn all<T, E: Display>(
    items: Result<impl Iterator<Item = Result<T, E>>, E>,
    what: &str,
    file: &Path,
) -> Result<Vec<T>, String> {
    let items = items.and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let file = file.display();
    let items = items.map_err(|error| format!("{file} cannot be read as {what}: {error}"))?;
    if items.is_empty() { Err(format!("{file} holds nothing that is {what}")) } else { Ok(items) }
}
