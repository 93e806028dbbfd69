//! Keys made and ended by the command line, beside a running node.

use sluice_store::CredentialRecord;
use sluice_tests::{Backend, Caller, Process, file, run, until};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a running node may take to feel a change.
const FELT: Duration = Duration::from_secs(1);

async fn node() -> (Process, Backend, TempDir) {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let process = Process::serve(folder.path(), file(&backend.url())).await;
    (process, backend, folder)
}

async fn becomes(caller: &Caller, status: u16) -> Duration {
    let began = Instant::now();
    until("a change to be felt", || async { caller.asks("open-1").await.status == status }).await;
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_works_and_stops_within_a_second() {
    let (process, _backend, _folder) = node().await;
    let ada = process.makes("ada", "trusted");
    let took = becomes(&ada, 200).await;
    assert!(took < FELT, "a new key took {took:?}");
    let public = ada.key().get(10..22).expect("a public part");
    process.cli(&["keys", "revoke", public]).is_fine();
    let took = becomes(&ada, 401).await;
    assert!(took < FELT, "a revoked key worked for {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_refused_before_it_was_made_works_within_a_second() {
    let (process, _backend, folder) = node().await;
    // The same store, before the node has seen the key: made by hand in another folder.
    let ada = process.makes("ada", "trusted");
    let second = process.makes_a_key("ada");
    assert_ne!(ada.key(), second.key());
    for caller in [&ada, &second] {
        assert!(becomes(caller, 200).await < FELT);
    }
    // One key of several ends alone.
    let public = second.key().get(10..22).expect("a public part");
    process.cli(&["keys", "revoke", public]).is_fine();
    assert!(becomes(&second, 401).await < FELT);
    assert_eq!(ada.asks("open-1").await.status, 200);
    drop(folder);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_principal_moves_and_stops_within_a_second() {
    let (process, _backend, _folder) = node().await;
    let ada = process.makes("ada", "public");
    becomes(&ada, 200).await;
    assert_eq!(ada.asks("trusted-1").await.status, 404);
    process.cli(&["principals", "set-tier", "ada", "trusted"]).is_fine();
    let began = Instant::now();
    until("a new tier", || async { ada.asks("trusted-1").await.status == 200 }).await;
    assert!(began.elapsed() < FELT);
    process.cli(&["principals", "disable", "ada"]).is_fine();
    assert!(becomes(&ada, 401).await < FELT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_shown_once_and_kept_nowhere() {
    let (process, _backend, folder) = node().await;
    let ada = process.makes("ada", "trusted");
    becomes(&ada, 200).await;
    ada.asks("open-1").says("s3cr3t words").await.is_ok();
    let secret = ada.key().get(23..66).expect("a secret part");
    for arguments in
        [&["keys", "list"][..], &["principals", "list"], &["usage", "--by", "tier,model,day"]]
    {
        let out = process.cli(arguments).is_fine().to_owned();
        assert!(!out.contains(secret), "{arguments:?} shows the key: {out}");
    }
    process.daemon.signal("TERM");
    let mut process = process;
    assert_eq!(process.daemon.ends().await, Some(0));
    for entry in std::fs::read_dir(folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(secret), "{} holds the key", path.display());
        assert!(!text.contains("s3cr3t words"), "{} holds a prompt", path.display());
    }
    let log = process.daemon.log();
    assert!(!log.contains(secret) && !log.contains("s3cr3t words"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_key_works_beside_the_new_one_until_it_ends() {
    let (process, _backend, folder) = node().await;
    process.cli(&["principals", "create", "ada", "--tier", "public"]).is_fine();
    let create = ["keys", "create", "ada", "--note", "laptop", "--expires", "90d", "--json"];
    let old = json(process.cli(&create).is_fine());
    let id = old["id"].as_str().expect("an id");
    let rotate = ["keys", "rotate", id, "--overlap", "12h", "--reason", "spring clean", "--json"];
    let new = json(process.cli(&rotate).is_fine());
    assert_eq!(new["replaces"], old["id"]);
    for made in [&old, &new] {
        let key = made["key"].as_str().expect("a key");
        assert!(becomes(&Caller::with_key(process.api, key), 200).await < FELT);
    }
    process.cli(&["keys", "rotate", id, "--overlap", "30d", "--expires", "1h"]).is_fine();
    let path = folder.path().join("sluice.db");
    let store = sluice_store::open(&sluice_config::StoreSpec::Sqlite { path }).await;
    let store = store.expect("the store of the node");
    let keys = store.records.credentials(None).await.expect("the keys");
    let told: Vec<_> =
        keys.iter().map(|key| (key.note.as_str(), hours(key), replaced(key))).collect();
    let wanted = [("laptop", 12, ""), ("laptop", 90 * 24, id), ("laptop", 1, id)];
    assert_eq!(told, wanted, "12 hours, and no later end the second time");
    let audit = store.records.audit(0, 10).await.expect("the audit");
    let told: Vec<_> =
        audit.iter().map(|it| (it.act.verb.as_str(), it.act.reason.as_str())).collect();
    assert_eq!(told[1..3], [("create_credential", ""), ("rotate_credential", "spring clean")]);
    store.close().await;
    process.cli(&["keys", "revoke", id]).is_fine();
    let refused = process.cli(&["keys", "rotate", id]);
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    assert!(refused.err.contains("is revoked"), "{}", refused.err);
}

#[test]
fn what_a_key_is_for_is_shown_and_goes_on_with_it() {
    let folder = TempDir::new().expect("a folder");
    run(folder.path(), &["init"]).is_fine();
    run(folder.path(), &["principals", "create", "ada", "--tier", "public"]).is_fine();
    let narrow = ["--operation", "chat", "--operation", "embedding", "--from", "10.0.0.0/8"];
    let create = [&["keys", "create", "ada", "--json", "--model", "open-1"][..], &narrow].concat();
    let made = json(run(folder.path(), &create).is_fine());
    let scopes = serde_json::json!({
        "models": ["open-1"], "operations": ["chat", "embedding"], "addresses": ["10.0.0.0/8"],
    });
    assert_eq!(made["scopes"], scopes);
    let id = made["id"].as_str().expect("an id");
    let rotated = json(run(folder.path(), &["keys", "rotate", id, "--json"]).is_fine());
    assert_eq!(rotated["scopes"], scopes);
    let shown = run(folder.path(), &["keys", "list"]).is_fine().to_owned();
    let words = "models open-1; operations chat, embedding; from 10.0.0.0/8";
    assert_eq!(shown.matches(words).count(), 2, "{shown}");

    for (narrow, code, why) in [
        (["--model", "open-9"], 1, "no model `open-9`"),
        (["--operation", "chats"], 2, "expected chat"),
        (["--from", "10.0.0.1/8"], 2, "expected a network"),
    ] {
        let ran = run(folder.path(), &[&["keys", "create", "ada"][..], &narrow].concat());
        assert_eq!(ran.code, Some(code), "{narrow:?}: {}", ran.out);
        assert!(ran.err.contains(why), "{narrow:?}: {}", ran.err);
    }
}

/// How long a key lives, in hours. The clock of the command line may pass a millisecond on the way.
fn hours(key: &CredentialRecord) -> u64 {
    let end = key.expires.expect("an end");
    (end.since(key.created).as_secs() + 1800) / 3600
}

fn replaced(key: &CredentialRecord) -> &str {
    key.replaces.as_ref().map_or("", |id| id.as_str())
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn an_unknown_tier_or_principal_is_refused_by_name() {
    let folder = TempDir::new().expect("a folder");
    run(folder.path(), &["init"]).is_fine();
    for arguments in [
        &["principals", "create", "ada", "--tier", "none"][..],
        &["keys", "create", "nobody"],
        &["keys", "revoke", "000000000000"],
        &["keys", "rotate", "000000000000"],
    ] {
        let ran = run(folder.path(), arguments);
        assert_ne!(ran.code, Some(0), "{arguments:?}: {}", ran.out);
        assert!(!ran.err.is_empty(), "{arguments:?} says nothing");
    }
}
