//! The kill switch: who is stopped by what, how calls under way end, and what ends a directive.

mod cut;
mod file;
mod lasting;
mod records;

use crate::fallbacks::falls_back;
use serde_json::{Value, json};
use sluice_config::kill::KillOrders;
use sluice_tests::{Reply, World, answer};

/// A directive of a scope and mode.
pub(crate) fn kill(id: &str, scope: &Value, mode: &str) -> KillOrders {
    let directive = json!({
        "id": format!("kill_{id}"), "scope": scope, "mode": mode,
        "reason": "a leak nobody may hear of", "by": "ops", "at": "2026-11-24T10:00:00Z",
    });
    KillOrders::kill(serde_json::from_value(directive).expect("a directive"))
}

/// What ends it.
pub(crate) fn restore(id: &str) -> KillOrders {
    let restore = json!({
        "kill": format!("kill_{id}"), "by": "ops", "at": "2026-11-24T11:00:00Z",
        "reason": "mended",
    });
    KillOrders::restore(serde_json::from_value(restore).expect("a restore"))
}

/// Every scope that names bob's calls of `open-1`, and the code of the refusal.
fn scopes() -> [(Value, u16, &'static str); 6] {
    [
        (json!("everything"), 503, "model_suspended"),
        (json!({ "model": "open-1" }), 503, "model_suspended"),
        (json!({ "revision": "open-1@9f2c1b7d" }), 503, "model_suspended"),
        (json!({ "stage": "public" }), 503, "model_suspended"),
        (json!({ "tier": "trusted" }), 503, "model_suspended"),
        (json!({ "principal": "ada" }), 403, "principal_suspended"),
    ]
}

/// Scopes like them that name other calls.
fn others() -> [Value; 11] {
    [
        json!({ "model": "soon-1" }),
        json!({ "model": "open" }),
        json!({ "revision": "open-1@another" }),
        json!({ "stage": "gated" }),
        json!({ "tier": "public" }),
        json!({ "principal": "bob" }),
        json!({ "organisation": "bob" }),
        json!({ "project": "bob" }),
        json!({ "end_user": "bob" }),
        json!({ "region": "DE" }),
        json!({ "category": "bio" }),
    ]
}

#[tokio::test]
async fn whoever_a_directive_names_is_refused_and_a_restore_lets_them_in_again() {
    let world = World::start().await;
    for mode in ["reject", "drain", "fallback"] {
        for (number, (scope, status, code)) in scopes().into_iter().enumerate() {
            let id = format!("{mode}{number}");
            world.node.hear(kill(&id, &scope, mode)).await;
            world.ada().asks("open").streamed().await.is_refused(status, code);
            let reply = world.ada().asks("open-1").await;
            reply.is_refused(status, code);
            assert!(!reply.body().contains("leak"), "the reason is told: {}", reply.body());
            world.node.hear(restore(&id)).await;
            // What was heard before a restore is heard in vain after it.
            world.node.hear(kill(&id, &scope, mode)).await;
            world.ada().asks("open-1").await.is_ok();
        }
    }
    let refused = world.metrics().await.sum("sluice_kill_refused_total", &[("mode", "drain")]);
    assert_eq!(refused, 12);
}

#[tokio::test]
async fn whoever_it_does_not_name_hears_nothing_of_it() {
    let world = World::start().await;
    for (number, scope) in others().iter().enumerate() {
        world.node.hear(kill(&number.to_string(), scope, "reject")).await;
    }
    world.ada().asks("open-1").await.is_ok();
    world.bob().asks("open-1").await.is_refused(503, "model_suspended");
    let metrics = world.metrics().await;
    assert_eq!(metrics.sum("sluice_kill_directives", &[("mode", "reject")]), 11);
    assert_eq!(metrics.sum("sluice_kill_directives", &[("scope", "model")]), 2);
}

#[tokio::test]
async fn who_is_suspended_may_not_even_ask_which_models_there_are() {
    let world = World::start().await;
    world.node.hear(kill("1", &json!({ "principal": "bob" }), "reject")).await;
    world.bob().gets("/v1/models").await.is_refused(403, "principal_suspended");
    let input = json!({ "input": "hello" });
    world.bob().posts("/v1/moderations", input).await.is_refused(403, "principal_suspended");
    // No body of theirs is read.
    let large = world.bob().asks("open-1").body("x".repeat(5_000_000)).await;
    large.is_refused(403, "principal_suspended");
    world.ada().gets("/v1/models").await.is_ok();
}

#[tokio::test]
async fn a_directive_says_what_callers_are_told() {
    let world = World::start().await;
    let mut orders = serde_json::to_value(kill("1", &json!("everything"), "reject")).expect("JSON");
    orders["directives"][0]["message"] = "back at noon".into();
    world.node.hear(serde_json::from_value(orders).expect("orders")).await;
    let reply = world.bob().asks("open-1").await;
    assert_eq!(reply.is_refused(503, "model_suspended").json()["error"]["message"], "back at noon");
}

/// Everything of a reply but what differs from call to call.
fn essence(reply: &Reply, name: &str) -> (u16, Vec<(String, String)>, String) {
    let id = reply.header("x-request-id").unwrap_or_default().to_owned();
    let headers = reply.head.headers.iter().filter(|(name, _)| name != "date").cloned();
    let plain = |text: &str| text.replace(&id, "ID").replace(name, "NAME");
    let headers = headers.map(|(header, value)| (header, plain(&value))).collect();
    (reply.status, headers, plain(&reply.body()))
}

#[tokio::test]
async fn a_hidden_model_stays_one_that_does_not_exist() {
    let scopes = [
        json!({ "model": "internal-1" }),
        json!({ "revision": "internal-1@9f2c1b7d" }),
        json!({ "stage": "internal" }),
        json!("everything"),
        json!({ "tier": "public" }),
        json!({ "principal": "bob" }),
    ];
    for mode in ["reject", "drain", "fallback"] {
        for scope in &scopes {
            let world = World::start().await;
            world.node.hear(kill("1", scope, mode)).await;
            let hidden = world.bob().asks("internal-1").await;
            let missing = world.bob().asks("internal-9").await;
            assert_eq!(
                essence(&hidden, "internal-1"),
                essence(&missing, "internal-9"),
                "{mode} {scope}"
            );
        }
    }
}

#[tokio::test]
async fn with_the_mode_fallback_the_other_model_answers_new_calls() {
    for scope in [json!({ "model": "open-1" }), json!({ "stage": "public" })] {
        let world = World::with(falls_back).await;
        world.node.hear(kill("1", &scope, "fallback")).await;
        for streamed in [false, true] {
            let reply = world.bob().asks("open").with("stream", streamed).await;
            assert_eq!(reply.is_ok().header("x-sluice-fallback"), Some("open"), "{scope}");
            assert!(reply.body().contains("\"safe-1\""), "{}", reply.body());
            assert_eq!(world.backend.next().await.json()["model"], "safe-name");
        }
        world.total(2).await;
        let labels = [("place", "kill"), ("outcome", "ok")];
        assert_eq!(world.metrics().await.sum("sluice_fallbacks_total", &labels), 2);
        // What is stopped outright has no other to answer.
        world.node.hear(kill("2", &json!({ "model": "open-1" }), "drain")).await;
        world.bob().asks("open").await.is_refused(503, "model_suspended");
        assert_eq!(world.backend.requests(), 2);
    }
}

#[tokio::test]
async fn the_other_model_is_stopped_by_its_own_directive_and_by_what_stops_both() {
    let world = World::with(falls_back).await;
    world.backend.always(answer::chat("fine"));
    world.node.hear(kill("1", &json!({ "model": "open-1" }), "fallback")).await;
    world.node.hear(kill("2", &json!({ "model": "safe-1" }), "reject")).await;
    world.bob().asks("open").await.is_refused(503, "model_suspended");
    world.node.hear(restore("2")).await;
    world.bob().asks("open").await.is_ok();
    world.node.hear(kill("3", &json!("everything"), "fallback")).await;
    world.bob().asks("open").await.is_refused(503, "model_suspended");
}
