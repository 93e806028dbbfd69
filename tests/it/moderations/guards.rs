//! Guards say what they find as filters do; where one was not heard, nothing is called fine.

use super::results;
use crate::wards::{guard, guarded};
use serde_json::{Value, json};
use sluice_tests::{Backend, Reply, Script, World, answer};

/// A world whose guard does nothing about what it finds.
async fn counted(server: &Backend, more: Value) -> World {
    let mut filter = json!({ "in": ["prompt", "answer"], "action": "score" });
    for (word, value) in more.as_object().into_iter().flatten() {
        filter[word] = value.clone();
    }
    guarded(server, &filter).await
}

/// A guard that is not well.
async fn failing() -> Backend {
    let server = Backend::start().await;
    server.always(Script::new().send("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n"));
    server
}

fn moderation(reply: &Reply) -> Value {
    if !reply.is_ok().is_streamed() {
        return reply.json()["moderation"].clone();
    }
    let events = reply.events();
    let told = events.iter().filter_map(|event| event.data()?.get("moderation"));
    told.cloned().next_back().unwrap_or_default()
}

fn flagged(side: &Value) -> bool {
    side["results"][0]["flagged"].as_bool().unwrap_or_else(|| panic!("{side}"))
}

fn wants(mode: &str) -> Value {
    let mode = json!({ "mode": mode });
    json!({ "model": "sluice", "policy": { "input": mode, "output": mode } })
}

#[tokio::test]
async fn texts_are_judged_by_guards_too() {
    for places in [json!(["prompt", "answer"]), json!(["answer"])] {
        let server = guard().await;
        let world = counted(&server, json!({ "in": places })).await;
        let body = json!({ "input": ["something bad", "a walk"] });
        let reply = world.bob().posts("/v1/moderations", body).await;
        let [bad, walk] = &*results(&reply) else { panic!("{}", reply.body()) };
        assert_eq!((&bad["flagged"], &bad["categories"]["illicit"]), (&json!(true), &json!(true)));
        assert_eq!(bad["sluice_categories"], json!({ "mlc:S2": 1.0 }));
        assert_eq!(walk["flagged"], false);
        assert_eq!(walk["category_applied_input_types"]["violence"], json!(["text"]));
        assert_eq!(server.requests(), 2);
        world.backend.saw_nothing();
    }
}

#[tokio::test]
async fn a_guard_that_is_not_heard_calls_nothing_fine() {
    let server = failing().await;
    let world = counted(&server, json!({})).await;
    let body = json!({ "input": "a walk" });
    let reply = world.bob().posts("/v1/moderations", body.clone()).await;
    reply.is_refused(503, "filter_unavailable");
    world.backend.always(answer::chat("fine"));
    let call = world.bob().asks("open-1").with("moderation", wants("score"));
    let told = moderation(&call.await);
    for side in ["input", "output"] {
        assert_eq!(told[side]["code"], "moderation_unavailable", "{told}");
    }
    let world = counted(&server, json!({ "on_error": "open" })).await;
    let reply = world.bob().posts("/v1/moderations", body).await;
    assert_eq!(results(&reply)[0]["flagged"], false);
}

#[tokio::test]
async fn what_guards_find_in_prompt_and_answer_is_told() {
    let server = guard().await;
    let world = counted(&server, json!({})).await;
    for (prompt, said) in [("a walk", "bad"), ("a bad walk", "fine"), ("a walk", "fine")] {
        world.backend.answers(answer::chat(said));
        let call = world.bob().asks("open-1").says(prompt).with("moderation", wants("score"));
        let told = moderation(&call.await);
        assert_eq!(flagged(&told["input"]), prompt.contains("bad"), "{told}");
        // The guard of the answer reads the prompt as well, and this one looks for a word only.
        if !prompt.contains("bad") {
            assert_eq!(flagged(&told["output"]), said.contains("bad"), "{told}");
        }
    }
    // No stream waits for a guard that only counts: what it will say cannot be told.
    world.backend.answers(answer::streamed(&["fine"]));
    let call = world.bob().asks("open-1").says("bad").with("moderation", wants("score"));
    let told = moderation(&call.streamed().await);
    assert!(flagged(&told["input"]));
    assert_eq!(told["output"]["code"], "moderation_unavailable");
}

#[tokio::test]
async fn what_guards_only_count_is_blocked_for_who_wants_that() {
    let server = guard().await;
    let world = counted(&server, json!({})).await;
    let call = || world.bob().asks("open-1").with("moderation", wants("block"));
    call().says("a bad walk").await.is_refused(400, "policy_violation");
    world.backend.saw_nothing();
    for (call, script) in [
        (call(), answer::chat("something bad")),
        (call().streamed(), answer::streamed(&["something", " bad"])),
    ] {
        world.backend.answers(script);
        let reply = call.await;
        assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"));
        assert!(!reply.text().contains("bad"), "{}", reply.body());
        assert!(flagged(&moderation(&reply)["output"]));
    }
}
