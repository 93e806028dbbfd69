//! Who shows no credential at all, where the file lets them in.

use serde_json::json;
use sluice_store::By;
use sluice_tests::World;

async fn open() -> World {
    World::with(|file| {
        file["identity"] = json!({ "anonymous": { "tier": "public" } });
        file["listeners"][0]["plaintext"] = json!("behind_proxy");
        file["listeners"][0]["trusted_proxies"] = json!(["127.0.0.1"]);
    })
    .await
}

#[tokio::test]
async fn each_address_is_a_principal_on_the_tier_of_the_file() {
    let world = open().await;
    let nobody = world.nobody();
    nobody.asks("open-1").await.is_ok();
    assert_eq!(nobody.asks("trusted-1").await.status, 404);
    for address in ["2001:db8::1", "2001:db8::2", "192.0.2.7"] {
        nobody.asks("open-1").header("x-forwarded-for", address).await.is_ok();
    }
    world.total(4).await;
    let lines = world.books(&[By::Principal]).await;
    let mut names: Vec<_> = lines.iter().flat_map(|line| line.of.clone()).collect();
    names.sort();
    let expected = ["anonymous:127.0.0.1", "anonymous:192.0.2.7", "anonymous:2001:db8::/64"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_bad_credential_is_not_none() {
    let world = open().await;
    for (name, value) in [
        ("authorization", "Bearer"),
        ("authorization", "Bearer sk-sluice-nonsense"),
        ("authorization", "Basic eA=="),
        ("authorization", "Bearer eyJ0.eyJ1.AAAA"),
        ("x-api-key", "x"),
        ("api-key", ""),
    ] {
        let reply = world.nobody().asks("open-1").header(name, value).await;
        reply.is_refused(401, "invalid_api_key");
    }
}

#[tokio::test]
async fn without_the_section_nobody_is_let_in() {
    let world = World::start().await;
    world.nobody().asks("open-1").await.is_refused(401, "invalid_api_key");
}

#[tokio::test]
async fn a_reload_moves_or_stops_who_is_in_memory() {
    let mut world = open().await;
    let nobody = world.nobody();
    nobody.asks("open-1").await.is_ok();
    assert_eq!(nobody.asks("trusted-1").await.status, 404);
    world
        .reloads(|file| file["identity"]["anonymous"]["tier"] = json!("trusted"))
        .expect("a good file");
    nobody.asks("trusted-1").await.is_ok();
    world.reloads(|file| file["identity"] = json!({})).expect("a good file");
    nobody.asks("open-1").await.is_refused(401, "invalid_api_key");
}
