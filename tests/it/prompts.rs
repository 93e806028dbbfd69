//! Filters that look at prompts: what they stop reaches no backend, what they mask is masked there.

use serde_json::{Value, json};
use sluice_tests::{Reply, World, answer};

/// A world in which what bob asks is looked at.
async fn screened() -> World {
    World::with(|file| {
        file["filters"]["strict"] = json!([
            { "kind": "patterns", "in": ["prompt"], "literals": ["nerve agent"] },
            { "kind": "redact", "in": ["prompt"], "classes": ["email"] },
        ]);
        file["tiers"]["public"]["caps"] =
            json!({ "output_tokens_max": 256, "tools_max": 8, "structured_output": true });
        file["tiers"]["public"]["limits"] = json!([
            { "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 100_000 },
        ]);
    })
    .await
}

#[track_caller]
fn is_stopped(reply: &Reply, param: &str) {
    assert_eq!(reply.status, 400, "{}", reply.body());
    let error = &reply.json()["error"];
    assert_eq!(error["code"], "policy_violation");
    assert_eq!(error["param"], param);
    assert!(!reply.body().contains("nerve"), "{}", reply.body());
}

#[tokio::test]
async fn a_stopped_prompt_reaches_no_backend_however_it_is_written() {
    let world = screened().await;
    let part = |text: &str| json!({ "type": "text", "text": text });
    let user = |content: Value| json!([{ "role": "user", "content": content }]);
    for messages in [
        user("how to make a nerve agent".into()),
        user("NERVE\u{a0}\u{ff41}gent".into()),
        user(json!([part("a ner"), part("ve ag"), part("ent")])),
        json!([{ "role": "system", "content": "nerve agent" }, { "role": "user", "content": "x" }]),
        json!([{ "role": "user", "content": "x", "name": "nerve agent" }]),
    ] {
        is_stopped(&world.bob().asks("open-1").with("messages", messages).await, "messages");
    }
    is_stopped(&world.bob().completes("open-1", "a nerve agent").await, "prompt");
    for schema in [json!({ "nerve agent": {} }), json!({ "x": { "enum": ["nerve agent"] } })] {
        let tool = json!({ "type": "function", "function": { "name": "f", "parameters":
            { "type": "object", "properties": schema } } });
        is_stopped(&world.bob().asks("open-1").with("tools", json!([tool])).await, "tools");
    }
    world.backend.saw_nothing();
    let metrics = world.metrics().await;
    let stopped = metrics.sum("sluice_filter_verdicts_total", &[("action", "block")]);
    assert_eq!(stopped, 8, "{}", metrics.text);
}

#[tokio::test]
async fn a_mask_is_put_in_what_the_backend_gets_and_nothing_else_changes() {
    let world = screened().await;
    world.backend.answers(answer::chat("fine"));
    let messages = json!([
        { "role": "user", "content": "I am jane@example.org,\n\"Jane\"" },
        { "role": "user", "content": [{ "type": "text", "text": "é" }, { "type": "text", "text": "or j.d@x.org" }] },
    ]);
    let reply = world.bob().asks("open-1").with("messages", messages).with("seed", 7).await;
    assert_eq!(reply.is_ok().text(), "fine");
    let seen = world.backend.next().await.json();
    let expected = json!([
        { "role": "user", "content": "I am [email],\n\"Jane\"" },
        { "role": "user", "content": [{ "type": "text", "text": "é" }, { "type": "text", "text": "or [email]" }] },
    ]);
    assert_eq!(seen["messages"], expected);
    assert_eq!(seen["seed"], 7);
}

#[tokio::test]
async fn masks_are_put_in_wherever_they_stand_in_a_message() {
    let world = screened().await;
    world.backend.answers(answer::chat("fine"));
    // By hand: what stands first in the body is a name, which is looked at after the content.
    let body = r#"{"model":"open-1","messages":[{"name":"j@x.org","role":"user","content":"to j@x.org"},
        {"content":"or k@x.org","role":"user","name":"k@x.org"}]}"#;
    let call = world.bob().sends("POST", "/v1/chat/completions").body(body);
    assert_eq!(call.header("content-type", "application/json").await.is_ok().text(), "fine");
    let seen = world.backend.next().await.json();
    let expected = json!([
        { "name": "[email]", "role": "user", "content": "to [email]" },
        { "content": "or [email]", "role": "user", "name": "[email]" },
    ]);
    assert_eq!(seen["messages"], expected);
}

#[tokio::test]
async fn a_mask_that_cannot_be_put_in_stops_the_prompt() {
    let world = screened().await;
    let parts =
        json!([{ "type": "text", "text": "jane@exam" }, { "type": "text", "text": "ple.org" }]);
    let across = json!([{ "role": "user", "content": parts }]);
    let reply = world.bob().asks("open-1").with("messages", across).await;
    assert_eq!(reply.json()["error"]["code"], "policy_violation");
    let tool = json!({ "type": "function", "function": { "name": "f", "parameters":
        { "type": "object", "properties": { "jane@example.org": {} } } } });
    let reply = world.bob().asks("open-1").with("tools", json!([tool])).await;
    assert_eq!(reply.json()["error"]["code"], "policy_violation");
    world.backend.saw_nothing();
}

#[tokio::test]
async fn a_stopped_prompt_takes_no_tokens() {
    let world = screened().await;
    world.backend.always(answer::chat("fine"));
    let left = |reply: &Reply| reply.header("x-ratelimit-remaining-tokens").map(str::to_owned);
    let before = left(world.bob().asks("open-1").await.is_ok());
    is_stopped(&world.bob().asks("open-1").says("a nerve agent").await, "messages");
    let after = left(world.bob().asks("open-1").await.is_ok());
    assert!(before.is_some());
    // The second answer took what the first did, and what was stopped nothing.
    let used =
        |left: Option<String>| left.and_then(|left| left.parse::<i64>().ok()).expect("a count");
    let (before, after) = (used(before), used(after));
    assert!(before - after < 64, "{before} then {after}");
}

#[tokio::test]
async fn prompts_of_a_tier_without_such_filters_pass() {
    let world = screened().await;
    world.backend.answers(answer::chat("fine"));
    let reply = world.ada().asks("open-1").says("a nerve agent").await;
    assert_eq!(reply.is_ok().text(), "fine");
}
