//! Tokens of an OpenID Connect issuer: what is taken, and whom they name.

use serde_json::{Value, json};
use sluice_config::words::Clock as _;
use sluice_store::{Act, By};
use sluice_tests::{Issuer, World, until};
use std::time::Duration;

/// A world that takes the tokens of an issuer, under the name `lab`.
pub(super) async fn trusting(issuer: &Issuer, change: impl FnOnce(&mut Value)) -> World {
    let mut section = issuer.section();
    change(&mut section);
    World::with(|file| {
        file.as_object_mut()
            .expect("a file of sections")
            .insert("identity".into(), json!({ "issuers": { "lab": section } }));
    })
    .await
}

/// The time of a world, in seconds.
pub(super) fn now(world: &World) -> u64 {
    world.hands.now().seconds()
}

#[tokio::test]
async fn a_token_is_taken_and_says_who_calls_and_on_which_tier() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    for kid in ["es-1", "rs-1"] {
        let token = issuer.key(kid).signs(&issuer.claims("eve@lab.example", now(&world)));
        let eve = world.with_key(&token);
        eve.asks("trusted-1").await.is_ok();
        assert_eq!(eve.asks("internal-1").await.status, 404);
    }
    world.total(2).await;
    let lines = world.books(&[By::Principal, By::Tier]).await;
    assert_eq!(
        lines.first().map(|line| line.of.clone()).unwrap_or_default(),
        ["jwt:lab:eve@lab.example", "trusted"]
    );
    let token = issuer.token("eve", now(&world));
    world.nobody().asks("open-1").header("x-api-key", &token).await.is_ok();
    world.nobody().asks("open-1").header("api-key", &token).await.is_ok();
}

#[tokio::test]
async fn the_second_call_of_a_token_asks_nobody() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    let eve = world.with_key(&issuer.token("eve", now(&world)));
    eve.asks("open-1").await.is_ok();
    let proofs = |metrics: &sluice_tests::Metrics| {
        metrics.sum("sluice_identity_proofs_total", &[("method", "jwt"), ("result", "ok")])
    };
    assert_eq!(proofs(&world.metrics().await), 1);
    for _ in 0..5 {
        eve.asks("open-1").await.is_ok();
    }
    assert_eq!(proofs(&world.metrics().await), 1);
    assert_eq!(issuer.fetches(), 1);
    // Only so long: then it is proven again, still without its issuer.
    world.hands.turn(Duration::from_secs(61));
    eve.asks("open-1").await.is_ok();
    assert_eq!(proofs(&world.metrics().await), 2);
    assert_eq!(issuer.fetches(), 1);
    // And no longer than it lasts.
    world.hands.turn(Duration::from_mins(10));
    eve.asks("open-1").await.is_refused(401, "invalid_api_key");
}

/// Claims of a good token, changed.
pub(super) fn claims(issuer: &Issuer, now: u64, change: &Value) -> Value {
    let mut claims = issuer.claims("eve", now);
    let members = claims.as_object_mut().expect("an object");
    for (name, value) in change.as_object().into_iter().flatten() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}

#[tokio::test]
async fn what_an_issuer_may_vary_is_taken() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    let now = now(&world);
    let key = issuer.key("es-1");
    for (what, change) in [
        ("aud in a list", json!({ "aud": ["x", "https://sluice.test/api"] })),
        ("just over", json!({ "exp": now - 29 })),
        ("just from the future", json!({ "nbf": now + 29, "iat": now + 29 })),
        ("no iat", json!({ "iat": null })),
        ("tiers in a list", json!({ "tier": ["x", "trusted"] })),
        ("other claims", json!({ "scope": "a b", "x": [1, { "y": null }] })),
    ] {
        let token = key.signs(&claims(&issuer, now, &change));
        assert_eq!(world.with_key(&token).asks("trusted-1").await.status, 200, "{what}");
    }
    for kind in ["AT+JWT", "application/at+jwt", "JWT"] {
        let header = json!({ "alg": "ES256", "typ": kind, "kid": "es-1" }).to_string();
        let token = key.signs_text(&header, &issuer.claims("eve", now).to_string());
        assert_eq!(world.with_key(&token).asks("trusted-1").await.status, 200, "{kind}");
    }
}

