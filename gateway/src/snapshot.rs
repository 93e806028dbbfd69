//! Everything that changes when the configuration changes, built whole and swapped whole.

use crate::accept::Countries;
use crate::chains::Chains;
use crate::dispatch::{Backends, Upstreams};
use crate::guard::Guards;
use crate::identify::Methods;
use crate::metrics::CallTable;
use crate::provenance::Provenance;
use http::HeaderValue;
use sluice_config::{Bounds, Config, Policy, Problems};

/// One consistent view of the world. A call keeps the one it began with.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) policy: Policy,
    /// Its version, as answers say it.
    pub(crate) version: HeaderValue,
    pub(crate) methods: Methods,
    pub(crate) bounds: Bounds,
    pub(crate) chains: Chains,
    pub(crate) upstreams: Upstreams,
    pub(crate) guards: Guards,
    pub(crate) calls: CallTable,
    pub(crate) provenance: Provenance,
    /// What tells where calls come from.
    pub(crate) countries: Countries,
    /// Origins of web pages that may call.
    pub(crate) origins: Vec<HeaderValue>,
}

impl Snapshot {
    /// Builds what the configuration needs.
    ///
    /// # Errors
    ///
    /// Every problem that stands in its way; the snapshot in force is not touched.
    pub(crate) fn assemble(
        config: Config,
        backends: &Backends,
        guards: &Guards,
        methods: &Methods,
    ) -> Result<Self, Problems> {
        let mut problems = config.positions.problems();
        let upstreams = Upstreams::assemble(&config.upstreams, backends, &mut problems);
        let guards = guards.assemble(&config.guards, &mut problems);
        let chains = Chains::build(&config.profiles, &guards, &mut problems);
        let calls = CallTable::new(&config.policy);
        let provenance = Provenance::assemble(&config.provenance, &config.policy, &mut problems);
        let origins = config.node.cors.iter().flat_map(|cors| &cors.origins);
        let origins = origins.filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
        let countries = Countries::new(&config.countries);
        let version = HeaderValue::from_str(config.policy.version());
        let version = version.unwrap_or_else(|_| HeaderValue::from_static("unknown"));
        let (policy, bounds) = (config.policy, config.node.bounds);
        let methods = methods.assemble(config.identity, policy.version(), &mut problems);
        let snapshot = Self {
            policy,
            version,
            methods,
            bounds,
            chains,
            upstreams,
            guards,
            calls,
            provenance,
            countries,
            origins,
        };
        problems.clear(snapshot)
    }
}
