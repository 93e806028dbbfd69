//! Licences that are agreed to, keys for some networks only, and a restart that forgets nothing.

use super::{becomes, beside};
use serde_json::{Value, json};
use sluice_tests::{Caller, Process, put};

fn licensed(file: &mut Value) {
    file["licences"] = json!({ "gemma": { "text": "gemma.txt", "other_text": true } });
    file["models"]["open-1"]["licence"] = json!("apache-2.0");
    file["models"]["soft-1"] = file["models"]["open-1"].clone();
    file["models"]["soft-1"]["aliases"] = json!([]);
    file["models"]["soft-1"]["licence"] = json!("gemma");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_good_where_and_for_what_it_was_made() {
    let beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "trusted").await;
    let made = beside.json("keys create bob --from 10.0.0.0/8");
    let far = Caller::with_key(beside.process.api, made["key"].as_str().expect("a key"));
    becomes(&far, "open-1", 403).await;
    let made = beside.json("keys create bob --from 127.0.0.0/8 --model open-1");
    let near = Caller::with_key(beside.process.api, made["key"].as_str().expect("a key"));
    becomes(&near, "open-1", 200).await;
    near.asks("trusted-1").await.is_refused(403, "insufficient_scope");
    bob.asks("trusted-1").await.is_ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_restores_all_of_it() {
    let mut beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "public").await;
    let eve = beside.makes("eve", "public").await;
    beside.runs("grants give --principal bob --model trusted-1");
    beside.runs("releases suspend open-1 --reason smoke");
    beside.runs("standing suspend --principal eve --reason abuse");
    becomes(&bob, "trusted-1", 200).await;
    becomes(&bob, "open-1", 503).await;
    becomes(&eve, "open-1", 403).await;
    beside.process.daemon.signal("TERM");
    assert_eq!(beside.process.daemon.ends().await, Some(0));
    let again = Process::serve(beside.folder.path(), beside.file.clone()).await;
    let bob = Caller::with_key(again.api, bob.key());
    let eve = Caller::with_key(again.api, eve.key());
    bob.asks("trusted-1").await.is_ok();
    bob.asks("open-1").await.is_refused(503, "model_suspended");
    eve.asks("open-1").await.is_refused(403, "principal_suspended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_licence_is_agreed_to_and_again_when_its_text_changes() {
    let beside = super::beside_with(licensed, |folder| put(folder, "gemma.txt", "one")).await;
    let bob = beside.makes("bob", "public").await;
    bob.asks("soft-1").await.is_refused(403, "licence_acceptance_required");
    let wrong = "0".repeat(64);
    let why = beside.fails(&format!("licences accept gemma --principal bob --text {wrong}"));
    assert!(why.contains("is now"), "{why}");
    beside.runs("licences accept gemma --principal bob --reason signed");
    becomes(&bob, "soft-1", 200).await;
    let shown = beside.json("licences show gemma");
    assert_eq!(shown["accepted"][0]["owner"]["id"], "bob");
    put(beside.folder.path(), "gemma.txt", "another");
    beside.process.daemon.signal("HUP");
    becomes(&bob, "soft-1", 403).await;
    beside.runs("licences accept gemma --principal bob");
    becomes(&bob, "soft-1", 200).await;
}
