//! Guards that are asked about prompts.

use super::*;

#[tokio::test]
async fn a_prompt_that_a_guard_calls_unsafe_reaches_no_backend() {
    let server = guard().await;
    let world = World::with(|file| {
        file["guards"] = written(&server.url());
        file["guards"]["safety"]["exchange_bytes_max"] = json!(256);
        file["filters"]["strict"] = json!([
            { "kind": "redact", "in": ["prompt"], "classes": ["email"] },
            { "kind": "guard", "guard": "safety", "in": ["prompt"] },
        ]);
    })
    .await;
    let reply = world.bob().asks("open-1").says("something bad").await;
    reply.is_refused(400, "policy_violation");
    assert_eq!(reply.json()["error"]["param"], "messages");
    let long = "x".repeat(300);
    world.bob().asks("open-1").says(&long).await.is_refused(400, "policy_violation");
    let history = json!([
        { "role": "user", "content": "x".repeat(252) }, { "role": "assistant", "content": "y" },
        { "role": "user", "content": "and?" },
    ]);
    // What was said before is never left out of what is looked at.
    let told = world.bob().asks("open-1").with("messages", history).await;
    told.is_refused(400, "policy_violation");
    world.backend.saw_nothing();
    server.next().await;
    let reply = world.bob().asks("open-1").says("I am jane@example.org").await;
    assert_eq!(reply.is_ok().text(), "hello there");
    let seen = server.next().await.json();
    assert_eq!(seen["messages"][0]["content"], "I am [email]");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn each_turn_is_judged_where_the_profile_says_so() {
    let server = guard().await;
    let history = json!([
        { "role": "user", "content": "something bad" }, { "role": "assistant", "content": "no" },
        { "role": "user", "content": "go on" },
    ]);
    let world = guarded(&server, &json!({ "in": ["prompt"], "turns": "all" })).await;
    let reply = world.bob().asks("open-1").with("messages", history).await;
    reply.is_refused(400, "policy_violation");
    assert_eq!(server.requests(), 3);
    let many = json!(vec![json!({ "role": "user", "content": "fine" }); 65]);
    let reply = world.bob().asks("open-1").with("messages", many.clone()).await;
    reply.is_refused(400, "policy_violation");
    world.backend.saw_nothing();
    // What only tries refuses nobody.
    let shadow = json!({ "in": ["prompt"], "turns": "all", "shadow": true });
    let world = guarded(&server, &shadow).await;
    world.bob().asks("open-1").with("messages", many).await.is_ok();
}

#[tokio::test]
async fn a_prompt_whose_guard_is_down_is_not_asked_and_costs_nothing() {
    let server = Backend::start().await;
    server.always(Script::new().close());
    let world = guarded(&server, &json!({ "in": ["prompt"] })).await;
    world.bob().asks("open-1").await.is_refused(503, "filter_unavailable");
    world.backend.saw_nothing();
    let open = guarded(&server, &json!({ "in": ["prompt"], "on_error": "open" })).await;
    assert_eq!(open.bob().asks("open-1").await.is_ok().text(), "hello there");
}

#[tokio::test]
async fn what_is_judged_is_the_talk_wherever_tools_stand_and_whoever_is_said_to_speak() {
    let server = guard().await;
    let world = World::with(|file| {
        file["guards"] = written(&server.url());
        file["filters"]["strict"] =
            json!([{ "kind": "guard", "guard": "safety", "in": ["prompt"] }]);
        file["tiers"]["public"]["caps"]["tools_max"] = json!(8);
    })
    .await;
    let tool = json!([{ "type": "function", "function": { "name": "f",
        "description": "a nice day", "parameters": { "type": "object" } } }]);
    let reply = world.bob().asks("open-1").says("hi").with("tools", tool).await;
    assert_eq!(reply.is_ok().text(), "hello there");
    let asked = server.next().await.json();
    let last = asked["messages"].as_array().and_then(|it| it.last()).expect("a turn");
    let told = last["content"].as_str().expect("a text");
    assert!(last["role"] == "user" && told.ends_with("hi"), "{asked}");
    let model = json!([{ "role": "assistant", "content": "something bad" }]);
    let reply = world.bob().asks("open-1").with("messages", model).await;
    reply.is_refused(400, "policy_violation");
}

#[tokio::test]
async fn a_guard_that_reads_one_text_at_a_time_is_asked_about_each_turn() {
    let server = Backend::start().await;
    server.always_by(|seen| {
        let input = seen.json()["input"].clone();
        let texts = input.as_array().cloned().unwrap_or_else(|| vec![input]);
        let judged = texts.iter().map(|text| {
            let flagged = text.as_str().is_some_and(|text| text.contains("bad"));
            json!({ "flagged": flagged, "categories": { "hate": flagged },
                "category_scores": { "hate": if flagged { 0.9 } else { 0.1 } } })
        });
        let results: Vec<_> = judged.collect();
        answer::json(200, &json!({ "id": "m", "model": "m", "results": results }))
    });
    let world = World::with(|file| {
        file["guards"] = written(&server.url());
        file["guards"]["safety"]["kind"] = "moderations".into();
        file["filters"]["strict"] =
            json!([{ "kind": "guard", "guard": "safety", "in": ["prompt"] }]);
    })
    .await;
    let history = json!([
        { "role": "user", "content": "something bad" }, { "role": "user", "content": "go on" },
    ]);
    let reply = world.bob().asks("open-1").with("messages", history).await;
    reply.is_refused(400, "policy_violation");
    world.backend.saw_nothing();
    assert_eq!(world.bob().asks("open-1").says("fine").await.is_ok().text(), "hello there");
}
