//! How callers are known: how it is written, and what cannot be.

use crate::world::{FINE, around};
use sluice_config::words::TierId;
use sluice_config::{
    ClientCertificates, Config, Piece, PrincipalRule, Problems, TokenAlgorithm, Wanted, read,
};
use std::path::Path;
use std::time::Duration;

const IDENTITY: &str = r#"
identity:
  issuers:
    lab:
      issuer: https://login.lab.example/realms/one
      audiences: [https://sluice.lab.example]
      algorithms: [ES256, EdDSA]
      ca: ca.pem
      rules:
        - when: { groups: [red-team, staff], /https:~1~1lab.example~1x: "y", email_verified: true }
          tier: public
          principal: "{org}/{sub}"
          organisation: lab
          country: address.country
        - { tier: public, principal: { record: "{sub}" } }
    there:
      issuer: http://127.0.0.1:8300
      audiences: [sluice]
      rules: [{ tier: public }]
  client_certificates:
    rules:
      - { when: { uri: "spiffe://lab.example/ns/*", dns: ["*.lab.example"] }, tier: public }
      - { when: { common_name: door } }
  anonymous: { tier: public }
"#;

const LISTENER: &str = r#"  - { bind: "127.0.0.1:8080" }"#;

const TLS: &str = r#"  - bind: "127.0.0.1:8443"
    tls:
      certificate: ca.pem
      key: tls.key
      client_ca: [ca.pem]
      client_crls: [crl.pem]
      client_certificates: optional
"#;

fn compiled(text: &str) -> Result<Config, Problems> {
    let around = around()
        .file_of_mode("etc/ca.pem", "-----BEGIN CERTIFICATE-----\n", 0o644)
        .file("etc/tls.key", "-----BEGIN PRIVATE KEY-----\n");
    let file = FINE.replace(LISTENER, TLS);
    read(&format!("{file}{text}"), Path::new("etc/sluice.yaml"), &around)
}

fn fault(from: &str, to: &str) -> String {
    assert_eq!(IDENTITY.matches(from).count(), 1, "{from} must stand there once");
    let problems = compiled(&IDENTITY.replace(from, to)).map(|_| ()).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems}");
    problems.to_string()
}

