//! What callers are told of where an answer is from, and what stands in its way.

use crate::world::{FINE, around, compile, fault};
use sluice_config::{Config, Given, Problems, read};
use std::path::Path;
use std::time::Duration;

const RECEIPTS: &str = "provenance:\n  receipts: { key: { file: now.pem }, key_id: now, \
    issuer: lab.example, earlier_keys: [{ key_id: then, public_key: then.pem }] }\n";

fn with(more: &str, around: &Given) -> Result<Config, Problems> {
    read(&format!("{FINE}{more}"), Path::new("etc/sluice.yaml"), around)
}

fn keys() -> Given {
    let own = around().file("etc/now.pem", "private");
    own.file_of_mode("etc/then.pem", "public", 0o644)
}

#[test]
fn headers_are_on_and_receipts_are_off() {
    let config = compile(FINE).unwrap();
    assert!(config.provenance.headers && config.provenance.receipts.is_none());
    let model = config.policy.model("open").unwrap();
    assert_eq!((&model.licence_url, &model.attribution), (&None, &None));
}

#[test]
fn what_is_written_is_meant() {
    let config = with(RECEIPTS, &keys()).unwrap_or_else(|problems| panic!("{problems}"));
    let receipts = config.provenance.receipts.unwrap();
    assert_eq!((&*receipts.key_id, &*receipts.issuer), ("now", "lab.example"));
    assert_eq!(receipts.key.expose(), b"private");
    assert_eq!(receipts.keep, Duration::from_hours(1));
    let [earlier] = &*receipts.earlier else { panic!("one earlier key") };
    assert_eq!((&*earlier.key_id, &*earlier.public_key), ("then", &b"public"[..]));
    let more = "licence: apache-2.0\n    licence_url: \"https://x.example/l\"\n    \
        attribution: Built with X";
    let config = compile(&FINE.replace("licence: apache-2.0", more)).unwrap();
    let model = config.policy.model("open").unwrap();
    assert_eq!(model.licence_url.as_ref().unwrap().as_str(), "https://x.example/l");
    assert_eq!(model.attribution.as_deref(), Some("Built with X"));
}

#[test]
fn what_a_header_cannot_carry_is_a_fault() {
    let licence = "licence: apache-2.0";
    let long = format!("licence: {}", "x".repeat(257));
    for to in ["licence: \"caf\u{e9}\"", "licence: \" mit\"", "licence: \"a\\tb\"", &long] {
        let shown = fault(licence, to);
        assert!(shown.contains("licence: expected 1 to 256 signs of visible ASCII"), "{shown}");
    }
    for url in ["ftp://x", "https://", "https://a>b", "https://a b"] {
        let shown = fault(licence, &format!("{licence}\n    licence_url: \"{url}\""));
        assert!(shown.contains("licence_url: expected a url of at most"), "{shown}");
    }
    let shown = fault(licence, &format!("{licence}\n    attribution: \"a\\r\\nset-cookie: b\""));
    assert!(shown.contains("attribution: expected 1 to 256"), "{shown}");
}

#[test]
fn keys_are_there_are_private_and_have_names_of_their_own() {
    let problem = |more: &str, around: &Given| {
        let problems = with(more, around).map(|_| ()).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems}");
        problems.to_string()
    };
    let open = around().file_of_mode("etc/now.pem", "private", 0o644);
    let open = open.file_of_mode("etc/then.pem", "public", 0o644);
    let at = "provenance.receipts";
    assert!(problem(RECEIPTS, &open).contains(&format!("{at}.key: others can read it")));
    let none = around().file("etc/now.pem", "private");
    let shown = problem(RECEIPTS, &none);
    assert!(shown.contains(&format!("{at}.earlier_keys[0].public_key: etc/then.pem")), "{shown}");
    let same = RECEIPTS.replace("key_id: then", "key_id: now");
    let shown = problem(&same, &keys());
    assert!(shown.contains(&format!("{at}.earlier_keys[0].key_id: another key has")), "{shown}");
    let inline = RECEIPTS.replace("{ file: now.pem }", "\"private\"");
    assert!(problem(&inline, &keys()).contains("never inline"));
    let kept = RECEIPTS.replace("issuer:", "keep_ms: 0, issuer:");
    assert!(problem(&kept, &keys()).contains("zero is not allowed here"));
    let printed = format!("{:?}", with(RECEIPTS, &keys()).unwrap());
    assert!(!printed.contains("private\""), "no key is printed");
}
