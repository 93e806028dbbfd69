//! Who is at the other end: the socket, or whom a trusted proxy in front of us names.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// The address of the caller. `x-forwarded-for` counts only from a trusted proxy, and in it only
/// the last address that is not itself a trusted proxy: what stands before was written by others.
pub(crate) fn address(socket: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_proxy = |address: &IpAddr| is_trusted(*address, trusted);
    let socket = socket.to_canonical();
    if !is_proxy(&socket) {
        return socket;
    }
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let named = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut nearest = socket;
    for name in named {
        // What cannot be read ends the trail: the hop before it is the last we know.
        let Ok(address) = name.trim().parse::<IpAddr>() else { return nearest };
        nearest = address.to_canonical();
        if !is_proxy(&nearest) {
            return nearest;
        }
    }
    nearest
}

/// Whether what a peer says of others is believed.
pub(crate) fn is_trusted(socket: IpAddr, trusted: &[IpNet]) -> bool {
    let socket = socket.to_canonical();
    trusted.iter().any(|net| net.contains(&socket))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(socket: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("a header value"));
        }
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        address(socket.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_names_the_caller() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7, what"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }
}
