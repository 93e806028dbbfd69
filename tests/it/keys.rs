//! Keys made and ended by the command line, beside a running node.

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

#[test]
fn an_unknown_tier_or_principal_is_refused_by_name() {
    let folder = TempDir::new().expect("a folder");
    run(folder.path(), &["init"]).is_fine();
    for arguments in [
        &["principals", "create", "ada", "--tier", "none"][..],
        &["keys", "create", "nobody"],
        &["keys", "revoke", "000000000000"],
    ] {
        let ran = run(folder.path(), arguments);
        assert_ne!(ran.code, Some(0), "{arguments:?}: {}", ran.out);
        assert!(!ran.err.is_empty(), "{arguments:?} says nothing");
    }
}
