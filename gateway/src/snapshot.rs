//! Everything that changes when the configuration changes, built whole and swapped whole.

use crate::accept::Countries;
use crate::chains::Chains;
use crate::dispatch::{Backends, Upstreams};
use crate::guard::Guards;
use crate::hub::Hub;
use crate::identify::Methods;
use crate::metrics::{CallTable, Metrics};
use crate::provenance::Provenance;
use crate::tasks::Tasks;
use http::HeaderValue;
use sluice_config::words::Clock;
use sluice_config::{Bounds, Config, Policy, Problems};
use std::sync::Arc;

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
    /// The Hub, if the file links it.
    pub(crate) hub: Option<Arc<Hub>>,
    pub(crate) calls: CallTable,
    pub(crate) provenance: Provenance,
    /// What tells where calls come from.
    pub(crate) countries: Countries,
    /// Origins of web pages that may call.
    pub(crate) origins: Vec<HeaderValue>,
}

/// What outlives a snapshot, and is taken over by the next where it is written the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'a> {
    pub(crate) backends: &'a Backends,
    pub(crate) guards: &'a Guards,
    pub(crate) methods: &'a Methods,
    pub(crate) hub: Option<&'a Arc<Hub>>,
    pub(crate) clock: &'a Arc<dyn Clock>,
    pub(crate) metrics: &'a Arc<Metrics>,
}

impl Snapshot {
    /// Builds what the configuration needs, without a node around it: to see whether it can be.
    ///
    /// # Errors
    ///
    /// Every problem that stands in its way.
    pub(crate) fn alone(
        config: Config,
        clock: &Arc<dyn Clock>,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, Problems> {
        let (hasher, tasks) = (config.node.key_secret.clone(), Tasks::default());
        let backends = Backends::new(Arc::clone(clock), Arc::clone(metrics));
        let guards = Guards::none(Arc::clone(clock), Arc::clone(metrics), tasks);
        let methods = Methods::new(hasher, Arc::clone(clock), Arc::clone(metrics));
        let (backends, guards, methods) = (&backends, &guards, &methods);
        Self::assemble(config, Held { backends, guards, methods, hub: None, clock, metrics })
    }

    /// Builds what the configuration needs.
    ///
    /// # Errors
    ///
    /// Every problem that stands in its way; the snapshot in force is not touched.
    pub(crate) fn assemble(config: Config, held: Held<'_>) -> Result<Self, Problems> {
        let Held { backends, guards, methods, hub, clock, metrics } = held;
        let mut problems = config.positions.problems();
        let upstreams = Upstreams::assemble(&config.upstreams, backends, &mut problems);
        let guards = guards.assemble(&config.guards, &mut problems);
        let hub = config
            .hub
            .as_deref()
            .and_then(|spec| Hub::assemble(spec, hub, (clock, metrics), &mut problems));
        let chains = Chains::build(&config.profiles, &guards, &mut problems);
        let calls = CallTable::new(&config.policy);
        let provenance = Provenance::assemble(&config.provenance, &config.policy, &mut problems);
        let origins = config.node.cors.iter().flat_map(|cors| &cors.origins);
        let origins = origins.filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
        let countries = Countries::new(&config.countries);
        let version = HeaderValue::from_str(config.policy.version());
        let version = version.unwrap_or_else(|_| HeaderValue::from_static("unknown"));
        let (policy, bounds) = (config.policy, config.node.bounds);
        let methods =
            methods.assemble(config.identity, hub.as_ref(), policy.version(), &mut problems);
        let snapshot = Self {
            policy,
            version,
            methods,
            bounds,
            chains,
            upstreams,
            guards,
            hub,
            calls,
            provenance,
            countries,
            origins,
        };
        problems.clear(snapshot)
    }
}
