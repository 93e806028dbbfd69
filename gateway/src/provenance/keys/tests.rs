//! Only what we signed is ours, and all of it stays so.

use super::*;
use crate::provenance::claims::Choice;
use crate::provenance::make;
use serde_json::{Value, json};
use sluice_config::EarlierKeySpec;
use sluice_config::words::Secret;

const NOW: [u8; 32] = [1; 32];
const THEN: [u8; 32] = [2; 32];
const STRANGER: [u8; 32] = [3; 32];

fn spec(seed: &[u8; 32], key_id: &str) -> ReceiptSpec {
    ReceiptSpec {
        key: Secret::new(make::key(seed).unwrap().into_bytes()),
        key_id: key_id.into(),
        issuer: "lab".into(),
        keep: Duration::from_secs(1),
        earlier: Vec::new(),
    }
}

fn keys(spec: &ReceiptSpec) -> Keys {
    let mut problems = Problems::default();
    let keys = Keys::assemble(spec, &mut problems);
    assert!(problems.is_empty(), "{problems}");
    keys.unwrap()
}

fn problem(spec: &ReceiptSpec) -> String {
    let mut problems = Problems::default();
    Keys::assemble(spec, &mut problems);
    problems.to_string()
}

fn claims() -> Claims {
    let choice = Choice { index: 0, sha256: "00".repeat(32), finish: "stop".into() };
    Claims {
        iss: "lab".into(),
        jti: "req_1".into(),
        iat: 7,
        model: "open".into(),
        revision: "9f2c".into(),
        licence: "mit".into(),
        choices: vec![choice],
    }
}

/// A token with any header and claims, signed with a key of ours.
fn token(header: &Header, claims: &Value) -> String {
    let key = EncodingKey::from_ed_pem(make::key(&NOW).unwrap().as_bytes()).unwrap();
    encode(header, claims, &key).unwrap()
}

#[test]
fn what_is_signed_is_known() {
    let keys = keys(&spec(&NOW, "now"));
    assert_eq!(keys.verify(&keys.sign(&claims()).unwrap()), Ok(claims()));
}

#[test]
fn every_change_is_noticed() {
    let keys = keys(&spec(&NOW, "now"));
    let receipt = keys.sign(&claims()).unwrap();
    for at in 0..receipt.len() {
        let mut changed = receipt.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(keys.verify(&String::from_utf8(changed).unwrap()).is_err(), "sign {at}");
        assert!(keys.verify(receipt.get(..at).unwrap()).is_err(), "cut at {at}");
    }
    for more in [".", "=", " ", ".x"] {
        assert!(keys.verify(&(receipt.clone() + more)).is_err(), "{more}");
    }
    let long = "x".repeat(RECEIPT_BYTES_MAX + 1);
    assert_eq!(keys.verify(&long), Err(Invalid::Malformed));
}

#[test]
fn a_stranger_signs_nothing_of_ours() {
    let ours = keys(&spec(&NOW, "now"));
    let (same_name, other_name) = (keys(&spec(&STRANGER, "now")), keys(&spec(&STRANGER, "theirs")));
    let receipt = same_name.sign(&claims()).unwrap();
    assert_eq!(ours.verify(&receipt), Err(Invalid::BadSignature));
    let receipt = other_name.sign(&claims()).unwrap();
    assert_eq!(ours.verify(&receipt), Err(Invalid::UnknownKey));
}

#[test]
fn only_our_header_and_our_claims_are_read() {
    let ours = keys(&spec(&NOW, "now"));
    let fine = serde_json::to_value(claims()).unwrap();
    let header = || header("now");
    assert_eq!(ours.verify(&token(&header(), &fine)), Ok(claims()), "the test signs as we do");
    let mut headers = [header(), header(), header()];
    headers[0].typ = Some("JWT".into());
    headers[1].crit = Some(vec!["b64".into()]);
    headers[2].extras.insert("b64", false);
    for header in headers {
        assert_eq!(ours.verify(&token(&header, &fine)), Err(Invalid::Malformed), "{header:?}");
    }
    let mut nameless = header();
    nameless.kid = None;
    assert_eq!(ours.verify(&token(&nameless, &fine)), Err(Invalid::UnknownKey));
    for (claim, value, why) in [
        ("iss", json!("other"), Invalid::OtherIssuer),
        ("iss", json!(["lab", "other"]), Invalid::Malformed),
        ("iss", Value::Null, Invalid::Malformed),
        ("more", json!(1), Invalid::Malformed),
    ] {
        let mut claims = fine.clone();
        claims[claim] = value;
        assert_eq!(ours.verify(&token(&header(), &claims)), Err(why), "{claims}");
    }
}

