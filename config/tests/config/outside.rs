//! What the file names but does not hold: secrets, lists, certificates.

use crate::world::{FINE, around, compile, fault};
use sluice_config::{Given, load, read};
use std::path::Path;

fn with(around: &Given) -> String {
    let read = read(FINE, Path::new("etc/sluice.yaml"), around);
    read.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn lists_are_read_for_the_parts() {
    let config = compile(FINE).unwrap();
    let filter = config.profiles.first().unwrap().filters.first().unwrap();
    assert_eq!(filter.kind, "patterns");
    assert_eq!(filter.settings, serde_json::json!({ "literals": ["one", "two", "three"] }));
    assert_eq!(filter.path, "filters.strict[0]");
    let lists = FINE.replace(
        "literals: [one], literals_file: words.txt",
        "lists: [{ literals_file: words.txt }]",
    );
    let config = compile(&lists).unwrap();
    let filter = config.profiles.first().unwrap().filters.first().unwrap();
    assert_eq!(filter.settings, serde_json::json!({ "lists": [{ "literals": ["two", "three"] }] }));
    let shown =
        fault("literals: [one], literals_file: words.txt", "lists: [{ literals_file: no.txt }]");
    assert!(
        shown.contains("filters.strict[0].lists[0].literals_file: etc/no.txt cannot"),
        "{shown}"
    );
    let shown = fault("literals: [one], ", "literals: one, ");
    assert!(shown.contains("`literals` must be a list to be added to"), "{shown}");
    let shown = fault("literals_file: words.txt", "literals_file: no.txt");
    assert!(shown.contains("literals_file: etc/no.txt cannot be read"), "{shown}");
}

#[test]
fn secrets_are_there_long_enough_and_nobody_elses() {
    let shown = with(&around().variable("KEY", "short"));
    assert!(shown.contains("key_secret: the key secret is shorter than 32 bytes"), "{shown}");
    let shown = with(&around().variable("KEY", ""));
    assert!(shown.contains("key_secret: the secret is empty"), "{shown}");
    let shown = with(&around().file_of_mode("etc/up.key", "upstream-secret", 0o640));
    assert!(shown.contains("others can read it; run `chmod 600 etc/up.key`"), "{shown}");
    let shown = with(&around().file("etc/up.key", "two words"));
    assert!(shown.contains("signs that a header cannot carry"), "{shown}");
}

#[test]
fn an_inline_secret_is_refused_and_not_repeated() {
    for inline in ["sk-very-secret", "{ value: sk-very-secret }", "[sk-very-secret]"] {
        let text = FINE.replace("{ file: up.key }", inline);
        let shown = compile(&text).map(|_| ()).unwrap_err().to_string();
        assert!(shown.contains("backends[0].credential"), "{shown}");
        assert!(!shown.contains("very-secret"), "{shown}");
    }
    let both = fault("{ file: up.key }", "{ file: up.key, env: KEY }");
    assert!(both.contains("a secret is written `{ env: NAME }` or `{ file: PATH }`"), "{both}");
}

#[test]
fn certificates_are_there_and_keys_are_nobody_elses() {
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n";
    const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\n";
    let tls = "{ bind: \"10.0.0.1:443\", tls: { certificate: a.pem, key: b.pem } }";
    let text = FINE.replace("{ bind: \"127.0.0.1:8080\" }", tls);
    let shown = |certificate: &str, key: &str, mode: u32| {
        let around = around().file("etc/a.pem", certificate).file_of_mode("etc/b.pem", key, mode);
        let read = read(&text, Path::new("etc/sluice.yaml"), &around);
        read.map(|_| ()).map_err(|problems| problems.to_string())
    };
    assert_eq!(shown(CERTIFICATE, KEY, 0o640), Ok(()));
    for (certificate, key, mode, expected) in [
        (KEY, KEY, 0o600, "tls.certificate: etc/a.pem holds no certificate in PEM"),
        (CERTIFICATE, CERTIFICATE, 0o600, "tls.key: etc/b.pem holds no private key in PEM"),
        (CERTIFICATE, KEY, 0o644, "tls.key: others can read it; run `chmod 600 etc/b.pem`"),
    ] {
        let shown = shown(certificate, key, mode).unwrap_err();
        assert!(shown.contains(expected), "{shown}");
    }
    let text = FINE.replace("8081\",", "8081\", ca: a.pem,");
    let around = around().file("etc/a.pem", CERTIFICATE);
    let plain = read(&text, Path::new("etc/sluice.yaml"), &around).map(|_| ()).unwrap_err();
    assert!(plain.to_string().contains("only https has a certificate to check"), "{plain}");
}

#[test]
fn no_secret_is_printed() {
    let config = compile(FINE).unwrap();
    let shown = format!("{config:?}");
    assert!(shown.contains("[secret]"));
    assert!(!shown.contains("upstream-secret") && !shown.contains(&"k".repeat(32)), "{shown}");
}

#[test]
fn a_file_is_loaded_with_what_lies_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&path, mode).unwrap();
        path
    };
    let text = FINE.replace("{ env: KEY }", "{ file: main.key }").replace("memory", "sqlite");
    let path = write("sluice.yaml", &text, 0o644);
    write("main.key", &"k".repeat(32), 0o600);
    write("up.key", "upstream-secret\n", 0o600);
    write("words.txt", "two\n", 0o644);
    let config = load(&path).unwrap_or_else(|problems| panic!("{problems}"));
    let backend = config.upstreams.first().unwrap().backends.first().unwrap();
    assert_eq!(backend.credential.as_ref().unwrap().expose(), b"upstream-secret");
    let store = sluice_config::StoreSpec::Sqlite { path: folder.path().join("sluice.db") };
    assert_eq!(config.node.store, store);

    write("main.key", &"k".repeat(32), 0o644);
    let shown = load(&path).map(|_| ()).unwrap_err().to_string();
    assert!(shown.contains("others can read it; run `chmod 600"), "{shown}");

    let shown = load(&folder.path().join("no.yaml")).map(|_| ()).unwrap_err().to_string();
    assert!(shown.contains("no.yaml: cannot be read"), "{shown}");
    let shown = load(folder.path()).map(|_| ()).unwrap_err().to_string();
    assert!(shown.contains("it is not a regular file"), "{shown}");
    std::fs::write(&path, b"a: 1\nb: \xff\n").unwrap();
    let shown = load(&path).map(|_| ()).unwrap_err().to_string();
    assert!(shown.ends_with(":2:1: not UTF-8; save the file as UTF-8"), "{shown}");
}
