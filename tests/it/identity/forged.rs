//! Every way of forging a token: one answer, and nothing is fetched.

use super::essence;
use super::tokens::{claims, now, trusting};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sluice_tests::{Issuer, Signing, encoded};

/// Every claim that is wrong.
fn wrong_claims(issuer: &Issuer, now: u64) -> Vec<(&'static str, String)> {
    let key = issuer.key("es-1");
    let url = issuer.url();
    let halves: Value = serde_json::from_str(&format!("{}.5", now + 600)).expect("a number");
    let table = [
        ("no iss", json!({ "iss": null })),
        ("iss with a slash", json!({ "iss": format!("{url}/") })),
        ("iss in capitals", json!({ "iss": url.to_uppercase() })),
        ("iss of another", json!({ "iss": "https://evil.example" })),
        ("iss in a list", json!({ "iss": [url] })),
        ("no aud", json!({ "aud": null })),
        ("aud of another", json!({ "aud": "https://sluice.test/api/" })),
        ("aud with a number", json!({ "aud": ["https://sluice.test/api", 1] })),
        ("aud of nobody", json!({ "aud": [] })),
        ("aud in an object", json!({ "aud": { "https://sluice.test/api": true } })),
        ("no exp", json!({ "exp": null })),
        ("over", json!({ "exp": now - 31 })),
        ("exp as text", json!({ "exp": (now + 600).to_string() })),
        ("exp in parts", json!({ "exp": halves })),
        ("exp before all time", json!({ "exp": -1 })),
        ("exp far away", json!({ "exp": now + 400_000_000 })),
        ("exp beyond numbers", json!({ "exp": u64::MAX })),
        ("not yet", json!({ "nbf": now + 31 })),
        ("nbf as text", json!({ "nbf": "0" })),
        ("made in the future", json!({ "iat": now + 31 })),
        ("iat in a list", json!({ "iat": [now] })),
        ("no rule", json!({ "tier": "owner" })),
        ("no tier", json!({ "tier": null })),
        ("no sub", json!({ "sub": null })),
        ("sub in a list", json!({ "sub": ["eve"] })),
        ("sub with spaces", json!({ "sub": "eve x" })),
        ("sub with a line", json!({ "sub": "eve\nx" })),
        ("sub without end", json!({ "sub": "e".repeat(200) })),
    ];
    let signed =
        table.into_iter().map(|(what, change)| (what, key.signs(&claims(issuer, now, &change))));
    let mut all: Vec<_> = signed.collect();
    let good = issuer.claims("eve", now).to_string();
    let text = |more: &str| key.signs_text(&key.header().to_string(), &good.replacen('{', more, 1));
    all.push(("tier twice", text(r#"{"tier":"internal","#)));
    all.push(("exp twice", text(r#"{"exp":9999999999,"#)));
    all.push(("deep twice", text(r#"{"x":{"a":1,"\u0061":2},"#)));
    all.push(("not an object", key.signs_text(&key.header().to_string(), "[]")));
    all.push(("more than JSON", key.signs_text(&key.header().to_string(), &format!("{good}{{}}"))));
    all
}

/// Every header that is wrong, under a signature that is right.
fn wrong_headers(issuer: &Issuer, now: u64) -> Vec<(&'static str, String)> {
    let key = issuer.key("es-1");
    let good = issuer.claims("eve", now).to_string();
    let evil = format!("{}/evil", issuer.url());
    let table = [
        ("crit", json!({ "crit": ["exp"], "exp": now })),
        ("crit of nothing", json!({ "crit": [] })),
        ("b64", json!({ "b64": false })),
        ("jku", json!({ "jku": evil })),
        ("jwk", json!({ "jwk": Signing::es256("es-1").jwk() })),
        ("x5u", json!({ "x5u": evil })),
        ("x5c", json!({ "x5c": ["AAAA"] })),
        ("zip", json!({ "zip": "DEF" })),
        ("typ of another", json!({ "typ": "logout+jwt" })),
        ("typ of an ID", json!({ "typ": "JWE" })),
        ("no typ", json!({ "typ": null })),
        ("typ in a list", json!({ "typ": ["at+jwt"] })),
        ("alg of the other key", json!({ "alg": "RS256" })),
        ("alg that is not used", json!({ "alg": "ES384" })),
        ("alg in small letters", json!({ "alg": "es256" })),
        ("alg none", json!({ "alg": "none" })),
        ("alg nOnE", json!({ "alg": "nOnE" })),
        ("alg with a secret", json!({ "alg": "HS256" })),
        ("no alg", json!({ "alg": null })),
        ("alg in a list", json!({ "alg": ["ES256"] })),
        ("no kid", json!({ "kid": null })),
        ("kid of the other key", json!({ "kid": "rs-1" })),
        ("kid that climbs", json!({ "kid": "../../../../dev/null" })),
        ("kid that asks", json!({ "kid": "x' UNION SELECT 'k" })),
        ("kid without end", json!({ "kid": "k".repeat(129) })),
        ("kid of nothing", json!({ "kid": "" })),
        ("kid as a number", json!({ "kid": 1 })),
        ("kid with a null", json!({ "kid": "es-1\u{0}" })),
    ];
    let signed = table.into_iter().map(|(what, change)| {
        let mut header = key.header();
        let members = header.as_object_mut().expect("an object");
        for (name, value) in change.as_object().into_iter().flatten() {
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        (what, key.signs_text(&header.to_string(), &good))
    });
    let mut all: Vec<_> = signed.collect();
    let twice = key.header().to_string().replacen('{', r#"{"alg":"none","#, 1);
    all.push(("alg twice", key.signs_text(&twice, &good)));
    all
}

/// Every signature that is wrong.
fn wrong_signatures(issuer: &Issuer, now: u64) -> Vec<(&'static str, String)> {
    let (key, rsa) = (issuer.key("es-1"), issuer.key("rs-1"));
    let good = key.signs(&issuer.claims("eve", now));
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    let other = issuer.claims("root", now).to_string();
    let (header, _) = message.split_once('.').expect("two parts");
    let bare = |text: &str| {
        format!("{}.{}", encoded(text), encoded(issuer.claims("eve", now).to_string()))
    };
    let forged = |secret: &str| {
        let message = bare(r#"{"alg":"HS256","typ":"at+jwt","kid":"rs-1"}"#);
        let secret = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
        let algorithm = jsonwebtoken::Algorithm::HS256;
        let signed = jsonwebtoken::crypto::sign(message.as_bytes(), &secret, algorithm);
        format!("{message}.{}", signed.expect("a signature"))
    };
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    bytes[5] ^= 1;
    vec![
        ("a changed signature", format!("{message}.{}", encoded(&bytes))),
        ("a cut signature", format!("{message}.{}", encoded(&bytes[..63]))),
        ("zeroes", format!("{message}.{}", encoded([0; 64]))),
        ("zeroes in DER", format!("{message}.{}", encoded([0x30, 6, 2, 1, 0, 2, 1, 0]))),
        ("no signature", format!("{message}.")),
        ("no third part", message.to_owned()),
        ("four parts", format!("{good}.{signature}")),
        ("none without a signature", format!("{}.", bare(r#"{"alg":"none","typ":"at+jwt"}"#))),
        ("other claims", format!("{header}.{}.{signature}", encoded(&other))),
        ("a padded signature", format!("{good}==")),
        ("a public key as a secret", forged(&rsa.public())),
        ("no secret", forged("")),
        ("a key of nobody", Signing::es256("es-1").signs(&issuer.claims("eve", now))),
        ("an RSA key of nobody", Signing::rs256("rs-1").signs(&issuer.claims("eve", now))),
        ("not base64", format!("{header}.!!!.{signature}")),
        ("nothing but dots", "eyJ..".into()),
        ("a start", "eyJ".into()),
        ("too long", key.signs(&json!({ "iss": issuer.url(), "x": "x".repeat(8192) }))),
    ]
}

#[tokio::test]
async fn every_forged_token_gets_one_answer_and_fetches_nothing() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    let now = now(&world);
    world.with_key(&issuer.token("eve", now)).asks("open-1").await.is_ok();
    let fetches = issuer.fetches();
    let nobody = essence(&world.nobody().asks("open-1").await);
    let mut vectors = wrong_claims(&issuer, now);
    vectors.extend(wrong_headers(&issuer, now));
    vectors.extend(wrong_signatures(&issuer, now));
    assert!(vectors.len() > 70);
    for (what, token) in vectors {
        let reply = world.with_key(&token).asks("open-1").await;
        assert_eq!(reply.status, 401, "{what} is taken: {}", reply.body());
        assert_eq!(essence(&reply), nobody, "{what}");
    }
    assert_eq!(issuer.fetches(), fetches, "a token had something fetched");
    world.with_key(&issuer.token("eve", now)).asks("open-1").await.is_ok();
}
