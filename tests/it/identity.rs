//! Who is who: one generic no, nothing of a caller's own ever reaches a backend.

mod anonymous;
mod certificates;
mod forged;
mod keys;
mod real;
mod tokens;

use sluice_tests::{Reply, Wire, World};

/// What of a refusal may differ from another: the request id and the date.
fn essence(reply: &Reply) -> String {
    let id = reply.header("x-request-id").unwrap_or_default().to_owned();
    let headers = reply.head.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("date"));
    format!(
        "{} {headers:?} {}",
        reply.head.first,
        reply.body(),
        headers = headers.collect::<Vec<_>>()
    )
    .replace(&id, "ID")
}

#[tokio::test]
async fn every_failed_credential_gets_the_same_answer() {
    let world = World::start().await;
    let good = world.ada().key().to_owned();
    let near = good.replace('a', "b");
    let short = good.get(..good.len() - 1).expect("a long key");
    let mut answers = Vec::new();
    for lines in [
        vec![],
        vec![("authorization", "Bearer")],
        vec![("authorization", "Bearer sk-sluice-nonsense")],
        vec![("authorization", "Bearer sk-openai-000")],
        vec![("authorization", &*format!("Bearer {near}"))],
        vec![("authorization", &*format!("Bearer {short}"))],
        vec![("authorization", &*format!("Bearer {good} x"))],
        vec![("authorization", &*format!("Basic {good}"))],
        vec![("authorization", &*good)],
        vec![("x-key", &*good)],
        vec![("x-authorization", &*format!("Bearer {good}"))],
        vec![("cookie", &*format!("authorization=Bearer {good}"))],
        vec![("proxy-authorization", &*format!("Bearer {good}"))],
        vec![("authorization", &*format!("Bearer {good}")), ("authorization", "Bearer x")],
        vec![("authorization", &*format!("Bearer {good}")), ("x-api-key", "x")],
    ] {
        let call = world.nobody().asks("open-1");
        let call = lines.iter().fold(call, |call, (name, value)| call.header(name, value));
        let reply = call.await;
        reply.is_refused(401, "invalid_api_key");
        assert_eq!(reply.header("x-should-retry"), Some("false"));
        assert!(reply.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
        assert!(!reply.body().contains(&good), "echoes a key");
        answers.push(essence(&reply));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    world.backend.saw_nothing();
}

#[tokio::test]
async fn a_key_counts_in_a_header_only() {
    let world = World::start().await;
    let key = world.ada().key();
    let nobody = world.nobody();
    let query = nobody.sends("POST", &format!("/v1/chat/completions?api_key={key}")).await;
    assert!([400, 401].contains(&query.status), "{}", query.body());
    assert!(!query.body().contains(key));
    for (name, value) in [("x-api-key", key.to_owned()), ("api-key", key.to_owned())] {
        nobody.asks("open-1").header(name, &value).await.is_ok();
    }
    let both = world.ada().asks("open-1").header("x-api-key", key);
    both.await.is_ok();
}

#[tokio::test]
async fn the_body_of_an_unknown_caller_is_not_read() {
    let world = World::start().await;
    let mut wire = Wire::connect(world.api).await;
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n";
    wire.send(head).await;
    let reply = wire.reply().await;
    reply.is_refused(401, "invalid_api_key");
    assert_eq!(reply.header("connection"), Some("close"));
    wire.is_closed().await;
}

#[tokio::test]
async fn a_caller_is_not_asked_to_go_on_with_a_body_that_will_not_be_read() {
    let world = World::start().await;
    let mut wire = Wire::connect(world.api).await;
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n";
    wire.send(format!("{head}content-length: 1000\r\n\r\n")).await;
    assert!(wire.rest().await.starts_with("HTTP/1.1 401 "));
    let odd = world.ada().asks("open-1").header("expect", "the unexpected").await;
    odd.is_refused(417, "expectation_failed");
}

#[tokio::test]
async fn nothing_of_the_callers_headers_reaches_a_backend() {
    let world = World::with(|file| {
        file["upstreams"]["local"]["backends"][0]["credential"] =
            serde_json::json!({ "file": "sluice.key" });
    })
    .await;
    let call = world.ada().asks("open-1");
    let call = [
        ("x-tier", "internal"),
        ("x-sluice-tier", "internal"),
        ("x-principal", "ina"),
        ("x-forwarded-for", "10.6.6.6"),
        ("forwarded", "for=10.6.6.6"),
        ("x-real-ip", "10.6.6.6"),
        ("x-request-id", "mine"),
        ("x-portkey-custom-host", "10.6.6.6"),
        ("openai-organization", "org-mine"),
        ("cookie", "session=mine"),
        ("x-data-parallel-rank", "1"),
        ("accept-encoding", "gzip"),
        ("connection", "authorization"),
        ("user-agent", "mine/1.0"),
    ]
    .iter()
    .fold(call, |call, (name, value)| call.header(name, value));
    let reply = call.await;
    reply.is_ok();
    assert_ne!(reply.header("x-request-id"), Some("mine"));
    let seen = world.backend.next().await;
    for secret in ["internal", "ina\"", "10.6.6.6", "mine", "gzip", world.ada().key()] {
        assert!(!seen.holds(secret), "{secret} reached the backend: {:?}", seen.head);
    }
    let key = "Bearer a-secret-for-tests-which-is-long-enough-to-be-one";
    assert_eq!(seen.head.headers("authorization"), [key]);
    assert_eq!(seen.header("host"), Some(world.backend.at().to_string().as_str()));
}

#[tokio::test]
async fn a_crafted_host_opens_no_door() {
    let world = World::start().await;
    for host in ["a/?", "a/#", "a/v1/models?", "127.0.0.1@a", "a b"] {
        let mut wire = Wire::connect(world.api).await;
        wire.send(format!("GET /v1/models HTTP/1.1\r\nhost: {host}\r\n\r\n")).await;
        let reply = wire.reply().await;
        assert!([400, 401].contains(&reply.status), "{host}: {}", reply.body());
    }
    let mut wire = Wire::connect(world.api).await;
    wire.send("GET /v1/models HTTP/1.1\r\nhost: health.internal\r\n\r\n").await;
    wire.reply().await.is_refused(401, "invalid_api_key");
}

#[tokio::test]
async fn guessing_is_slowed_by_address() {
    let world = World::start().await;
    let nobody = world.nobody();
    let mut slowed = None;
    for _ in 0..2000 {
        let reply = nobody.gets("/v1/models").await;
        if reply.status != 401 {
            slowed = Some(reply);
            break;
        }
    }
    let slowed = slowed.expect("an address that guesses without end is slowed");
    slowed.is_refused(429, "too_many_failures");
    assert!(slowed.header("retry-after").is_some());
    world.ada().asks("open-1").await.is_ok();
}
