//! The words of graduated access and the policy written in them.
//!
//! Nothing here waits, listens or keeps: text comes in, a [`Policy`] comes out, and
//! [`decide::entitle`] answers who may use what. Every other crate may import this one; this one
//! imports none of them.

pub mod access;
mod compile;
pub mod decide;
pub mod explain;
mod file;
pub mod jurisdiction;
pub mod kill;
pub mod ladder;
mod load;
pub mod policy;
pub mod simulate;
mod spec;
pub mod table;
pub mod words;
mod world;

pub use compile::Config;
pub use file::{Environment, Found, Given, Positions, Problem, Problems, Process};
pub use load::{load, load_policy, read, read_policy};
pub use policy::Policy;
pub use spec::{
    BackendSpec, BackendUrl, Bounds, BreakerSpec, CacheSpec, ClaimPath, ClientCertificates,
    ClientsSpec, Condition, Cors, CountrySource, CountrySpec, DecisionSpec, Drain, EarlierKeySpec,
    Engine, FilterSpec, GuardSpec, HubSpec, IdentityRule, IdentitySpec, IssuerSpec, KillSpec,
    Listener, LogLevel, LogSpec, NodeSpec, Piece, Plaintext, PrincipalRule, ProfileSpec,
    ProvenanceSpec, ReceiptSpec, RepoSpec, StoreSpec, Template, TlsFiles, TokenAlgorithm,
    UpstreamSpec, Wanted,
};
pub use world::{EndUser, World};

/// The JSON Schema of the file, for editors and checks.
pub fn schema() -> serde_json::Value {
    file::schema()
}

/// The terms of the licences that come with the program, as a table in Markdown, for the book.
pub fn licence_table() -> String {
    compile::licence_table()
}
