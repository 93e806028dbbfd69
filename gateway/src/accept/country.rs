//! Which country a call comes from, as far as anything says so that is believed.

use crate::call::HeadParts;
use http::{HeaderMap, HeaderName};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use prefix_trie::PrefixMap;
use sluice_config::words::Country;
use sluice_config::{CountrySource, CountrySpec};
use std::fmt;
use std::net::IpAddr;

/// What tells the country of a call, in order.
#[derive(Default)]
pub(crate) struct Countries {
    from: Vec<CountrySource>,
    header: Option<HeaderName>,
    four: PrefixMap<Ipv4Net, Country>,
    six: PrefixMap<Ipv6Net, Country>,
}

impl fmt::Debug for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Countries").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Countries {
    /// Builds the table.
    pub(crate) fn new(spec: &CountrySpec) -> Self {
        let header = spec.header.as_ref();
        let header = header.and_then(|name| HeaderName::from_bytes(name.as_bytes()).ok());
        let mut countries = Self { from: spec.from.clone(), header, ..Self::default() };
        for (network, country) in &spec.table {
            match network {
                IpNet::V4(network) => drop(countries.four.insert(*network, *country)),
                IpNet::V6(network) => drop(countries.six.insert(*network, *country)),
            }
        }
        countries
    }

    /// The country of a call; `claim` is what its credential says.
    pub(crate) fn of(&self, parts: &HeadParts, claim: Option<Country>) -> Option<Country> {
        self.from.iter().find_map(|source| match source {
            CountrySource::Claim => claim,
            CountrySource::Header if parts.peer.proxied => self.told(&parts.headers),
            CountrySource::Header => None,
            CountrySource::Table => self.at(parts.peer.address),
        })
    }

    /// What a proxy says. Two lines that differ say nothing.
    fn told(&self, headers: &HeaderMap) -> Option<Country> {
        let mut lines = headers.get_all(self.header.as_ref()?).iter();
        let first = lines.next()?;
        let same = lines.all(|line| line == first);
        Country::parse(first.to_str().ok()?.trim()).filter(|_| same)
    }

    /// What the table says: the narrowest network counts.
    fn at(&self, address: IpAddr) -> Option<Country> {
        match address {
            IpAddr::V4(address) => self.four.get_lpm(&address.into()).map(|(_, it)| *it),
            IpAddr::V6(address) => self.six.get_lpm(&address.into()).map(|(_, it)| *it),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Mark, Peer, Route};
    use sluice_config::words::Timestamp;
    use std::time::Duration;

    fn countries(from: &[CountrySource]) -> Countries {
        let entry = |network: &str, country| {
            (network.parse().expect("a network"), Country::parse(country).expect("a country"))
        };
        let table = vec![
            entry("192.0.2.0/24", "DE"),
            entry("192.0.2.128/25", "FR"),
            entry("2001:db8::/32", "JP"),
        ];
        Countries::new(&CountrySpec {
            from: from.into(),
            header: Some("cf-ipcountry".into()),
            table,
        })
    }

    fn call(address: &str, proxied: bool, lines: &[&str]) -> HeadParts {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("cf-ipcountry", line.parse().expect("a header value"));
        }
        let address = address.parse().expect("an address");
        HeadParts {
            route: Route::Models,
            headers,
            peer: Peer { address, proxied, country: None, certificate: None },
            mark: Mark { request_id: "req_1".into(), at: Timestamp(0), began: Duration::ZERO },
            end_user: None,
        }
    }

    #[test]
    fn the_first_that_says_one_counts() {
        use CountrySource::{Claim, Header, Table};
        let of = |from: &[CountrySource], parts: &HeadParts, claim| {
            countries(from).of(parts, Country::parse(claim)).map(|it| it.to_string())
        };
        let behind = call("192.0.2.200", true, &["us"]);
        assert_eq!(of(&[Claim, Header, Table], &behind, "GB").as_deref(), Some("GB"));
        assert_eq!(of(&[Claim, Header, Table], &behind, "").as_deref(), Some("US"));
        assert_eq!(of(&[Table, Header], &behind, "GB").as_deref(), Some("FR"), "the narrowest");
        let direct = call("192.0.2.1", false, &["us"]);
        assert_eq!(of(&[Header, Table], &direct, "").as_deref(), Some("DE"), "nobody trusted");
        assert_eq!(of(&[Header], &direct, ""), None);
        let unclear = call("198.51.100.1", true, &["us", "de"]);
        assert_eq!(of(&[Header, Table], &unclear, ""), None);
        let six = call("2001:db8::1", false, &[]);
        assert_eq!(of(&[Table], &six, "").as_deref(), Some("JP"));
    }
}