#[test]
fn another_algorithm_is_none() {
    let ours = keys(&spec(&NOW, "now"));
    let public = ours.public.first().unwrap().key.try_get_as_bytes().unwrap();
    let mut header = header("now");
    header.alg = Algorithm::HS256;
    let forged = encode(&header, &claims(), &EncodingKey::from_secret(public)).unwrap();
    assert_eq!(ours.verify(&forged), Err(Invalid::Malformed));
    let receipt = ours.sign(&claims()).unwrap();
    let (_, rest) = receipt.split_once('.').unwrap();
    // {"typ":"receipt+jwt","alg":"none","kid":"now"}
    let none = "eyJ0eXAiOiJyZWNlaXB0K2p3dCIsImFsZyI6Im5vbmUiLCJraWQiOiJub3cifQ";
    assert_eq!(ours.verify(&format!("{none}.{rest}")), Err(Invalid::Malformed));
    let (body, _) = rest.split_once('.').unwrap();
    assert_eq!(ours.verify(&format!("{none}.{body}.")), Err(Invalid::Malformed));
}

#[test]
fn a_new_key_knows_what_an_earlier_one_signed() {
    let then = keys(&spec(&THEN, "then"));
    let mut spec = spec(&NOW, "now");
    spec.earlier.push(EarlierKeySpec {
        key_id: "then".into(),
        public_key: make::public(&THEN).into_bytes(),
        path: "provenance.receipts.earlier_keys[0].public_key".into(),
    });
    let now = keys(&spec);
    assert_eq!(now.verify(&then.sign(&claims()).unwrap()), Ok(claims()));
    assert_eq!(now.verify(&now.sign(&claims()).unwrap()), Ok(claims()));
    assert_eq!(then.verify(&now.sign(&claims()).unwrap()), Err(Invalid::UnknownKey));
    let set: Value = serde_json::from_slice(&now.set()).unwrap();
    let named = |index: usize| set["keys"][index]["kid"].as_str();
    assert_eq!((named(0), named(1), named(2)), (Some("now"), Some("then"), None));
    for key in set["keys"].as_array().unwrap() {
        let said = ["kty", "crv", "alg", "use"].map(|word| key[word].as_str().unwrap());
        assert_eq!(said, ["OKP", "Ed25519", "EdDSA", "sig"]);
        assert_eq!(key["x"].as_str().unwrap().len(), 43);
        assert!(key.get("d").is_none(), "a private key is nobody's business");
    }
}

#[test]
fn what_is_no_key_is_a_problem() {
    let mut spec = spec(&NOW, "now");
    spec.earlier.push(EarlierKeySpec {
        key_id: "then".into(),
        public_key: make::key(&THEN).unwrap().into_bytes(),
        path: "provenance.receipts.earlier_keys[0].public_key".into(),
    });
    assert!(problem(&spec).contains("earlier_keys[0].public_key: it is not an Ed25519 public key"));
    spec.earlier.clear();
    let public = make::public(&NOW);
    for bad in ["", "x", &public] {
        spec.key = Secret::new(bad.as_bytes().to_vec());
        let shown = problem(&spec);
        assert!(shown.contains("provenance.receipts.key: it is not an Ed25519 private"), "{shown}");
    }
}

#[test]
fn no_private_key_is_printed() {
    let keys = keys(&spec(&NOW, "now"));
    let shown = format!("{keys:?}");
    assert!(!shown.contains("1, 1, 1, 1"), "{shown}");
}
