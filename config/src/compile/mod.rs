//! From the file as written to what it means. Finds every problem, not just the first.

mod access;
mod fallbacks;
mod filters;
mod guards;
mod hub;
mod identity;
mod jurisdiction;
mod ladders;
mod licences;
mod limits;
mod listeners;
mod models;
mod names;
mod node;
mod outside;
mod provenance;
mod templates;
mod tiers;
mod upstreams;
mod version;

use crate::file::{Environment, File};
use crate::spec::{
    CountrySpec, GuardSpec, HubSpec, IdentitySpec, NodeSpec, ProfileSpec, ProvenanceSpec,
    UpstreamSpec,
};
use crate::{Policy, Positions, Problem, Problems};
use licences::Licences;
pub(crate) use licences::table as licence_table;
pub(crate) use outside::Outside;

/// A file that compiled without a problem.
#[derive(Debug)]
pub struct Config {
    /// Who may use what.
    pub policy: Policy,
    /// How this node runs.
    pub node: NodeSpec,
    /// Where models are served.
    pub upstreams: Vec<UpstreamSpec>,
    /// The filter profiles, their filters not yet read.
    pub profiles: Vec<ProfileSpec>,
    /// The guards, their options not yet read.
    pub guards: Vec<GuardSpec>,
    /// How callers are known, beside API keys.
    pub identity: IdentitySpec,
    /// What callers are told of where an answer is from, its keys not yet read.
    pub provenance: ProvenanceSpec,
    /// How the country of a call is found out.
    pub countries: CountrySpec,
    /// The Hugging Face Hub, if it is linked.
    pub hub: Option<Box<HubSpec>>,
    /// Where in the file each path is, for problems that parts find later.
    pub positions: Positions,
    /// What is worth knowing and keeps no file from being used, by position.
    pub warnings: Vec<Problem>,
}

/// Compiles a file. Goes on whatever it finds; `None` only if problems were noted.
pub(crate) fn compile(
    file: &File,
    environment: &dyn Environment,
    positions: Positions,
    problems: &mut Problems,
) -> Option<Config> {
    let outside = Outside::new(positions.file(), environment);
    let upstreams = upstreams::compile(file, &outside, problems);
    let profiles = filters::compile(file, &outside, problems);
    let guards = guards::compile(file, &outside, problems);
    let licences = licences::compile(file, &outside, problems);
    let policy = policy_of(file, (&profiles, &guards), &licences, problems);
    let provenance = provenance::compile(file, &outside, problems);
    let hub = hub::compile(file, &outside, problems).map(Box::new);
    let identity = identity::compile(file, &outside, problems);
    let countries = jurisdiction::countries_of(file, &outside, problems);
    let node = node::compile(file, &outside, problems)?;
    let warnings = problems.warnings();
    let config = Config {
        policy,
        node,
        upstreams,
        profiles,
        guards,
        identity,
        provenance,
        countries,
        hub,
        positions,
        warnings,
    };
    problems.is_empty().then_some(config)
}

/// Compiles who may use what: the part of a file that needs nothing from outside it but licences.
pub(crate) fn policy_of(
    file: &File,
    (profiles, guards): (&[ProfileSpec], &[GuardSpec]),
    licences: &Licences,
    problems: &mut Problems,
) -> Policy {
    names::check(file, problems);
    let tiers = tiers::compile(file, problems);
    let (models, names) = models::compile(file, licences, problems);
    let jurisdiction = jurisdiction::compile(file, problems);
    let access = Box::new(access::compile(file, problems));
    let version = version::of(file, (profiles, guards), &models);
    let licences = licences.policy();
    Policy { version, tiers, models, names, licences, jurisdiction, access }
}

/// [`policy_of`], with nothing read but the file and the licences that it names.
pub(crate) fn policy_alone(file: &File, outside: &Outside<'_>, problems: &mut Problems) -> Policy {
    let licences = licences::compile(file, outside, problems);
    policy_of(file, (&[], &[]), &licences, problems)
}
