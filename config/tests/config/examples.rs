//! Every example compiles, with secrets made up.

use sluice_config::{Config, Given, read};
use std::path::Path;

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n";

/// What the examples say of licences of their own.
const LICENCES: [&str; 4] = [
    "licences/meridian-research.yaml",
    "licences/meridian-research.txt",
    "licences/atlas-service.yaml",
    "licences/atlas-service.txt",
];

fn example(name: &str) -> Config {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let around = Given::default()
        .variable("SLUICE_KEY_SECRET", &"k".repeat(44))
        .variable("RESEARCH_KEY", "research")
        .variable("PRODUCTION_KEY", "production")
        .file("sluice.key", "k".repeat(44) + "\n")
        .file("ca.pem", CERTIFICATE)
        .file("words.txt", "forbidden word\n")
        .file("/etc/sluice/tls/chain.pem", CERTIFICATE)
        .file("/etc/sluice/tls/key.pem", KEY);
    let written = |around: Given, name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        around.file(name, text)
    };
    let around = LICENCES.into_iter().fold(around, written);
    let config = read(&text, Path::new(name), &around);
    let config = config.unwrap_or_else(|problems| panic!("{problems}"));
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    config
}

#[test]
fn minimal() {
    let config = example("minimal.yaml");
    assert_eq!(config.node.ops.to_string(), "127.0.0.1:9090");
    assert_eq!(config.node.bounds, sluice_config::Bounds::default());
    assert!(config.node.cors.is_none() && config.profiles.is_empty());
}

#[test]
fn lab_staged_release() {
    let config = example("lab-staged-release.yaml");
    assert_eq!(config.policy.models().len(), 5);
    let backends = config.upstreams.iter().flat_map(|upstream| &upstream.backends);
    assert_eq!(backends.filter(|backend| backend.url.https).count(), 2);
}

#[test]
fn operator_tiers() {
    let config = example("operator-tiers.yaml");
    assert!(config.node.listeners.iter().any(|listener| listener.tls.is_some()));
    let urls: Vec<_> = config.upstreams.iter().flat_map(|upstream| &upstream.backends).collect();
    assert!(urls.iter().any(|backend| backend.url.prefix == "/embed"));
}

#[test]
fn research_grants() {
    let config = example("research-grants.yaml");
    let derived = config.policy.model("tutor-1").unwrap();
    assert!(derived.terms.non_commercial && derived.terms.accept.len() == 1, "inherited");
}

#[test]
fn regulated_deployment() {
    let config = example("regulated-deployment.yaml");
    assert_eq!(config.policy.jurisdiction().rules.len(), 5);
    let medical = config.policy.model("atlas-medical").unwrap();
    assert_eq!(
        (medical.terms.mau_cap, medical.region.as_deref()),
        (Some(1_000_000), Some("eu-central"))
    );
}

#[test]
fn each_example_has_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(files.filter(|path| path.extension().is_some_and(|it| it == "yaml")).count(), 5);
}
