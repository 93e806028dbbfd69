//! Getting the keys of an issuer: from where it says they are, small, soon, and from nowhere else.

use crate::remote::{Connection, Secure};
use crate::timer::{Deadline, within};
use crate::trust;
use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, HOST, USER_AGENT};
use http::uri::Scheme;
use http::{Request, StatusCode, Uri};
use http_body_util::Full;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use sluice_config::words::Clock;
use sluice_config::{IssuerSpec, Problems};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a document.
const DOCUMENT_BYTES_MAX: usize = 64 * 1024;
/// What getting one may take.
const TIME_MAX: Duration = Duration::from_secs(2);
/// Where an issuer says where its keys are (OpenID Connect Discovery 1.0).
const DISCOVERY: &str = "/.well-known/openid-configuration";

const AGENT: &str = concat!("sluice/", env!("CARGO_PKG_VERSION"));

/// Where the keys of an issuer are.
#[derive(Debug)]
pub(super) struct Source {
    /// As its tokens and its discovery document say it.
    issuer: String,
    /// Its keys, or the document that says where they are.
    place: Place,
    /// Whether it is on this machine and speaks in plain.
    plain: bool,
    tls: Option<Arc<ClientConfig>>,
    ca: Option<Vec<u8>>,
}

#[derive(Debug, PartialEq)]
enum Place {
    Keys(Uri),
    Discovery(Uri),
}

/// Why there are no keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Fault {
    /// Nobody answered there, or not in secret as it should be.
    #[error("the issuer cannot be connected to")]
    Connect,
    /// It took too long.
    #[error("the issuer took too long")]
    Timeout,
    /// It said something else than 200; where it would send us is not followed.
    #[error("the issuer answered with status {0}")]
    Status(u16),
    /// The answer broke off, is not HTTP, or is too large.
    #[error("the answer of the issuer is broken or too large")]
    Broken,
    /// It is not what it should be.
    #[error("the issuer sent {0}")]
    Document(&'static str),
}

impl Fault {
    /// The word it is counted by.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Status(_) => "status",
            Self::Broken => "broken",
            Self::Document(_) => "document",
        }
    }
}

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    jwks_uri: String,
}

impl Source {
    /// Where an issuer has its keys; what cannot be is noted.
    pub(super) fn assemble(spec: &IssuerSpec, problems: &mut Problems) -> Option<Self> {
        let parse = |text: String, field: &str, problems: &mut Problems| {
            let parsed = text.parse::<Uri>().ok().filter(|uri| uri.host().is_some());
            if parsed.is_none() {
                problems.note(&format!("{}.{field}", spec.path), "not a url that can be fetched");
            }
            parsed
        };
        let discovery = format!("{}{DISCOVERY}", spec.issuer.trim_end_matches('/'));
        let discovery = parse(discovery, "issuer", problems)?;
        let plain = discovery.scheme() == Some(&Scheme::HTTP);
        let place = match &spec.jwks_url {
            None => Place::Discovery(discovery),
            Some(url) => Place::Keys(parse(url.clone(), "jwks_url", problems)?),
        };
        let (tls, ca) = match trust::client(spec.ca.as_deref()) {
            Ok((config, ca)) => (Some(Arc::new(config)), ca),
            // Without TLS there is nobody to trust.
            Err(_) if plain && spec.ca.is_none() => (None, None),
            Err(what) => {
                problems.note(&format!("{}.ca", spec.path), what);
                return None;
            }
        };
        Some(Self { issuer: spec.issuer.clone(), place, plain, tls, ca })
    }

    /// Whether keys would be got from there in the same way.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.issuer == other.issuer && self.place == other.place && self.ca == other.ca
    }

    /// Gets the set of keys, unread.
    pub(super) async fn keys(&self, clock: &Arc<dyn Clock>) -> Result<Bytes, Fault> {
        let discovery = match &self.place {
            Place::Keys(uri) => return self.get(uri, clock).await,
            Place::Discovery(uri) => uri,
        };
        let document = self.get(discovery, clock).await?;
        let found: Discovered = serde_json::from_slice(&document)
            .map_err(|_| Fault::Document("no discovery document"))?;
        if found.issuer != self.issuer {
            return Err(Fault::Document("the discovery document of another issuer"));
        }
        let uri = found.jwks_uri.parse().map_err(|_| Fault::Document("no url for its keys"))?;
        if !self.allows(&uri) {
            return Err(Fault::Document("a url for its keys that is not https"));
        }
        self.get(&uri, clock).await
    }

    /// Whether keys may come from there: in secret; in plain only where the issuer itself is on
    /// this machine and speaks so.
    fn allows(&self, uri: &Uri) -> bool {
        let own = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        let https = uri.scheme() == Some(&Scheme::HTTPS);
        let http = uri.scheme() == Some(&Scheme::HTTP);
        own && (https || (self.plain && http && uri.host().is_some_and(is_local)))
    }

    async fn get(&self, uri: &Uri, clock: &Arc<dyn Clock>) -> Result<Bytes, Fault> {
        let deadline = Deadline::new(clock, clock.steady(), TIME_MAX);
        within(&deadline, self.whole(uri)).await.unwrap_or(Err(Fault::Timeout))
    }

    async fn whole(&self, uri: &Uri) -> Result<Bytes, Fault> {
        let host = uri.host().ok_or(Fault::Connect)?;
        let https = uri.scheme() == Some(&Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let secure = if https { Some(self.secure(host)?) } else { None };
        let opened = Connection::open(host, port, secure.as_ref()).await;
        let connection = opened.map_err(|_| Fault::Connect)?;
        let answer = connection.exchange(request(uri)?, DOCUMENT_BYTES_MAX).await;
        let answer = answer.map_err(|_| Fault::Broken)?;
        match answer.head.status {
            StatusCode::OK => Ok(answer.body),
            status => Err(Fault::Status(status.as_u16())),
        }
    }

    fn secure(&self, host: &str) -> Result<Secure, Fault> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Fault::Connect)?;
        let config = Arc::clone(self.tls.as_ref().ok_or(Fault::Connect)?);
        Ok(Secure { config, name })
    }
}

fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn request(uri: &Uri) -> Result<Request<Full<Bytes>>, Fault> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let request = Request::get(path)
        .header(HOST, authority)
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "application/json")
        .header(ACCEPT_ENCODING, "identity");
    request.body(Full::default()).map_err(|_| Fault::Connect)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(plain: bool) -> Source {
        let place = Place::Discovery(Uri::from_static("https://login.example/"));
        Source { issuer: "https://login.example".into(), place, plain, tls: None, ca: None }
    }

    #[test]
    fn keys_come_in_secret_or_from_this_machine_to_this_machine() {
        for (uri, secret, plain) in [
            ("https://keys.example/a?b=c", true, true),
            ("https://127.0.0.1/a", true, true),
            ("http://127.0.0.1:1/a", false, true),
            ("http://[::1]:1/a", false, true),
            ("http://localhost/a", false, true),
            ("http://10.0.0.1/a", false, false),
            ("http://localhost.example/a", false, false),
            ("https://user@keys.example/a", false, false),
            ("ftp://127.0.0.1/a", false, false),
            ("/a", false, false),
        ] {
            let uri: Uri = uri.parse().expect("a url");
            assert_eq!(source(false).allows(&uri), secret, "{uri}");
            assert_eq!(source(true).allows(&uri), plain, "{uri}");
        }
    }
}
