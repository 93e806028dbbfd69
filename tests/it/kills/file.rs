//! The kill file: taken when it changes or when the signal says so; a bad one changes nothing.

use serde_json::{Value, json};
use sluice_tests::{Backend, Caller, Process, World, answer, file, put, until};
use std::path::Path;
use tempfile::TempDir;

/// A kill file that stops something.
pub(crate) fn stops(scope: &Value) -> String {
    json!({ "directives": [{
        "id": "kill_by_hand", "scope": scope, "mode": "reject", "reason": "a leak", "by": "ops",
        "at": "2026-11-24T10:00:00Z",
    }] })
    .to_string()
}

async fn is_stopped(caller: &Caller) {
    let stopped = || async { caller.asks("open-1").await.status == 503 };
    until("the kill file to be taken", stopped).await;
    caller.asks("open-1").await.is_refused(503, "model_suspended");
}

fn named(file: &mut Value) {
    file["kill"] = json!({ "file": "stop.yaml", "journal": "stop.jsonl" });
}

#[tokio::test]
async fn it_is_read_before_anybody_can_call_and_again_when_it_changes() {
    let setup = World::setup().await.with(named);
    put(setup.folder(), "stop.yaml", &stops(&json!({ "model": "soon-1" })));
    let world = setup.start().await;
    world.ada().asks("soon-1").await.is_refused(503, "model_suspended");
    world.bob().asks("open-1").await.is_ok();
    world.backend.answers(answer::stream().says("good").hangs());
    let mut call = world.ada().asks("open-1").streamed().begins().await;
    call.says("good").await;
    put(world.folder(), "stop.yaml", &stops(&json!({ "model": "open-1" })));
    call.rest().await.is_broken_off("model_suspended");
    is_stopped(world.bob()).await;
    // What a file no longer says is not over: nobody has restored it.
    std::fs::remove_file(world.folder().join("stop.yaml")).expect("a file");
    put(world.folder(), "stop.yaml", "directives: []\n");
    let counted = || async { world.metrics().await.sum("sluice_kill_file_successful", &[]) == 1 };
    until("the file to be taken", counted).await;
    world.bob().asks("open-1").await.is_refused(503, "model_suspended");
    world.ada().asks("soon-1").await.is_refused(503, "model_suspended");
}

#[tokio::test]
async fn a_bad_file_changes_nothing_and_is_told() {
    let world = World::setup().await.with(named).start().await;
    put(world.folder(), "stop.yaml", &stops(&json!({ "model": "open-1" })));
    is_stopped(world.bob()).await;
    let bad = stops(&json!("everything")).replace("\"reject\"", "\"abort\"");
    put(world.folder(), "stop.yaml", &bad);
    let told = || async { world.metrics().await.sum("sluice_kill_file_successful", &[]) == 0 };
    until("the bad file to be told of", told).await;
    world.bob().asks("open-1").await.is_refused(503, "model_suspended");
    world.ada().asks("soon-1").await.is_ok();
    // A good one is taken after it.
    put(world.folder(), "stop.yaml", &stops(&json!("everything")));
    let stopped = || async { world.ada().asks("soon-1").await.status == 503 };
    until("the good file to be taken", stopped).await;
    assert_eq!(world.metrics().await.sum("sluice_kill_file_successful", &[]), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_writes_it_and_the_signal_has_it_read() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let process = Process::serve(folder.path(), file(&backend.url())).await;
    let ada = process.makes("ada", "trusted");
    until("the key to work", || async { ada.asks("open-1").await.status == 200 }).await;
    let to = ["--file", "kill.yaml", "--reason", "a leak"];
    let run = |arguments: &[&str]| process.cli(&[arguments, &to].concat());
    let made = run(&["kill", "--model", "open-1", "--mode", "reject", "--for", "2h", "--json"]);
    let made: Value = serde_json::from_str(made.is_fine()).expect("JSON");
    let id = made["id"].as_str().expect("an id").to_owned();
    process.daemon.signal("USR2");
    is_stopped(&ada).await;
    assert!(Path::new(folder.path()).join("kill-journal.jsonl").exists());
    let list = process.cli(&["kill", "list"]);
    assert!(list.is_fine().contains(&id) && list.out.contains("model open-1"), "{}", list.out);
    run(&["kill", "restore", &id]).is_fine();
    let open = || async { ada.asks("open-1").await.status == 200 };
    until("the restore to be taken", open).await;
    assert!(!process.cli(&["kill", "list"]).is_fine().contains(&id));
}

#[test]
fn the_command_asks_twice_where_everything_stops_and_takes_no_half_order() {
    let folder = TempDir::new().expect("a folder");
    let run = |arguments: &[&str]| sluice_tests::run(folder.path(), arguments);
    let order = ["kill", "--everything", "--mode", "reject", "--reason", "x", "--file", "k.yaml"];
    let ran = run(&order);
    assert!(ran.code == Some(1) && ran.err.contains("--yes"), "{}", ran.err);
    assert!(!folder.path().join("k.yaml").exists());
    run(&[&order[..], &["--yes"]].concat()).is_fine();
    let half: [&[&str]; 5] = [
        &["kill", "--mode", "reject", "--reason", "x", "--file", "k.yaml"],
        &["kill", "--model", "a", "--tier", "b", "--mode", "reject", "--reason", "x"],
        &["kill", "--model", "a", "--reason", "x"],
        &["kill", "--model", "a", "--mode", "reject"],
        &["kill", "restore", "kill_1"],
    ];
    for arguments in half {
        assert_eq!(run(arguments).code, Some(2), "{arguments:?}");
    }
    // A bad file is not written over.
    put(folder.path(), "bad.yaml", "directives: 7\n");
    let ran =
        run(&["kill", "--model", "a", "--mode", "drain", "--reason", "x", "--file", "bad.yaml"]);
    assert_eq!(ran.code, Some(78), "{}", ran.err);
    let unknown = run(&["kill", "restore", "kill_none", "--reason", "x", "--file", "k.yaml"]);
    assert!(unknown.code == Some(1) && unknown.err.contains("kill_none"), "{}", unknown.err);
}
