//! Certificates of our own, and forwarders that put TLS on a connection or take it off.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// The name every certificate here is for, beside the address of this machine.
pub const NAME: &str = "sluice.test";

/// Somebody who signs certificates.
#[derive(Debug)]
pub struct Authority {
    /// Its own certificate.
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// Whom a certificate is for that a caller shows.
#[derive(Clone, Debug)]
pub struct Holder<'a> {
    /// The common name of its subject.
    pub common_name: &'a str,
    /// The URI it is for, if any.
    pub uri: Option<&'a str>,
    /// The host it is for, if any.
    pub dns: Option<&'a str>,
    /// Its serial number.
    pub serial: u64,
    /// The year it is over with; it begins twenty years before.
    pub until: i32,
}

impl Default for Holder<'_> {
    fn default() -> Self {
        Self { common_name: "holder", uri: None, dns: None, serial: 1, until: 2040 }
    }
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The chain.
    pub certificate: String,
    /// The key.
    pub key: String,
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, "an authority of tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for [`NAME`] and for this machine.
    pub fn issues(&self) -> Identity {
        let names = vec![NAME.to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name.push(DnType::CommonName, NAME);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        Identity { certificate, key: key.serialize_pem() }
    }
}

impl Authority {
    /// A certificate that a caller shows.
    pub fn issues_to(&self, holder: &Holder<'_>) -> Identity {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, holder.common_name);
        let name = |text: &str| text.to_owned().try_into().expect("plain text");
        params.subject_alt_names.extend(holder.uri.map(|uri| SanType::URI(name(uri))));
        params.subject_alt_names.extend(holder.dns.map(|dns| SanType::DnsName(name(dns))));
        params.serial_number = Some(SerialNumber::from(holder.serial));
        params.not_before = date_time_ymd(holder.until - 20, 1, 1);
        params.not_after = date_time_ymd(holder.until, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        Identity { certificate, key: key.serialize_pem() }
    }

    /// A list of certificates that are revoked, by their serial numbers, which is good for long.
    pub fn revokes(&self, serials: &[u64]) -> String {
        self.revokes_until(serials, 2040)
    }

    /// A list of certificates that are revoked, which is good until a year.
    pub fn revokes_until(&self, serials: &[u64], year: i32) -> String {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(year, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).expect("a list").pem().expect("PEM")
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// An address that takes TLS off what comes and passes it on to `to`.
pub async fn unwraps(identity: &Identity, to: SocketAddr) -> SocketAddr {
    let chain = CertificateDer::from_pem_slice(identity.certificate.as_bytes()).expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).expect("PEM");
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .expect("a certificate and its key");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    forwards(move |from| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(from) = acceptor.accept(from).await else { return };
            let Ok(to) = TcpStream::connect(to).await else { return };
            joins(from, to).await;
        }
    })
    .await
}

/// An address that puts TLS on what comes and passes it on to `to`, if `to` shows a certificate of
/// this authority.
pub async fn wraps(authority: &str, to: SocketAddr) -> SocketAddr {
    shows(authority, None, to).await
}

/// An address that does as [`wraps`] does, and shows a certificate of the caller if it is asked.
pub async fn shows(authority: &str, identity: Option<&Identity>, to: SocketAddr) -> SocketAddr {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM")).expect("a root");
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(Identity { certificate, key }) => {
            let chain = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM");
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
            builder.with_client_auth_cert(vec![chain], key).expect("a certificate and its key")
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connector = TlsConnector::from(Arc::new(config));
    forwards(move |from| {
        let connector = connector.clone();
        async move {
            let Ok(to) = TcpStream::connect(to).await else { return };
            let name = ServerName::try_from(NAME).expect("a name");
            let Ok(to) = connector.connect(name, to).await else { return };
            joins(from, to).await;
        }
    })
    .await
}

async fn forwards<F, W>(each: F) -> SocketAddr
where
    F: Fn(TcpStream) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = listener.local_addr().expect("a bound address");
    tokio::spawn(async move {
        while let Ok((from, _)) = listener.accept().await {
            tokio::spawn(each(from));
        }
    });
    at
}

async fn joins<A, B>(mut one: A, mut other: B)
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    // However it ends, both ends are gone then.
    drop(copy_bidirectional(&mut one, &mut other).await);
}
