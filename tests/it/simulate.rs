//! Yesterday's calls, decided again by another configuration.

use serde_json::{Value, json};
use sluice_tests::{Backend, Process, answer, file, put, until};
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_would_gain_and_lose_is_told_from_yesterdays_calls() {
    let backend = Backend::start().await;
    let folder = TempDir::new().expect("a folder");
    let mut settings = file(&backend.url());
    settings["decisions"] = json!({ "log": "decisions.jsonl" });
    let mut process = Process::serve(folder.path(), settings.clone()).await;
    let ada = process.makes("ada", "trusted");
    until("the key to work", || async { ada.gets("/v1/models").await.status == 200 }).await;
    for _ in 0..3 {
        backend.answers(answer::chat("good morning"));
        ada.asks("open-1").says("a prompt of ada").await.is_ok();
    }
    let unknown = ada.asks("sk-pasted-into-the-wrong-field").says("a prompt of ada").await;
    assert_eq!(unknown.status, 404);
    process.daemon.signal("TERM");
    assert_eq!(process.daemon.ends().await, Some(0), "{}", process.daemon.log());

    let log = std::fs::read_to_string(folder.path().join("decisions.jsonl")).expect("a log");
    assert_eq!(log.lines().count(), 4, "{log}");
    for secret in ["a prompt of ada", "sk-pasted", "127.0.0.1"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }

    settings["models"]["open-1"]["stage"] = json!("internal");
    put(folder.path(), "candidate.yaml", &settings.to_string());
    let simulate = ["simulate", "candidate.yaml", "--log", "decisions.jsonl"];
    let told = process.cli(&simulate).is_fine().to_owned();
    assert!(told.contains("ada loses open-1: 3 calls; it would be unknown_model\n"), "{told}");
    assert!(told.contains("4 decisions taken again; 0 gains, 1 losses"), "{told}");
    let told = process.cli(&[&simulate[..], &["--json"]].concat()).is_fine().to_owned();
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["losses"][0]["calls"], 3, "{told}");
}
