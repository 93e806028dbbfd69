//! Grants: given, under conditions, suspended, revoked; and what was asked for.

use super::{becomes, beside};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_opens_a_model_until_it_is_taken_back() {
    let beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "public").await;
    bob.asks("trusted-1").await.is_refused(404, "model_not_found");
    let given = beside.runs("grants give --principal bob --model trusted-1 --reason pilot");
    let id = given.trim();
    becomes(&bob, "trusted-1", 200).await;
    bob.asks("internal-1").await.is_refused(404, "model_not_found");
    beside.runs(&format!("grants suspend {id}"));
    becomes(&bob, "trusted-1", 404).await;
    beside.runs(&format!("grants resume {id}"));
    becomes(&bob, "trusted-1", 200).await;
    beside.runs(&format!("grants revoke {id} --reason over --by eve"));
    becomes(&bob, "trusted-1", 404).await;
    let why = beside.fails(&format!("grants resume {id}"));
    assert!(why.contains("is revoked"), "{why}");
    let listed = beside.json("grants list --principal bob");
    assert_eq!(listed[0]["grant"]["state"], "revoked");
    let audit = beside.json("audit");
    let last = audit.as_array().and_then(|all| all.last()).expect("an entry");
    assert_eq!((&last["by"], &last["reason"]), (&json!("eve"), &json!("over")));
    let after = last["seq"].as_u64().expect("a number");
    assert_eq!(beside.json(&format!("audit --after {after}")), json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_whose_condition_is_not_met_does_not_count_and_that_is_told() {
    let beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "public").await;
    beside.runs("orgs create acme --domicile DE");
    beside.runs("projects create lab --org acme");
    beside.runs("principals set-project bob lab");
    beside.runs("grants give --project lab --model trusted-1 --require retention,review");
    let told = beside.runs("explain --principal bob open-1");
    assert!(told.contains("data_retention"), "{told}");
    bob.asks("trusted-1").await.is_refused(404, "model_not_found");
    beside.runs("projects set lab --data-retention true --human-review true");
    becomes(&bob, "trusted-1", 200).await;
    let shown = beside.json("principals show bob");
    assert!(shown["models"].as_array().expect("models").contains(&json!("trusted-1")), "{shown}");
    beside.runs("projects set lab --human-review false");
    becomes(&bob, "trusted-1", 404).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grants_ask_where_a_call_comes_from_and_who_makes_it() {
    let beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "public").await;
    beside.runs("grants give --principal bob --model trusted-1 --from-cidr 10.0.0.0/8");
    let near = "explain --principal bob trusted-1";
    assert!(beside.fails(near).contains("unknown_model"));
    beside.runs(&format!("{near} --address 10.1.2.3"));
    bob.asks("trusted-1").await.is_refused(404, "model_not_found");
    beside.runs(
        "grants give --principal bob --model trusted-1 --min-verification identity --for-purpose \
         research",
    );
    beside.runs("principals verify bob identity --method passport");
    bob.asks("trusted-1").await.is_refused(404, "model_not_found");
    beside.runs("principals purposes bob research");
    becomes(&bob, "trusted-1", 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_granted_must_be_in_the_file() {
    let beside = beside(|_| {}).await;
    beside.runs("principals create bob --tier public");
    for (line, why) in [
        ("--principal bob --model open-9", "the file has no model `open-9`"),
        ("--principal eve --model open-1", "no principal is called eve"),
        ("--project lab --model open-1", "no project is called lab"),
        ("--org lab --model open-1", "no organisation is called lab"),
        ("--end-user somebody --model open-1", "32 hex digits"),
        ("--model open-1", "say whom"),
        ("--principal bob", "say what"),
        ("--principal bob --relax nonsense", "names the category"),
        ("--principal bob --limit tokens:day:100", "none to raise"),
    ] {
        let said = beside.fails(&format!("grants give {line}"));
        assert!(said.contains(why), "{line}: {said}");
    }
    assert_eq!(beside.json("grants list"), json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_raised_and_a_credit_is_told() {
    let beside = beside(|file| {
        file["tiers"]["public"]["limits"] = json!([
            { "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 100 },
        ]);
    })
    .await;
    beside.runs("principals create bob --tier public");
    beside.runs("grants give --principal bob --limit requests:minute:600");
    beside.runs("grants give --principal bob --credit 5000 --sponsor lab --purpose research");
    let told = beside.json("explain --principal bob open-1");
    let limits = told["terms"]["limits"].to_string();
    assert!(limits.contains("600") && !limits.contains("100"), "{limits}");
    assert!(told["terms"]["credit"].to_string().contains("5000"), "{told}");
}
