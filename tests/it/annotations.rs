//! What filters of the action `annotate` found is said in a header, and nothing else is done.

use serde_json::{Value, json};
use sluice_tests::{Reply, World, answer};

fn said(reply: &Reply) -> Option<&str> {
    reply.is_ok().header("x-sluice-filter-annotations")
}

/// A world in which all that bob's filters do is to say what they found.
async fn world(more: &Value) -> World {
    World::with(|file| {
        let everywhere = json!(["prompt", "answer", "reasoning", "tool_calls"]);
        let lists = json!([
            { "category": "cooking", "literals": ["recipe"] },
            { "category": "night", "literals": ["dark"] },
        ]);
        let mut filters = vec![
            json!({ "kind": "patterns", "in": everywhere, "action": "annotate", "lists": lists }),
            json!({ "kind": "redact", "classes": ["email"], "action": "score" }),
        ];
        filters.extend(more.as_array().into_iter().flatten().cloned());
        file["filters"]["strict"] = filters.into();
    })
    .await
}

#[tokio::test]
async fn an_answer_names_what_was_found_in_it_and_in_its_prompt() {
    let world = world(&json!([])).await;
    world.backend.answers(answer::chat("a dark recipe, a dark night, a@x.org"));
    let reply = world.bob().asks("open-1").await;
    assert_eq!(said(&reply), Some("night, cooking"), "each once, in the order of the text");
    assert_eq!(reply.text(), "a dark recipe, a dark night, a@x.org");
    let reply = world.bob().asks("open-1").says("a recipe").await;
    assert_eq!((said(&reply), reply.text().as_str()), (Some("cooking"), "hello there"));
    world.backend.answers(answer::chat("a dark recipe"));
    let reply = world.bob().asks("open-1").says("a recipe").await;
    assert_eq!(said(&reply), Some("cooking, night"));
    assert_eq!(said(&world.bob().asks("open-1").await), None);
    world.backend.answers(answer::chat("a dark recipe"));
    assert_eq!(said(&world.ada().asks("open-1").await), None, "she passes no filter");
}

#[tokio::test]
async fn a_stream_names_what_is_known_when_it_begins() {
    let world = world(&json!([])).await;
    world.backend.answers(answer::streamed(&["dark", " recipe"]));
    let reply = world.bob().asks("open-1").says("a recipe").streamed().await;
    assert_eq!(reply.text(), "dark recipe");
    assert!(said(&reply).is_some_and(|said| said.starts_with("cooking")), "{:?}", reply.head);
}

#[tokio::test]
async fn a_shadow_and_what_does_more_are_not_named() {
    let more = json!([
        { "kind": "patterns", "literals": ["fish"], "action": "annotate", "shadow": true,
          "category": "shade" },
        { "kind": "patterns", "literals": ["egg"], "action": "redact", "category": "food" },
    ]);
    let world = world(&more).await;
    world.backend.answers(answer::chat("an egg, a fish"));
    let reply = world.bob().asks("open-1").await;
    assert_eq!((said(&reply), reply.text().as_str()), (None, "an [removed], a fish"));
}

#[tokio::test]
async fn no_more_are_named_than_a_header_is_for() {
    let lists: Vec<Value> = (0..30)
        .map(|index| json!({ "category": format!("c{index}"), "literals": [format!("word{index}x")] }))
        .collect();
    let world = world(&json!([{ "kind": "patterns", "action": "annotate", "lists": lists }])).await;
    let words: Vec<String> = (0..30).map(|index| format!("word{index}x")).collect();
    world.backend.answers(answer::chat(&words.join(" ")));
    let reply = world.bob().asks("open-1").await;
    let named = said(&reply).expect("a list");
    assert_eq!(named.split(", ").count(), 16, "{named}");
    assert!(named.starts_with("c0, c1, "), "{named}");
}

#[tokio::test]
async fn a_page_may_read_it() {
    let world = World::with(|file| {
        file["cors"] = json!({ "origins": ["https://page.example"] });
    })
    .await;
    let reply = world.ada().asks("open-1").header("origin", "https://page.example").await;
    let exposed = reply.is_ok().header("access-control-expose-headers").unwrap_or_default();
    for name in ["x-sluice-filter-annotations", "x-sluice-fallback"] {
        assert!(exposed.contains(name), "{exposed}");
    }
}
