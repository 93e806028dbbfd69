//! What a call carries to say who makes it: a credential in a header, a certificate, an address.

use crate::call::HeadParts;
use crate::trust::Certificate;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::net::{IpAddr, Ipv6Addr};

static BARE: [HeaderName; 2] =
    [HeaderName::from_static("x-api-key"), HeaderName::from_static("api-key")];

/// What a call carries.
#[derive(Debug)]
pub(crate) struct Carried<'c> {
    /// The credential in its headers, whatever it is.
    pub(super) header: Option<&'c [u8]>,
    /// The certificate its connection was opened with.
    pub(super) certificate: Option<&'c Certificate>,
    /// Where it comes from.
    pub(super) network: [u8; 16],
}

/// Two credentials that differ: whoever reads them in another order would see another caller.
#[derive(Debug)]
pub(super) struct Differing;

impl<'c> Carried<'c> {
    pub(super) fn of(parts: &'c HeadParts) -> Result<Self, Differing> {
        Ok(Self {
            header: header(&parts.headers)?,
            certificate: parts.peer.certificate.as_deref(),
            network: mapped(network(parts.peer.address)).octets(),
        })
    }
}

/// The credential in headers: `Authorization: Bearer`, `x-api-key` or `api-key`.
fn header(headers: &HeaderMap) -> Result<Option<&[u8]>, Differing> {
    let bearer = headers.get_all(AUTHORIZATION).iter().map(|value| bearer(value.as_bytes()));
    let bare = BARE.iter().flat_map(|name| headers.get_all(name)).map(HeaderValue::as_bytes);
    let mut found = None;
    for credential in bearer.chain(bare) {
        if found.replace(credential).is_some_and(|first| first != credential) {
            return Err(Differing);
        }
    }
    Ok(found)
}

/// The token of a bearer line; a line of another scheme is a credential that proves nothing.
fn bearer(line: &[u8]) -> &[u8] {
    match line.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token.trim_ascii(),
        _ => b"",
    }
}

/// Who comes from an address: IPv6 callers choose freely within a /64, so that is what counts.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

fn mapped(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header value"));
        }
        match header(&headers) {
            Ok(None) => "nothing".into(),
            Ok(Some(key)) => String::from_utf8_lossy(key).into_owned(),
            Err(Differing) => "differing".into(),
        }
    }

    #[test]
    fn one_credential_in_any_of_three_headers() {
        assert_eq!(found(&[]), "nothing");
        assert_eq!(found(&[("authorization", "bearer  k")]), "k");
        assert_eq!(found(&[("x-api-key", "k"), ("authorization", "Bearer k")]), "k");
        assert_eq!(found(&[("api-key", "k"), ("x-api-key", "l")]), "differing");
        assert_eq!(
            found(&[("authorization", "Bearer k"), ("authorization", "Bearer l")]),
            "differing"
        );
        assert_eq!(found(&[("authorization", "Basic azo=")]), "");
        assert_eq!(found(&[("cookie", "key=k"), ("x-key", "k")]), "nothing");
    }
}