fn fine() -> Config {
    compiled(IDENTITY).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn an_issuer_is_compiled_with_its_defaults() {
    let issuers = fine().identity.issuers;
    let [lab, there] = issuers.as_slice() else { panic!("two issuers") };
    assert_eq!(lab.issuer, "https://login.lab.example/realms/one");
    assert_eq!(lab.algorithms, [TokenAlgorithm::Es256, TokenAlgorithm::EdDsa]);
    assert_eq!(there.algorithms, TokenAlgorithm::USUAL);
    assert!(there.type_required && there.types == ["at+jwt", "jwt"]);
    assert_eq!(there.leeway, Duration::from_secs(30));
    assert_eq!(there.keys_age_max, Duration::from_mins(5));
    assert_eq!(there.stale_max, Duration::from_hours(24));
}

#[test]
fn rules_of_tokens_are_compiled_in_order() {
    let issuers = fine().identity.issuers;
    let [first, second] = issuers[0].rules.as_slice() else { panic!("two rules") };
    assert_eq!(first.when[0].claim.0, ["groups"]);
    assert_eq!(first.when[1].claim.0, ["https://lab.example/x"]);
    assert_eq!(first.when[2].one_of, [Wanted::Flag(true)]);
    assert_eq!(first.country.as_ref().map(|path| path.0.len()), Some(2));
    assert!(matches!(&first.principal, Some(PrincipalRule::Own(name)) if name.0.len() == 3));
    assert!(matches!(&second.principal, Some(PrincipalRule::Record(_))));
}

#[test]
fn certificates_are_asked_for_and_have_rules() {
    let config = fine();
    let rules = config.identity.certificates;
    let [named, door] = rules.as_slice() else { panic!("two rules") };
    assert_eq!(named.when[0].one_of, [Wanted::Below("spiffe://lab.example/ns/".into())]);
    assert_eq!(named.when[1].one_of, [Wanted::Within(".lab.example".into())]);
    let own = named.principal.as_ref();
    assert!(matches!(own, Some(PrincipalRule::Own(name)) if matches!(name.0[0], Piece::Claim(_))));
    assert!(door.tier.is_none() && door.principal.is_none());
    assert_eq!(config.identity.anonymous, Some(TierId::new("public")));
    let clients = config.node.listeners[0].tls.as_ref().and_then(|tls| tls.clients.as_ref());
    let clients = clients.expect("certificates of callers");
    assert_eq!(clients.certificates, ClientCertificates::Optional);
    assert_eq!((clients.ca.len(), clients.crls.len()), (1, 1));
}

#[test]
fn each_fault_says_what_to_do() {
    for (from, to, expected) in [
        ("http://127.0.0.1:8300", "http://10.0.0.1:8300", "plain http is for this machine only"),
        ("http://127.0.0.1:8300", "https://u:p@there.example", "without a user"),
        ("http://127.0.0.1:8300", "https://login.lab.example/realms/one", "another issuer has"),
        ("audiences: [sluice]", "audiences: []", "there must be at least one"),
        ("rules: [{ tier: public }]", "rules: []", "there must be at least one"),
        ("rules: [{ tier: public }]", "rules: [{ tier: publik }]", "did you mean `public`?"),
        ("rules: [{ tier: public }]", "rules: [{ tier: public }, { tier: public }]", "never does"),
        ("    there:\n", "    \"th:re\":\n", "the name of an issuer"),
        ("[ES256, EdDSA]", "[HS256]", "unknown word"),
        ("[ES256, EdDSA]", "[none]", "unknown word"),
        ("[ES256, EdDSA]", "[]", "there must be at least one"),
        ("\"{org}/{sub}\"", "\"{org}{sub}\"", "write something between two claims"),
        ("\"{org}/{sub}\"", "\"{org\"", "`}` is missing"),
        ("country: address.country", "country: address..country", "a claim is written"),
        ("record: \"{sub}\"", "record: \"{sub}\", x: y", "unknown field"),
        ("email_verified: true", "email_verified: 1", "expected text, true or false"),
        ("common_name: door", "commonname: door", "did you mean `common_name`?"),
        ("{ when: { common_name: door } }", "{ tier: public }", "say who it is"),
        ("spiffe://lab.example/ns/*", "spiffe://*/ns/x", "`*` stands for"),
        ("anonymous: { tier: public }", "anonymous: { tier: open }", "no tier is called `open`"),
    ] {
        let shown = fault(from, to);
        assert!(shown.contains(expected), "{to}: {shown}");
    }
}

#[test]
fn certificates_of_callers_need_somebody_who_signs_them() {
    let around = around()
        .file_of_mode("etc/ca.pem", "-----BEGIN CERTIFICATE-----\n", 0o644)
        .file("etc/tls.key", "-----BEGIN PRIVATE KEY-----\n");
    let file = FINE.replace(LISTENER, &TLS.replace("      client_ca: [ca.pem]\n", ""));
    let rules =
        "identity: { client_certificates: { rules: [{ when: { dns: a }, tier: public }] } }";
    let read = read(&format!("{file}{rules}\n"), Path::new("etc/sluice.yaml"), &around);
    let shown = read.map(|_| ()).unwrap_err().to_string();
    for path in ["client_crls: needs", "client_certificates: needs", "no listener asks for"] {
        assert!(shown.contains(path), "{path}: {shown}");
    }
}

#[test]
fn what_a_rule_says_counts_in_the_version() {
    let version = |text: &str| compiled(text).map(|config| config.policy.version().to_owned());
    let fine = version(IDENTITY).expect("a good file");
    let other = version(&IDENTITY.replace("staff", "guests")).expect("a good file");
    assert_ne!(fine, other);
}
