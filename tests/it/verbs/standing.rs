//! How somebody stands, and what that leaves them.

use super::{becomes, beside};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_suspended_is_refused_until_that_is_lifted() {
    let beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "public").await;
    let why = beside.fails("standing suspend --principal bob");
    assert!(why.contains("right to a reason"), "{why}");
    for verb in ["suspend", "ban"] {
        let id = beside.runs(&format!("standing {verb} --principal bob --reason abuse"));
        becomes(&bob, "open-1", 403).await;
        bob.asks("open-1").await.is_refused(403, "principal_suspended");
        beside.runs(&format!("standing lift {} --reason mistaken", id.trim()));
        becomes(&bob, "open-1", 200).await;
    }
    let shown = beside.json("standing show --principal bob");
    assert_eq!(shown["standing"], "good");
    assert_eq!(shown["actions"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_restricted_has_what_is_public() {
    let beside = beside(|_| {}).await;
    let ada = beside.makes("ada", "trusted").await;
    ada.asks("trusted-1").await.is_ok();
    beside.runs("standing restrict --principal ada --reason odd");
    becomes(&ada, "trusted-1", 404).await;
    ada.asks("open-1").await.is_ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_user_is_blocked_and_others_are_not() {
    let beside = beside(|_| {}).await;
    let bob = beside.makes("bob", "public").await;
    beside.runs("standing suspend --end-user mallory --of bob --reason abuse");
    let asks = |user: &'static str| bob.asks("open-1").header("openai-safety-identifier", user);
    sluice_tests::until("a block", || async { asks("mallory").await.status == 403 }).await;
    asks("mallory").await.is_refused(403, "identifier_blocked");
    asks("trent").await.is_ok();
    let told = beside.fails("explain --principal bob open-1 --end-user mallory");
    assert!(told.contains("end_user_blocked"), "{told}");
}