#[tokio::test]
async fn no_token_names_a_principal_of_the_records_but_where_a_rule_says_so() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |section| {
        section["rules"] = json!([
            { "when": { "staff": true }, "tier": "public", "principal": { "record": "{sub}" } },
            { "when": { "org": ["a", "b"] }, "tier": "public", "principal": "{org}/{sub}" },
            { "tier": "public" },
        ]);
    })
    .await;
    let now = now(&world);
    let key = issuer.key("es-1");
    for (change, expected) in [
        (json!({ "sub": "ada" }), Some("jwt:lab:ada")),
        (json!({ "sub": "ada", "staff": true }), Some("ada")),
        (json!({ "sub": "ada", "staff": "true" }), Some("jwt:lab:ada")),
        (json!({ "sub": "jwt:other:ada", "staff": true }), None),
        (json!({ "sub": "ada", "org": "a" }), Some("jwt:lab:a/ada")),
        (json!({ "sub": "x/ada", "org": "a" }), None),
    ] {
        let mut claims = claims(&issuer, now, &change);
        claims["jti"] = change.to_string().into();
        let reply = world.with_key(&key.signs(&claims)).asks("open-1").await;
        assert_eq!(reply.status == 200, expected.is_some(), "{change}: {}", reply.body());
    }
    world.total(4).await;
    let lines = world.books(&[By::Principal]).await;
    let mut names: Vec<_> = lines.iter().flat_map(|line| line.of.clone()).collect();
    names.retain(|name| !name.is_empty());
    names.sort();
    assert_eq!(names, ["ada", "jwt:lab:a/ada", "jwt:lab:ada"]);
}

#[tokio::test]
async fn a_principal_that_the_records_have_stopped_has_no_token() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |section| {
        section["rules"] = json!([{ "tier": "trusted", "principal": { "record": "{sub}" } }]);
    })
    .await;
    let ada = world.with_key(&issuer.token("ada", now(&world)));
    ada.asks("open-1").await.is_ok();
    let id = sluice_config::words::PrincipalId::new("ada");
    let records = &world.node.store().records;
    let act = |verb: &str| Act {
        by: "a test".into(),
        verb: verb.into(),
        reason: String::new(),
        at: world.hands.now(),
    };
    records.disable(&id, &act("disable")).await.expect("a record");
    until("it to be felt", || async { ada.asks("open-1").await.status == 401 }).await;
    let other = world.with_key(&issuer.key("rs-1").signs(&issuer.claims("ada", now(&world))));
    other.asks("open-1").await.is_refused(401, "invalid_api_key");
    records.enable(&id, &act("enable")).await.expect("a record");
    until("it to be felt", || async { ada.asks("open-1").await.status == 200 }).await;
}

#[tokio::test]
async fn another_file_makes_nothing_of_what_one_made_of_a_token() {
    let issuer = Issuer::start().await;
    let mut world = trusting(&issuer, |_| {}).await;
    let eve = world.with_key(&issuer.token("eve", now(&world)));
    eve.asks("trusted-1").await.is_ok();
    let lab = "lab";
    world
        .reloads(|file| {
            file["identity"]["issuers"][lab]["rules"] = json!([{ "tier": "public" }]);
        })
        .expect("a good file");
    assert_eq!(eve.asks("trusted-1").await.status, 404);
    eve.asks("open-1").await.is_ok();
    // Its keys were not asked for again.
    assert_eq!(issuer.fetches(), 1);
    world.reloads(|file| file["identity"] = json!({})).expect("a good file");
    eve.asks("open-1").await.is_refused(401, "invalid_api_key");
}
