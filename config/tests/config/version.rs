//! The version changes when, and only when, a meaning does.

use crate::world::{FINE, around, compile};
use sluice_config::read;
use std::path::Path;

fn version(text: &str) -> String {
    let config = compile(text).unwrap_or_else(|problems| panic!("{problems}"));
    config.policy.version().to_owned()
}

#[test]
fn form_is_no_meaning() {
    let fine = version(FINE);
    assert_eq!(fine.len(), 16);
    let (head, filters) = FINE.split_once("filters:").unwrap();
    for same in [
        FINE.replace("    sees: public\n", "    sees: \"public\" # a remark\n\n"),
        FINE.replace("ceiling: 60", "ceiling: 0x3c"),
        FINE.replace("    filter: strict", "    unknown_fields: refuse\n    filter: strict"),
        FINE.replace("http://127.0.0.1:8081", "HTTP://127.0.0.1:8081/"),
        format!("filters:{filters}{head}"),
    ] {
        assert_eq!(version(&same), fine, "{same}");
    }
}

#[test]
fn meaning_is() {
    let fine = version(FINE);
    let mut seen = vec![fine];
    for (from, to) in [
        ("ceiling: 60", "ceiling: 61"),
        ("sees: public", "sees: gated"),
        ("aliases: [open]", "aliases: [opener]"),
        ("aliases: [open]", "aliases: []"),
        ("8081", "8082"),
        ("literals: [one]", "literals: [two]"),
        ("kind: patterns", "kind: redact"),
        (", credential: { file: up.key }", ""),
        ("    stage: public", "    announced: true\n    stage: public"),
    ] {
        let version = version(&FINE.replace(from, to));
        assert!(!seen.contains(&version), "{from} {to}");
        seen.push(version);
    }
    let around = around().file("etc/words.txt", "four\n");
    let config = read(FINE, Path::new("etc/sluice.yaml"), &around).unwrap();
    assert!(!seen.iter().any(|seen| seen == config.policy.version()), "lists are meaning");
    let rotated = around.file("etc/up.key", "another-secret");
    let after = read(FINE, Path::new("etc/sluice.yaml"), &rotated).unwrap();
    assert_eq!(after.policy.version(), config.policy.version(), "secrets are not");
}
