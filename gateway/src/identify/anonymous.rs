//! Callers that show no credential, where the file lets them in: each address is one.

use super::carried::network;
use super::salt::Salt;
use super::{Arrival, Carried, Method, Proving, Unproven};
use sluice_config::words::{CredentialId, KeyDigest, PrincipalId, TierId};
use sluice_store::Claimed;
use std::net::{IpAddr, Ipv6Addr};

#[derive(Debug)]
pub(super) struct Anonymous {
    pub(super) tier: Option<TierId>,
    pub(super) salt: Salt,
}

impl Anonymous {
    fn claimed(&self, network: &[u8]) -> Option<Claimed> {
        let octets: [u8; 16] = network.try_into().ok()?;
        Some(Claimed {
            principal: PrincipalId::new(&name(Ipv6Addr::from(octets).to_canonical())),
            tier: self.tier.clone()?,
            project: None,
            organisation: None,
            credential: CredentialId::new("anonymous"),
            expires: None,
            country: None,
            grants: Vec::new(),
        })
    }
}

impl Method for Anonymous {
    fn find<'c>(&self, carried: &'c Carried<'_>) -> Option<&'c [u8]> {
        self.tier.as_ref().map(|_| carried.network.as_slice())
    }

    fn digest(&self, credential: &[u8]) -> Option<KeyDigest> {
        Some(self.salt.digest("anonymous", credential))
    }

    fn prove<'a>(&'a self, credential: &'a [u8], _: Arrival<'a>) -> Option<Proving<'a>> {
        let claimed = self.claimed(credential).ok_or(Unproven::Failed("no credential"));
        Some(Box::pin(std::future::ready(claimed)))
    }
}

/// `anonymous:192.0.2.7`, `anonymous:2001:db8::/64`.
fn name(address: IpAddr) -> String {
    match network(address) {
        IpAddr::V4(v4) => format!("anonymous:{v4}"),
        IpAddr::V6(v6) => format!("anonymous:{v6}/64"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_principal_and_so_is_a_network_of_ipv6() {
        for (address, expected) in [
            ("192.0.2.7", "anonymous:192.0.2.7"),
            ("2001:db8:0:1::7", "anonymous:2001:db8:0:1::/64"),
            ("2001:db8:0:1:2:3:4:5", "anonymous:2001:db8:0:1::/64"),
        ] {
            let name = name(address.parse().expect("an address"));
            assert_eq!(name, expected);
            assert!(PrincipalId::parse(&name).is_some_and(|id| id.is_given()));
        }
    }
}
