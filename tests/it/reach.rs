//! Distinct users of models whose licence has a cap.

use serde_json::json;
use sluice_gateway::serve::{Options, Running, start};
use sluice_tests::{Caller, Hands, Metrics, World, answer};
use std::path::Path;
use std::sync::Arc;

const USERS: &str = "sluice_licence_distinct_users";
const CAP: &str = "sluice_licence_distinct_users_cap";

/// A world whose model `open-1` is under a licence with a cap, with its store in a file.
async fn world() -> World {
    let setup = World::setup().await.with(|file| {
        file["store"] = json!({ "kind": "sqlite", "path": "sluice.db" });
        file["models"]["open-1"]["licence"] = json!("tongyi-qianwen");
    });
    let world = setup.start().await;
    world.backend.always_by(answer::fitting);
    world
}

async fn users(node: &Running) -> i64 {
    let reply = Caller::with_key(node.ops, "none").gets("/metrics").await;
    Metrics { text: reply.body() }.sum(USERS, &[("model", "open-1")])
}

async fn again(folder: &Path, hands: &Hands) -> Running {
    let config = sluice_config::load(&folder.join("sluice.yaml"));
    let config = config.unwrap_or_else(|problems| panic!("{problems}"));
    let options = Options { clock: Arc::new(hands.clone()), ..Options::default() };
    start(config, options).await.expect("a node that starts")
}

#[tokio::test]
async fn each_is_counted_once_a_month_where_the_licence_has_a_cap() {
    let world = world().await;
    for _ in 0..3 {
        world.ada().asks("open-1").await.is_ok();
        world.bob().asks("open").await.is_ok();
        world.ina().asks("trusted-1").await.is_ok();
        world.nobody().asks("open-1").await.is_refused(401, "invalid_api_key");
    }
    let metrics = world.metrics().await;
    assert_eq!(metrics.sum(USERS, &[("model", "open-1")]), 2);
    assert_eq!(metrics.sum(CAP, &[("model", "open-1")]), 100_000_000);
    assert_eq!(metrics.sum(CAP, &[]), 100_000_000, "no other licence has one");
    world.hands.turn(std::time::Duration::from_hours(24 * 40));
    assert_eq!(world.metrics().await.sum(USERS, &[]), 0, "a new month");
}

#[tokio::test]
async fn a_restart_forgets_nobody() {
    let world = world().await;
    world.ada().asks("open-1").await.is_ok();
    world.bob().asks("open-1").await.is_ok();
    let folder = world.folder().to_owned();
    assert!(world.node.drain().await);
    let node = again(&folder, &world.hands).await;
    assert_eq!(users(&node).await, 2);
    assert!(node.drain().await);
    std::fs::write(folder.join("sluice.db-users"), "not what we wrote").expect("a bad file");
    let node = again(&folder, &world.hands).await;
    assert_eq!(users(&node).await, 0, "what cannot be read is counted anew");
}

#[tokio::test]
async fn nodes_that_share_a_store_write_over_nobody() {
    let world = world().await;
    let (folder, hands) = (world.folder().to_owned(), world.hands.clone());
    let (one, other) = (again(&folder, &hands).await, again(&folder, &hands).await);
    let by = |node: &Running, caller: &Caller| {
        Caller::with_key(*node.api.first().expect("a listener"), caller.key())
    };
    by(&one, world.ada()).asks("open-1").await.is_ok();
    by(&other, world.bob()).asks("open-1").await.is_ok();
    assert!(one.drain().await && other.drain().await);
    assert_eq!(users(&again(&folder, &hands).await).await, 2);
}
