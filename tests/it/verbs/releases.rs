//! Revisions on their ladders: moved, stopped, opened to some; and who used them.

use super::{becomes, beside};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revision_moves_by_legal_steps_and_callers_see_it() {
    let beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "public").await;
    bob.asks("trusted-1").await.is_refused(404, "model_not_found");
    let why = beside.fails("releases promote trusted-1 public --reason ready");
    assert!(why.contains("one rung at a time"), "{why}");
    beside.fails("releases promote trusted-1 gated");
    let why = beside.fails("releases promote trusted-1 internal --reason ready");
    assert!(why.contains("releases demote"), "{why}");
    beside.runs("releases promote trusted-1 gated --reason ready");
    beside.runs("releases promote trusted-1 public --reason ready");
    becomes(&bob, "trusted-1", 200).await;
    let why = beside.fails("releases promote trusted-1 open_weights --reason out");
    assert!(why.contains("--confirm trusted-1@9f2c1b7d"), "{why}");
    beside.runs("releases suspend trusted-1 --reason smoke");
    becomes(&bob, "trusted-1", 503).await;
    bob.asks("trusted-1").await.is_refused(503, "model_suspended");
    beside.runs("releases resume trusted-1 --reason clear");
    becomes(&bob, "trusted-1", 200).await;
    beside.runs("releases demote trusted-1 trusted --reason doubts");
    becomes(&bob, "trusted-1", 404).await;
    let history = beside.json("releases history trusted-1");
    let numbers: Vec<_> =
        history.as_array().expect("moves").iter().map(|it| &it["number"]).collect();
    assert_eq!(numbers, [&json!(1), &json!(2), &json!(3), &json!(4), &json!(5)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_and_records_are_told_apart() {
    let mut beside = beside(|_| {}).await;
    beside.runs("releases demote open-1 trusted --reason doubts");
    let listed = beside.json("releases list");
    let open = listed.as_array().expect("revisions").iter().find(|it| it["model"] == "open-1");
    let open = open.expect("open-1");
    assert_eq!((&open["file_stage"], &open["drift"]), (&json!("public"), &json!(true)));
    let told = beside.runs("check sluice.yaml");
    assert!(told.contains("warning: open-1@9f2c1b7d is at trusted by records"), "{told}");
    beside.file["models"]["open-1"]["revision"] = json!("0a11");
    beside.process.rewrite(beside.file.clone());
    let told = beside.runs("check sluice.yaml");
    assert!(told.contains("the file does not have it"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_ask_for_one_place() {
    let beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "public").await;
    let eve = beside.makes("eve", "public").await;
    beside.runs("releases cohort open-1 --places 1 --reason ramp");
    // Whoever is first has it; the node has heard once somebody has none.
    let one_is_out = || async {
        let (bob, eve) = (bob.asks("open-1"), eve.asks("open-1"));
        let (bob, eve) = tokio::join!(async { bob.await.status }, async { eve.await.status });
        bob != 200 || eve != 200
    };
    sluice_tests::until("a full cohort", one_is_out).await;
    let statuses = [bob.asks("open-1").await.status, eve.asks("open-1").await.status];
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    beside.runs("releases cohort open-1 --percent 0 --reason stop");
    becomes(&bob, "open-1", 404).await;
    becomes(&eve, "open-1", 404).await;
    beside.runs("releases cohort open-1 --reason all");
    becomes(&bob, "open-1", 200).await;
    becomes(&eve, "open-1", 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_used_a_revision_is_told() {
    let beside = beside(|_| {}).await;
    beside.makes("bob", "public").await;
    let used = || async {
        let used = beside.json("releases recall open-1@9f2c1b7d");
        used[0]["principal"] == "bob" && used[0]["tier"] == "public"
    };
    sluice_tests::until("a row in the ledger", used).await;
    assert_eq!(beside.json("releases recall open-1@other"), json!([]));
}
