//! How the country of a call is found out.

use crate::words::Country;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the country of a call is found out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CountrySpec {
    /// What tells it, in order; the first that does counts.
    pub from: Vec<CountrySource>,
    /// The header of a trusted proxy.
    pub header: Option<String>,
    /// Countries by network.
    pub table: Vec<(IpNet, Country)>,
}

/// What tells the country of a call.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CountrySource {
    /// The credential.
    Claim,
    /// A header of a trusted proxy.
    Header,
    /// The address, by a table of the operator.
    Table,
}
