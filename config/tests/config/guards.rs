//! Guards in the file: how they are written, and what cannot be.

use crate::world::{FINE, around};
use sluice_config::{Config, Problems, read};
use std::path::Path;
use std::time::Duration;

const GUARDS: &str = r#"
guards:
  safety:
    kind: llama_guard
    urls: ["http://127.0.0.1:9001", "https://guards.example/a"]
    model: llama-guard
    ca: ca.pem
    credential: { file: up.key }
    timeout_ms: 500
    cache: { entries_max: 0 }
    breaker: { failures_max: 2 }
    options: { threshold: 0.5, policy_file: policy.txt }
"#;

fn compiled(text: &str) -> Result<Config, Problems> {
    let around = around()
        .file_of_mode("etc/ca.pem", "-----BEGIN CERTIFICATE-----\n", 0o644)
        .file_of_mode("etc/policy.txt", "be good\n\n# and kind\n", 0o644);
    read(&format!("{FINE}{text}"), Path::new("etc/sluice.yaml"), &around)
}

fn fault(from: &str, to: &str) -> String {
    assert_eq!(GUARDS.matches(from).count(), 1, "{from} must stand there once");
    let problems = compiled(&GUARDS.replace(from, to)).map(|_| ()).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems}");
    problems.to_string()
}

#[test]
fn a_guard_is_compiled_with_its_defaults() {
    let config = compiled(GUARDS).unwrap_or_else(|problems| panic!("{problems}"));
    let [guard] = config.guards.as_slice() else { panic!("one guard") };
    assert_eq!((guard.id.as_str(), guard.kind.as_str()), ("safety", "llama_guard"));
    assert_eq!(guard.urls[1].to_string(), "https://guards.example/a");
    assert_eq!(guard.credential.as_ref().unwrap().expose(), b"upstream-secret");
    assert_eq!(guard.ca.as_deref(), Some(Path::new("etc/ca.pem")));
    assert_eq!((guard.timeout, guard.connections_max), (Duration::from_millis(500), 16));
    assert_eq!((guard.cache.entries_max, guard.cache.ttl), (0, Duration::from_mins(5)));
    assert_eq!((guard.breaker.failures_max, guard.breaker.open.as_secs()), (2, 10));
    assert_eq!(guard.options["policy"], "be good\n\n# and kind\n");
    assert_eq!(guard.path, "guards.safety");
    assert!(!format!("{config:?}").contains("upstream-secret"));
}

#[test]
fn what_a_guard_cannot_be_is_a_problem_at_its_place() {
    for (from, to, expected) in [
        ("kind: llama_guard", "", "31:3: guards.safety: `kind` is missing"),
        ("\"http://127.0.0.1:9001\", ", "\"ftp://x\", ", "guards.safety.urls[0]: expected a url"),
        (
            "[\"http://127.0.0.1:9001\", \"https://guards.example/a\"]",
            "[\"https://a.example\", \"https://a.example\"]",
            "guards.safety.urls[1]: named twice; keep one",
        ),
        ("timeout_ms: 500", "timeout_ms: 0", "guards.safety.timeout_ms: zero is not allowed here"),
        ("timeout_ms: 500", "timeout: 500", "guards.safety.timeout: unknown field"),
        ("entries_max: 0", "ttl_ms: 0", "guards.safety.cache.ttl_ms: zero is not allowed here"),
        ("failures_max: 2", "failures_max: 0", "guards.safety.breaker.failures_max: zero"),
        ("policy.txt", "none.txt", "guards.safety.options.policy_file: etc/none.txt cannot be"),
        ("threshold: 0.5", "policy: x", "options.policy_file: `policy` is written as well"),
        ("{ file: up.key }", "secret", "guards.safety.credential: a secret is written `{ env:"),
        ("ca: ca.pem", "ca: none.pem", "guards.safety.ca: etc/none.pem cannot be read"),
        ("{ threshold: 0.5, policy_file: policy.txt }", "[]", "options: expected a section"),
    ] {
        let shown = fault(from, to);
        assert!(shown.contains(expected), "{shown}\n{expected}");
    }
}

#[test]
fn a_guard_is_no_guarded_model() {
    let guarded = "the guard must not be the guarded model";
    let there = GUARDS.replace("http://127.0.0.1:9001", "http://127.0.0.1:8081");
    let same = there.replace("model: llama-guard", "model: open-1.5");
    let problems = compiled(&same).map(|_| ()).unwrap_err().to_string();
    assert!(problems.contains("guards.safety.model:") && problems.contains(guarded), "{problems}");
    // Another model of the same server may guard, and the same name elsewhere is another model.
    assert!(compiled(&there).is_ok());
    assert!(compiled(&GUARDS.replace("model: llama-guard", "model: open-1.5")).is_ok());
}

#[test]
fn the_version_knows_what_guards_are_told() {
    let version = |text: &str| compiled(text).unwrap().policy.version().to_owned();
    let before = version(GUARDS);
    assert_eq!(before, version(&GUARDS.replace("timeout_ms: 500", "timeout_ms: 500 # ms")));
    assert_ne!(before, version(&GUARDS.replace("threshold: 0.5", "threshold: 0.6")));
    assert_ne!(before, version(""));
    let inline = "options: { threshold: 0.5, policy: \"be good\\n\\n# and kind\\n\" }";
    let written = "options: { threshold: 0.5, policy_file: policy.txt }";
    assert_eq!(
        before,
        version(&GUARDS.replace(written, inline)),
        "where a text lies is no meaning"
    );
}
