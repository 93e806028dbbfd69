//! What tests share: a file that is fine, and what lies around it.

use sluice_config::{Config, Given, Problems, read};
use std::path::Path;

/// A file that is fine.
pub(crate) const FINE: &str = r#"
store: { kind: memory }
key_secret: { env: KEY }
listeners:
  - { bind: "127.0.0.1:8080" }
tiers:
  public:
    sees: public
    limits:
      - { unit: requests, window: minute, scope: principal, ceiling: 60 }
      - { unit: tokens, window: day, scope: tier, ceiling: 2000000 }
    caps: { output_tokens_max: 256 }
    filter: strict
models:
  open-1.5:
    aliases: [open]
    revision: "9f2c"
    licence: apache-2.0
    stage: public
    upstream: local
    context_tokens: 8192
upstreams:
  local:
    backends:
      - { url: "http://127.0.0.1:8081", credential: { file: up.key } }
filters:
  strict:
    - { kind: patterns, literals: [one], literals_file: words.txt }
"#;

/// Everything [`FINE`] names.
pub(crate) fn around() -> Given {
    Given::default()
        .variable("KEY", &"k".repeat(32))
        .file("etc/up.key", "upstream-secret\n")
        .file_of_mode("etc/words.txt", "# words\n\n two \nthree\n", 0o644)
}

/// Reads `text` as `etc/sluice.yaml`.
pub(crate) fn compile(text: &str) -> Result<Config, Problems> {
    read(text, Path::new("etc/sluice.yaml"), &around())
}

/// The only problem with [`FINE`] in which `from` is replaced by `to`, as it is shown.
pub(crate) fn fault(from: &str, to: &str) -> String {
    assert_eq!(FINE.matches(from).count(), 1, "{from} must stand there once");
    let problems = compile(&FINE.replace(from, to)).map(|_| ()).unwrap_err();
    let shown = problems.to_string();
    assert_eq!(problems.len(), 1, "{shown}");
    shown
}
