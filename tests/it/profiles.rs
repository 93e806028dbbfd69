//! Filter profiles: which one an answer passes, and what its filters do besides stopping.

use serde_json::json;
use sluice_tests::{World, answer};

#[tokio::test]
async fn filters_hang_on_the_stage_of_the_model() {
    let world = World::with(|file| {
        file["tiers"]["public"]["filter"] = json!({ "default": "strict", "public": "none" });
        file["tiers"]["trusted"]["filter"] = json!({ "default": "none", "trusted": "strict" });
    })
    .await;
    let says = |reply: &str| world.backend.answers(answer::streamed(&[reply]));
    says("the dark recipe");
    assert_eq!(world.bob().asks("open-1").streamed().await.is_ok().text(), "the dark recipe");
    says("the dark recipe");
    assert_eq!(world.ada().asks("open-1").streamed().await.is_ok().text(), "the dark recipe");
    says("the dark recipe");
    let reply = world.ada().asks("trusted-1").streamed().await;
    assert_eq!(
        (reply.is_ok().finish().as_deref(), reply.text().as_str()),
        (Some("content_filter"), "the ")
    );
}

#[tokio::test]
async fn a_tier_may_have_more_of_a_stream_wait_than_a_profile_does() {
    for (stream_min, shown) in [("detect_only", "the dark recipe"), ("window", "the ")] {
        let world = World::with(|file| {
            let filters = file["filters"]["strict"].clone();
            file["filters"]["strict"] = json!({ "stream": "detect_only", "filters": filters });
            file["tiers"]["public"]["stream_min"] = stream_min.into();
        })
        .await;
        world.backend.answers(answer::streamed(&["the dark recipe"]));
        assert_eq!(world.bob().asks("open-1").streamed().await.is_ok().text(), shown);
    }
}

#[tokio::test]
async fn a_shadow_is_counted_and_shows_all() {
    let world = World::with(|file| {
        file["filters"]["strict"][0]["shadow"] = json!(true);
    })
    .await;
    world.backend.answers(answer::streamed(&["the dark rec", "ipe"]));
    assert_eq!(world.bob().asks("open-1").streamed().await.is_ok().text(), "the dark recipe");
    world.is_quiet().await;
    let metrics = world.metrics().await;
    let said = |shadow| [("profile", "strict"), ("action", "block"), ("shadow", shadow)];
    assert_eq!(metrics.sum("sluice_filter_verdicts_total", &said("true")), 1);
    assert_eq!(metrics.sum("sluice_filter_verdicts_total", &said("false")), 0);
    assert_eq!(metrics.sum("sluice_filter_leaked_bytes_total", &[]), 0);
}

#[tokio::test]
async fn what_is_only_detected_is_shown_and_counted_as_leaked() {
    let world = World::with(|file| {
        let filters = file["filters"]["strict"].take();
        file["filters"]["strict"] = json!({ "stream": "detect_only", "filters": filters });
    })
    .await;
    world.backend.answers(answer::streamed(&["the dark rec", "ipe"]));
    assert_eq!(world.bob().asks("open-1").streamed().await.is_ok().text(), "the dark recipe");
    world.is_quiet().await;
    let leaked =
        world.metrics().await.sum("sluice_filter_leaked_bytes_total", &[("profile", "strict")]);
    assert_eq!(leaked, 11);
}

/// A published list with one entry: "jane doe".
const HASHES: &[&str] = &[
    "algorithm: sha256",
    "salt: 0123456789abcdef",
    "words_max: 2",
    "produced_at: 2026-01-01",
    "ed424346796e1c61cafef4e969f47df93365f0f2c187a6afdab0e01452d26ce8",
];

#[tokio::test]
async fn who_is_on_a_published_list_is_not_named() {
    let world = World::with(|file| {
        file["filters"]["strict"] = json!([{ "kind": "hash_list", "hashes": HASHES }]);
    })
    .await;
    world.backend.answers(answer::streamed(&["ask Ja", "ne ", "DOE", " or Jane", " Roe"]));
    let reply = world.bob().asks("open-1").streamed().await;
    assert_eq!(reply.is_ok().text(), "ask [removed] or Jane Roe");
    let at = [("profile", "strict"), ("place", "0")];
    let produced = world.metrics().await.sum("sluice_filter_list_produced_timestamp_seconds", &at);
    assert_eq!(produced, 1_767_225_600);
}
