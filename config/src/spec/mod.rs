//! Plain values beside the policy: the node, its upstreams, its filter profiles.

mod bounds;
mod country;
mod guard;
mod hub;
mod identity;
mod node;
mod provenance;
mod upstream;

pub use bounds::Bounds;
pub use country::{CountrySource, CountrySpec};
pub use guard::{BreakerSpec, CacheSpec, GuardSpec};
pub use hub::{HubSpec, RepoSpec};
pub use identity::{
    ClaimPath, Condition, IdentityRule, IdentitySpec, IssuerSpec, Piece, PrincipalRule, Template,
    TokenAlgorithm, Wanted,
};
pub use node::{
    ClientCertificates, ClientsSpec, Cors, DecisionSpec, Drain, KillSpec, Listener, LogLevel,
    LogSpec, NodeSpec, Plaintext, StoreSpec, TlsFiles,
};
pub use provenance::{EarlierKeySpec, ProvenanceSpec, ReceiptSpec};
pub use upstream::{BackendSpec, BackendUrl, Engine, UpstreamSpec};

use crate::words::{ProfileId, Strategy};

/// A filter profile: filters in order.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileSpec {
    /// Its name.
    pub id: ProfileId,
    /// How much of a streamed answer waits for them.
    pub stream: Strategy,
    /// Its filters, in the order they look.
    pub filters: Vec<FilterSpec>,
}

/// One filter as written; the part called `kind` reads its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterSpec {
    /// Its name in the registry.
    pub kind: String,
    /// Everything written beside `kind`, an object; `*_file` settings are already expanded.
    pub settings: serde_json::Value,
    /// Where it is written, for example `filters.strict[0]`.
    pub path: String,
}
