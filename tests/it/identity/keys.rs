//! The keys of an issuer: held while it is away, fetched when a token names a new one, not often.

use super::tokens::{now, trusting};
use serde_json::json;
use sluice_tests::{Call, Issuer, Signing, until};
use std::time::Duration;

const AWAY: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// A token without a known key.
fn stranger(issuer: &Issuer, nth: usize, now: u64) -> String {
    Signing::es256(&format!("new-{nth}")).signs(&issuer.claims("eve", now))
}

#[tokio::test]
async fn a_new_key_is_fetched_when_a_token_names_it() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    world.with_key(&issuer.token("eve", now(&world))).asks("open-1").await.is_ok();
    issuer.has(vec![Signing::es256("es-2"), issuer.key("es-1")]);
    world.hands.turn(Duration::from_secs(31));
    world.with_key(&issuer.token("eve", now(&world))).asks("open-1").await.is_ok();
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn a_new_key_that_cannot_be_fetched_yet_is_not_a_no() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    world.with_key(&issuer.token("eve", now(&world))).asks("open-1").await.is_ok();
    issuer.has(vec![Signing::es256("es-2")]);
    let token = issuer.token("eve", now(&world));
    let reply = world.with_key(&token).asks("open-1").await;
    reply.is_refused(503, "auth_unavailable");
    assert_eq!(reply.header("retry-after-ms"), Some("30000"));
    assert_eq!(issuer.fetches(), 1);
    world.hands.turn(Duration::from_secs(30));
    world.with_key(&token).asks("open-1").await.is_ok();
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn a_token_with_a_key_of_nobody_is_refused_once_that_is_sure() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    world.with_key(&issuer.token("eve", now(&world))).asks("open-1").await.is_ok();
    let token = stranger(&issuer, 0, now(&world));
    let mallory = world.with_key(&token);
    mallory.asks("open-1").await.is_refused(503, "auth_unavailable");
    world.hands.turn(Duration::from_secs(30));
    mallory.asks("open-1").await.is_refused(401, "invalid_api_key");
    // What was asked for after it came does not have its key: it stays refused, and asks nobody.
    mallory.asks("open-1").await.is_refused(401, "invalid_api_key");
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn a_storm_of_unknown_keys_is_one_fetch_in_thirty_seconds() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    let good = world.with_key(&issuer.token("eve", now(&world)));
    good.asks("open-1").await.is_ok();
    let status = async |call: Call| call.await.status;
    for round in 0..3_usize {
        world.hands.turn(Duration::from_secs(30));
        let token = |nth| stranger(&issuer, round * 20 + nth, now(&world));
        let call = |nth| tokio::spawn(status(world.with_key(&token(nth)).asks("open-1")));
        for call in (0..20).map(call).collect::<Vec<_>>() {
            let status = call.await.expect("an answer");
            assert!([401, 503].contains(&status), "{status}");
        }
        good.asks("open-1").await.is_ok();
    }
    assert_eq!(issuer.fetches(), 4);
}

#[tokio::test]
async fn an_issuer_that_is_away_stops_nobody_whose_key_is_known() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |section| section["stale_max_ms"] = json!(3_600_000)).await;
    world.with_key(&issuer.token("eve", now(&world))).asks("open-1").await.is_ok();
    for broken in [
        AWAY.to_owned(),
        String::new(),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".into(),
        "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"keys\":[]}".into(),
        format!(
            "HTTP/1.1 302 Found\r\nlocation: {}/other\r\ncontent-length: 0\r\n\r\n",
            issuer.url()
        ),
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n{{\"keys\":[]}}{}",
            " ".repeat(69_989)
        ),
    ] {
        issuer.says(Some(broken.clone()));
        let before = issuer.fetches();
        world.hands.turn(Duration::from_secs(301));
        until("keys to be asked for", || async { issuer.fetches() > before }).await;
        // A new token each time, so that nothing but its key is known of it.
        let reply = world.with_key(&issuer.token("eve", now(&world))).asks("open-1").await;
        assert_eq!(reply.status, 200, "{broken}: {}", reply.body());
        let token = stranger(&issuer, before, now(&world));
        let reply = world.with_key(&token).asks("open-1").await;
        reply.is_refused(503, "auth_unavailable");
        assert!(reply.header("retry-after-ms").is_some());
    }
    // But not for ever.
    world.hands.turn(Duration::from_hours(1));
    let late = world.with_key(&issuer.token("eve", now(&world)));
    late.asks("open-1").await.is_refused(503, "auth_unavailable");
    issuer.says(None);
    world.hands.turn(Duration::from_secs(2));
    late.asks("open-1").await.is_ok();
    let metrics = world.metrics().await;
    for result in ["ok", "status", "broken", "document"] {
        let labels = [("issuer", "lab"), ("result", result)];
        assert!(metrics.sum("sluice_identity_key_fetches_total", &labels) > 0, "{result}");
    }
    assert!(metrics.sum("sluice_identity_keys_timestamp_seconds", &[("issuer", "lab")]) > 0);
}

#[tokio::test]
async fn nobody_is_refused_while_an_issuer_has_never_answered() {
    let issuer = Issuer::start().await;
    issuer.says(Some(AWAY.into()));
    let world = trusting(&issuer, |_| {}).await;
    let token = issuer.token("eve", now(&world));
    let reply = world.with_key(&token).asks("open-1").await;
    reply.is_refused(503, "auth_unavailable");
    // What is wrong without any key is refused all the same.
    world
        .with_key(&issuer.token("e v e", 1))
        .asks("open-1")
        .await
        .is_refused(401, "invalid_api_key");
    world.ada().asks("open-1").await.is_ok();
    issuer.says(None);
    world.hands.turn(Duration::from_secs(2));
    world.with_key(&token).asks("open-1").await.is_ok();
}

#[tokio::test]
async fn a_key_that_is_taken_back_is_felt_by_tokens_in_memory() {
    let issuer = Issuer::start().await;
    let world = trusting(&issuer, |_| {}).await;
    let eve = world.with_key(&issuer.token("eve", now(&world)));
    eve.asks("open-1").await.is_ok();
    issuer.has(vec![Signing::es256("es-2")]);
    let before = issuer.fetches();
    world.hands.turn(Duration::from_secs(301));
    until("keys to be asked for", || async { issuer.fetches() > before }).await;
    until("the key to be gone", || async { eve.asks("open-1").await.status == 401 }).await;
}
