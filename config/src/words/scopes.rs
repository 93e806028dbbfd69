//! What a credential is good for.

use super::{ModelId, Operation};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What a credential is good for. What is not said is not bounded.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scopes {
    /// The models, by canonical name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<ModelId>>,
    /// What may be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<Vec<Operation>>,
    /// Where calls may come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<Vec<IpNet>>,
}

impl Scopes {
    /// Whether calls may come from `address`; one that is not known is nowhere.
    pub fn admits(&self, address: Option<IpAddr>) -> bool {
        self.addresses.as_ref().is_none_or(|nets| {
            address.is_some_and(|address| nets.iter().any(|net| net.contains(&address)))
        })
    }

    /// Whether the model is in it.
    pub fn names(&self, model: &ModelId) -> bool {
        self.models.as_ref().is_none_or(|models| models.contains(model))
    }

    /// Whether the operation is in it.
    pub fn offers(&self, operation: Operation) -> bool {
        self.operations.as_ref().is_none_or(|operations| operations.contains(&operation))
    }
}
