//! The file as written. Shape only; meaning is [`crate::compile`]'s.
//!
//! Each section is one table (see `section`) that makes its type, its reader and its schema.
//! Readers note what is wrong and go on, so that one look at a file finds every fault.

mod access;
mod bounds;
mod date;
mod environment;
mod filter;
mod guard;
mod hint;
mod hub;
mod identity;
mod jurisdiction;
mod leaf;
mod licences;
mod net;
mod node;
mod parse;
mod passes;
mod policy;
mod problem;
mod provenance;
mod read;
mod scalar;
mod secret;
mod section;
mod table;
mod terms;
mod tree;
mod upstream;
mod word;

use access::Access;
pub(crate) use access::{AccessField, AccessFieldKind};
pub(crate) use bounds::Bounds;
pub use environment::{Environment, Found, Given, Process};
pub(crate) use filter::{Filter, Profile};
pub(crate) use guard::Guard;
pub(crate) use hint::near;
pub(crate) use hub::Hub;
pub(crate) use identity::{CertificateRule, Identity, Issuer, Naming, TokenRule, Values, Wanted};
pub(crate) use jurisdiction::{CountryAt, Jurisdiction, JurisdictionRule};
pub(crate) use leaf::{FilePath, Line, NAME_RULE, Name, Whole, is_name};
use licences::Licensee;
pub(crate) use licences::{AppliesTo, Inherit, LicenceAt, MauAt};
pub(crate) use node::{Cors, Decisions, Drain, Kill, Listener, Log, Ops, Store, Tls};
pub(crate) use parse::{FILE_BYTES_MAX, parse};
pub(crate) use passes::NONE;
pub(crate) use policy::{Caps, Interval, Limit, Model, Tier};
pub use problem::{Positions, Problem, Problems};
use provenance::Provenance;
pub(crate) use provenance::Receipts;
pub(crate) use read::{At, List, Named, Read};
pub(crate) use secret::SecretAt;
use section::section;
pub(crate) use table::{Granted, Moved, Row, Table, Who};
pub(crate) use terms::{Region, Terms};
pub(crate) use tree::Mark;
pub(crate) use upstream::{Backend, Upstream};
pub(crate) use word::{Answer, Consequence, StoreKind, UnknownFields};

section! {
    /// The configuration of Sluice: one file for the whole of it. Paths in it are relative to it.
    File {
        /// Where records and usage are kept.
        store: default(Store, Store::default()),
        /// The secret that keys are hashed with, at least 32 bytes. Made by `sluice init`.
        key_secret: required(SecretAt),
        /// Where callers connect.
        listeners: required(List<Listener>),
        /// Where health and metrics are served.
        ops: default(Ops, Ops::default()),
        /// The bounds of a connection and a call.
        bounds: default(Bounds, Bounds::default()),
        /// How callers are known, beside API keys.
        identity: default(Identity, Identity::default()),
        /// Which web pages may call. Absent: none.
        cors: optional(Cors),
        /// What the node writes down.
        log: default(Log, Log::default()),
        /// Where decisions are noted, to be taken again by `sluice simulate`. Absent: nowhere.
        decisions: optional(Decisions),
        /// How the node ends.
        drain: default(Drain, Drain::default()),
        /// How calls are stopped at once.
        kill: default(Kill, Kill::default()),
        /// Rungs of capacity and safeguards, by name.
        tiers: required(Named<Tier>),
        /// Models, by the name callers use.
        models: required(Named<Model>),
        /// Names that mean the first of several models that the caller may use.
        aliases: default(Named<List<Name>>, Named::default()),
        /// Who hosts them. Absent: not said.
        licensee: optional(Licensee),
        /// Licences, by id: texts to accept, and terms of your own.
        licences: default(Named<LicenceAt>, Named::default()),
        /// Sets of equal backends, by name.
        upstreams: required(Named<Upstream>),
        /// Filter profiles, by name.
        filters: default(Named<Profile>, Named::default()),
        /// Remote classifiers, by name.
        guards: default(Named<Guard>, Named::default()),
        /// What depends on where a caller is.
        jurisdiction: default(Jurisdiction, Jurisdiction::default()),
        /// What callers may do about their access themselves.
        access: default(Access, Access::default()),
        /// What callers are told of where an answer is from.
        provenance: default(Provenance, Provenance::default()),
        /// The Hugging Face Hub, and which of its repos count for which models. Absent: none.
        hub: optional(Hub),
    }
}

/// The schema of the file, for editors and checks.
pub(crate) fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<File>();
    schema.insert("title".into(), "Sluice configuration".into());
    schema.to_value()
}
