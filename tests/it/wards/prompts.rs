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
    assert_eq!(server.requests(), 2);
    let many = json!(vec![json!({ "role": "user", "content": "fine" }); 65]);
    let reply = world.bob().asks("open-1").with("messages", many).await;
    reply.is_refused(400, "policy_violation");
    world.backend.saw_nothing();
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
