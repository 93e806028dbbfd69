//! What outlasts the node: a directive that was heard holds after a crash, without store or file.

use super::file::stops;
use super::{kill, restore};
use serde_json::json;
use sluice_tests::{Backend, Caller, Process, World, file, put, until};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

async fn stopped(caller: &Caller) {
    let stopped = || async { caller.asks("open-1").await.status == 503 };
    until("the directive to hold", stopped).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directive_holds_after_a_kill_without_the_store_and_without_the_file() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let mut process = Process::serve(folder.path(), file(&backend.url())).await;
    let ada = process.makes("ada", "trusted");
    until("the key to work", || async { ada.asks("open-1").await.status == 200 }).await;
    put(folder.path(), "kill.yaml", &stops(&json!({ "model": "open-1" })));
    stopped(&ada).await;
    process.daemon.signal("KILL");
    process.daemon.ends().await;
    for entry in fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if name.starts_with("sluice.db") || name == "kill.yaml" {
            fs::remove_file(path).expect("a file");
        }
    }
    let again = Process::serve(folder.path(), file(&backend.url())).await;
    let ada = again.makes("ada", "trusted");
    until("the key to work", || async { ada.asks("open-1").await.status != 401 }).await;
    ada.asks("open-1").await.is_refused(503, "model_suspended");
    assert_eq!(again.metrics().await.sum("sluice_kill_directives", &[("scope", "model")]), 1);
}

/// A world with a journal, begun by one before it that stopped `open-1`.
async fn after(journal: impl FnOnce(&Path)) -> World {
    let setup = World::setup().await.with(|file| {
        file["kill"] = json!({ "file": "stop.yaml", "journal": "stop.jsonl" });
    });
    journal(&setup.folder().join("stop.jsonl"));
    setup.start().await
}

fn line(id: &str) -> String {
    let orders = kill(id, &json!({ "model": "open-1" }), "reject");
    let directive = orders.directives.first().expect("a directive");
    format!("{}\n", json!({ "directive": directive }))
}

#[tokio::test]
async fn a_torn_line_is_no_order_and_spoils_no_other() {
    let torn: String = line("2").chars().take(80).collect();
    let world = after(|path| {
        fs::write(path, line("1") + &torn).expect("a journal");
    })
    .await;
    world.bob().asks("open-1").await.is_refused(503, "model_suspended");
    world.node.hear(restore("1")).await;
    world.bob().asks("open-1").await.is_ok();
    world.node.hear(kill("3", &json!("everything"), "reject")).await;
    let text = fs::read_to_string(world.folder().join("stop.jsonl")).expect("a journal");
    let last = text.lines().last().expect("a line");
    assert!(last.contains("kill_3") && text.ends_with('\n'), "{text}");
    assert!(text.lines().any(|line| line.contains("restore")), "{text}");
}

#[tokio::test]
async fn a_line_that_is_no_order_is_kept_aside() {
    let world = after(|path| {
        fs::write(path, format!("what is this\n{}", line("1"))).expect("a journal");
    })
    .await;
    world.bob().asks("open-1").await.is_refused(503, "model_suspended");
    let aside = fs::read_to_string(world.folder().join("stop.unread")).expect("a copy");
    assert!(aside.starts_with("what is this\n"));
}

#[tokio::test]
async fn a_journal_that_another_process_empties_is_written_again() {
    let world = after(|_| {}).await;
    let path = world.folder().join("stop.jsonl");
    let holds = |id: &'static str| {
        let path = path.clone();
        move || {
            let text = fs::read_to_string(&path).unwrap_or_default();
            std::future::ready(text.contains(id))
        }
    };
    world.node.hear(kill("1", &json!({ "model": "soon-1" }), "reject")).await;
    fs::write(&path, "").expect("a journal");
    until("the journal to be mended", holds("kill_1")).await;
    fs::remove_file(&path).expect("a journal");
    world.node.hear(kill("2", &json!({ "tier": "public" }), "reject")).await;
    until("the journal to be there again", holds("kill_1")).await;
    assert!(holds("kill_2")().await);
    // What another process writes to it is heard.
    fs::write(&path, line("3")).expect("a journal");
    let heard = || async { world.ada().asks("open-1").await.status == 503 };
    until("what another process wrote to be heard", heard).await;
    until("all to be in the journal", holds("kill_2")).await;
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_stops_no_order_and_is_told() {
    let world = after(|_| {}).await;
    let path = world.folder().join("stop.jsonl");
    let ready = || async { world.ops("/readyz?verbose").await.body() };
    assert!(!ready().await.contains("the journal lacks"));
    fs::remove_file(&path).expect("a journal");
    fs::create_dir(&path).expect("a folder in its place");
    world.node.hear(kill("1", &json!({ "model": "open-1" }), "reject")).await;
    world.bob().asks("open-1").await.is_refused(503, "model_suspended");
    assert!(ready().await.contains("the journal lacks"), "{}", ready().await);
    let metrics = world.metrics().await;
    assert!(metrics.sum("sluice_kill_errors_total", &[("reason", "journal")]) >= 1);
    // It is tried again until it can be.
    fs::remove_dir(&path).expect("the folder");
    until("it to be written", || async { !ready().await.contains("the journal lacks") }).await;
    assert!(fs::read_to_string(&path).expect("a journal").contains("kill_1"));
}

#[tokio::test]
async fn it_ends_by_itself_when_it_says() {
    let world = World::start().await;
    let mut orders = serde_json::to_value(kill("1", &json!("everything"), "reject")).expect("JSON");
    orders["directives"][0]["expires"] = "2026-11-24T10:30:00Z".into();
    world.node.hear(serde_json::from_value(orders).expect("orders")).await;
    world.bob().asks("open-1").await.is_refused(503, "model_suspended");
    world.hands.turn(Duration::from_mins(30));
    world.bob().asks("open-1").await.is_ok();
    let over = || async { world.metrics().await.sum("sluice_kill_directives", &[]) == 0 };
    until("it to be let go", over).await;
}
