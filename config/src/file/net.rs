//! Addresses as written: sockets, networks, urls, origins.

use super::leaf::written;
use crate::spec::BackendUrl;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

written! {
    /// An address and a port.
    Address(SocketAddr), "an address and a port",
    { "type": "string", "pattern": "^.+:[0-9]{1,5}$", "examples": ["127.0.0.1:8080", "[::]:8443"] },
    |text| text.parse().map_err(|_| {
        "expected an IP address and a port, for example \"127.0.0.1:8080\"".into()
    }),
    ToString::to_string
}

written! {
    /// A network.
    Network(IpNet), "a network",
    { "type": "string", "examples": ["10.0.0.0/8", "192.0.2.7"] },
    network,
    |network| network.trunc().to_string()
}

written! {
    /// Where a backend is.
    Url(BackendUrl), "a url",
    { "type": "string", "pattern": "^https?://[^?#@ ]+$", "examples": ["http://127.0.0.1:8000"] },
    url,
    ToString::to_string
}

written! {
    /// Where an issuer is, to the letter.
    Place(String), "a url",
    { "type": "string", "pattern": "^https?://[^#@ ]+$", "examples": ["https://login.example"] },
    place,
    Clone::clone
}

written! {
    /// The origin of a web page.
    Origin(String), "an origin",
    { "type": "string", "pattern": "^https?://[^/?#@ *]+$", "examples": ["https://app.example"] },
    origin,
    Clone::clone
}

fn network(text: &str) -> Result<IpNet, String> {
    let read = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    match read {
        Ok(network) if network.addr() == network.network() => Ok(network),
        Ok(network) => Err(format!("an address inside a network; write `{}`", network.trunc())),
        Err(_) => Err("expected a network, for example 10.0.0.0/8".into()),
    }
}

fn url(text: &str) -> Result<BackendUrl, String> {
    let (https, rest) = split_scheme(text)?;
    if rest.contains('@') {
        return Err("no password in a url; use `credential: { env: NAME }`".into());
    }
    if rest.contains(['?', '#']) {
        return Err("a backend url has no query and no fragment; leave it out".into());
    }
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
        None => (rest, ""),
    };
    let (host, port) = authority_parts(authority)?;
    let port = port.unwrap_or(if https { 443 } else { 80 });
    let prefix = path.trim_end_matches('/');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let dots = prefix.split('/').any(|part| part == ".." || part == ".");
    if !prefix.bytes().all(plain) || prefix.contains("//") || dots {
        return Err("the path of a backend url may hold letters, digits and `/ - . _ ~`".into());
    }
    if prefix == "/v1" || prefix.ends_with("/v1") {
        return Err("leave `/v1` out of a backend url; it is added".into());
    }
    Ok(BackendUrl { https, host, port, prefix: prefix.into() })
}

/// A url that is fetched: in secret, or on this machine.
fn place(text: &str) -> Result<String, String> {
    let (https, rest) = split_scheme(text)?;
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"@#\\\"<>^`{|}".contains(&byte);
    if text.len() > 1024 || !rest.bytes().all(plain) {
        return Err("expected a url without a user, a fragment or spaces".into());
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, _) = authority_parts(rest.get(..end).unwrap_or_default())?;
    let local = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    if https || local {
        return Ok(text.into());
    }
    Err("expected https; plain http is for this machine only".into())
}

fn split_scheme(text: &str) -> Result<(bool, &str), String> {
    let lower = text.to_ascii_lowercase();
    let (https, scheme) = if lower.starts_with("https://") {
        (true, "https://")
    } else if lower.starts_with("http://") {
        (false, "http://")
    } else {
        return Err("expected a url that begins with http:// or https://".into());
    };
    Ok((https, text.get(scheme.len()..).unwrap_or_default()))
}

/// Host, in lower case and without brackets, and port, if one is written.
fn authority_parts(authority: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, tail) = rest.split_once(']').ok_or("`]` is missing in the url")?;
        host.parse::<Ipv6Addr>().map_err(|_| "expected an IPv6 address between `[` and `]`")?;
        (host, tail)
    } else {
        let at = authority.find(':').unwrap_or(authority.len());
        let (host, tail) = authority.split_at_checked(at).unwrap_or((authority, ""));
        let label = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if host.is_empty() || host.len() > 253 || !host.bytes().all(label) {
            return Err("expected a host name or an address in the url".into());
        }
        (host, tail)
    };
    let port = match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let port = digits.parse().ok().filter(|port| *port > 0);
            Some(port.ok_or("expected a port from 1 to 65535 in the url")?)
        }
        None if port.is_empty() => None,
        _ => return Err("expected a port from 1 to 65535 in the url".into()),
    };
    Ok((host.to_ascii_lowercase(), port))
}

fn origin(text: &str) -> Result<String, String> {
    if text == "*" {
        return Err("name the origins one by one; `*` would let any web page call".into());
    }
    let (https, authority) = split_scheme(text)?;
    if authority.contains('/') {
        return Err("an origin has no path; end after the host or port".into());
    }
    let (host, port) = authority_parts(authority)?;
    // Written as browsers send it: the scheme's own port left out.
    let own = if https { 443 } else { 80 };
    let url = BackendUrl { https, host, port: port.unwrap_or(own), prefix: String::new() };
    Ok(url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_or_refused() {
        for (text, shown) in [
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
            ("HTTPS://Host.Example:443/", "https://host.example"),
            ("http://[::1]:80/a/b/", "http://[::1]/a/b"),
        ] {
            assert_eq!(url(text).map(|url| url.to_string()), Ok(shown.into()));
        }
        for text in [
            "host:80",
            "ftp://x",
            "http://",
            "http://u:p@h",
            "http://h?q",
            "http://h:0",
            "http://h:x",
            "http://h:99999",
            "http://[::1",
            "http://[x]",
            "http://h/a/../b",
            "http://h/v1",
            "http://h i",
            "http://h/%2e",
            "http://h:+1",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn origins_are_written_as_browsers_send_them() {
        assert_eq!(origin("https://App.example:443"), Ok("https://app.example".into()));
        assert_eq!(origin("http://localhost:3000"), Ok("http://localhost:3000".into()));
        assert!(origin("*").is_err() && origin("https://a/").is_err());
    }

    #[test]
    fn a_network_is_written_as_one() {
        assert!(network("10.0.0.0/8").is_ok() && network("192.0.2.7").is_ok());
        assert!(network("10.1.0.0/8").is_err() && network("10.0.0.0/33").is_err());
    }
}
