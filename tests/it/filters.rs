//! Filters: nothing of a match is ever visible, on any channel, however it is split.

use serde_json::{Value, json};
use sluice_tests::{Gate, Reply, World, answer};

/// What the profile `strict` stops at.
const BANNED: &str = "dark recipe";

/// A world in which bob may ask for everything a filter has to look at.
async fn generous() -> World {
    World::with(|file| {
        file["tiers"]["public"]["caps"] = json!({
            "output_tokens_max": 256, "choices_max": 4, "top_logprobs_max": 5, "tools_max": 8,
        });
    })
    .await
}

/// Fails if any of the beginning of the match is visible at the end of what was said, or any of the
/// match at all.
#[track_caller]
fn is_stopped(reply: &Reply, shown: &str) {
    assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"), "{}", reply.body());
    assert_eq!(reply.text(), shown);
    let body = reply.body();
    for part in ["dark", "recipe", "s3cr3t"] {
        assert!(!body.contains(part), "{part} is visible: {body}");
    }
}

#[tokio::test]
async fn a_match_ends_a_stream_however_it_is_split() {
    let text = format!("this is the {BANNED} of s3cr3t");
    for size in [1, 2, 3, 5, 7, 100] {
        let world = World::start().await;
        let pieces: Vec<String> =
            text.as_bytes().chunks(size).map(|p| String::from_utf8_lossy(p).into_owned()).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        world.backend.answers(answer::streamed(&pieces));
        let reply = world.bob().asks("open-1").streamed().await;
        is_stopped(&reply, "this is the ");
        assert_eq!(world.outcome().await, "content_filter");
    }
}

#[tokio::test]
async fn a_match_ends_an_answer() {
    let world = World::start().await;
    world.backend.answers(answer::chat(&format!("this is the {BANNED} of s3cr3t")));
    let reply = world.bob().asks("open-1").await;
    is_stopped(&reply, "this is the ");
    let json = json!({
        "id": "c", "object": "text_completion", "created": 7, "model": "m",
        "choices": [{ "index": 0, "text": format!("the {BANNED}"), "finish_reason": "stop" }],
        "usage": answer::usage(5, 2),
    });
    world.backend.answers(answer::json(200, &json));
    is_stopped(&world.bob().completes("open-1", "say").await, "the ");
}

#[tokio::test]
async fn a_match_is_found_in_every_spelling() {
    for spelling in [
        "DARK RECIPE",
        "Dark Recipe",
        "d\u{200b}ark re\u{200d}cipe",
        "\u{ff44}ark recipe",
        "dark\u{a0}recipe",
        "dárk recipe",
        "dark\u{ad} recipe",
    ] {
        let world = World::start().await;
        world.backend.answers(answer::streamed(&["say ", spelling, " now"]));
        let reply = world.bob().asks("open-1").streamed().await;
        assert_eq!(
            reply.is_ok().finish().as_deref(),
            Some("content_filter"),
            "{spelling}: {}",
            reply.body()
        );
        assert_eq!(reply.text(), "say ", "{spelling}");
    }
}

#[tokio::test]
async fn a_match_is_found_on_every_channel() {
    let tool = |arguments: &str| {
        json!({ "tool_calls": [{ "index": 0, "id": "c1", "type": "function",
            "function": { "name": "f", "arguments": arguments } }] })
    };
    let name = json!({ "tool_calls": [{ "index": 0, "id": "c1", "type": "function",
        "function": { "name": BANNED, "arguments": "{}" } }] });
    for (channel, delta) in [
        ("reasoning_content", json!({ "reasoning_content": BANNED })),
        ("reasoning", json!({ "reasoning": BANNED })),
        ("refusal", json!({ "refusal": BANNED })),
        ("arguments", tool(&format!("{{\"a\":\"{BANNED}\"}}"))),
        ("tool name", name),
    ] {
        let world = generous().await;
        let said =
            answer::stream().choice(0, &delta, &Value::Null).stops().usage(&answer::usage(5, 2));
        world.backend.answers(said.done());
        let tools = json!([{ "type": "function", "function": { "name": "f", "parameters": { "type": "object" } } }]);
        let reply = world.bob().asks("open-1").streamed().with("tools", tools).await;
        assert!(!reply.body().contains("recipe"), "{channel}: {}", reply.body());
        assert!(!reply.body().contains("dark"), "{channel}: {}", reply.body());
        assert_eq!(
            reply.is_ok().finish().as_deref(),
            Some("content_filter"),
            "{channel}: {}",
            reply.body()
        );
    }
}

#[tokio::test]
async fn logprobs_tell_nothing_where_a_filter_acts() {
    let world = generous().await;
    let logprobs = json!({ "content": [{ "token": BANNED, "logprob": -0.1, "bytes": [1], "top_logprobs": [] }] });
    let event = json!({
        "id": "c", "object": "chat.completion.chunk", "created": 7, "model": "m",
        "choices": [{ "index": 0, "delta": { "content": "fine" }, "logprobs": logprobs, "finish_reason": null }],
    });
    world.backend.answers(answer::stream().event(&event).stops().done());
    let call = world.bob().asks("open-1").streamed().with("logprobs", true).with("top_logprobs", 1);
    let reply = call.await;
    assert!(!reply.body().contains("recipe"), "{}", reply.body());
    assert_eq!(reply.is_ok().text(), "fine");
}

#[tokio::test]
async fn a_stop_ends_its_own_choice_only() {
    let world = generous().await;
    let said = answer::stream()
        .choice(0, &json!({ "content": "the dark" }), &Value::Null)
        .choice(1, &json!({ "content": "a fine" }), &Value::Null)
        .choice(0, &json!({ "content": " recipe of s3cr3t" }), &Value::Null)
        .choice(1, &json!({ "content": " day" }), &Value::Null)
        .choice(1, &json!({}), &json!("stop"))
        .choice(0, &json!({}), &json!("stop"))
        .usage(&answer::usage(5, 9));
    world.backend.answers(said.done());
    let reply = world.bob().asks("open-1").streamed().with("n", 2).await;
    let mut said = [String::new(), String::new()];
    let mut finish = [None, None];
    for event in reply.is_ok().events() {
        let Some(choice) = event.data().and_then(|data| data["choices"].get(0)).cloned() else {
            continue;
        };
        let at = usize::from(choice["index"] == 1);
        let (said, finish) = (said.get_mut(at).expect("two"), finish.get_mut(at).expect("two"));
        *said += choice.pointer("/delta/content").and_then(Value::as_str).unwrap_or_default();
        *finish = choice["finish_reason"].as_str().map(str::to_owned).or(finish.take());
    }
    assert_eq!(said, ["the ", "a fine day"]);
    assert_eq!(finish, [Some("content_filter".into()), Some("stop".into())]);
    assert!(!reply.body().contains("s3cr3t"));
}

#[tokio::test]
async fn the_backend_is_let_go_where_all_is_stopped() {
    let world = World::start().await;
    world.backend.answers(answer::stream().says("the dark recipe").hangs());
    let reply = world.bob().asks("open-1").streamed().await;
    is_stopped(&reply, "the ");
    world.backend.next().await.hung_up().await;
    let total = world.total(1).await;
    assert_eq!(total.estimated, 1, "no usage came");
    assert!(total.completion_tokens >= 1, "what was generated is paid for: {total:?}");
}

#[tokio::test]
async fn what_is_held_back_comes_when_it_is_cleared() {
    let world = World::start().await;
    let gate = Gate::new();
    let said = answer::stream()
        .says("into the dark")
        .waits(&gate)
        .says(" night and ")
        .waits(&gate)
        .stops();
    world.backend.answers(said.done());
    let mut call = world.bob().asks("open-1").streamed().begins().await;
    call.says("into the ").await;
    gate.open();
    call.says("dark night and ").await;
    gate.open();
    assert_eq!(call.rest().await.is_ok().finish().as_deref(), Some("stop"));
}

#[tokio::test]
async fn what_is_held_back_is_shown_at_a_good_end_and_never_at_a_bad_one() {
    let world = World::start().await;
    world.backend.answers(answer::streamed(&["into the dark"]));
    assert_eq!(world.bob().asks("open-1").streamed().await.is_ok().text(), "into the dark");
    let heard = Gate::new();
    world.backend.answers(answer::stream().says("into the dark").waits(&heard).is_cut());
    let mut call = world.bob().asks("open-1").streamed().begins().await;
    call.says("into the ").await;
    heard.open();
    let reply = call.rest().await;
    reply.is_broken_off("upstream_error");
    assert_eq!(reply.text(), "");
}

#[tokio::test]
async fn secrets_and_addresses_are_masked() {
    let world = World::start().await;
    let key = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH";
    let text = format!("write to ada@example.com with {key} now");
    for pieces in [vec![text.as_str()], text.split_inclusive(' ').collect()] {
        world.backend.answers(answer::streamed(&pieces));
        let reply = world.bob().asks("open-1").streamed().await;
        let said = reply.is_ok().text();
        assert!(!reply.body().contains("ada@example"), "{said}");
        assert!(!reply.body().contains("abcdefghijklmnop"), "{said}");
        assert!(said.starts_with("write to ") && said.ends_with(" now"), "{said}");
        assert_eq!(reply.finish().as_deref(), Some("stop"));
    }
    world.backend.answers(answer::chat(&text));
    let said = world.bob().asks("open-1").await.is_ok().text();
    assert!(!said.contains("ada@example"), "{said}");
}

#[tokio::test]
async fn a_benign_answer_is_the_same_with_and_without_filters() {
    let text = "in the darkness, a recipe: mörk choklad \u{1f36b}, sk-umbag, a@b\n\ttwo\r\nthree \\ \" end";
    for size in [1, 3, 50] {
        let world = World::start().await;
        let letters: Vec<char> = text.chars().collect();
        let pieces: Vec<String> =
            letters.chunks(size).map(|piece| piece.iter().collect()).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        for _ in 0..2 {
            world.backend.answers(answer::streamed(&pieces));
        }
        let plain = world.ada().asks("open-1").streamed().await;
        let filtered = world.bob().asks("open-1").streamed().await;
        assert_eq!(plain.is_ok().text(), text);
        assert_eq!(filtered.is_ok().text(), text);
    }
}

#[tokio::test]
async fn a_tier_without_filters_sees_all() {
    let world = World::start().await;
    world.backend.answers(answer::streamed(&["the dark", " recipe"]));
    assert_eq!(world.ada().asks("open-1").streamed().await.is_ok().text(), "the dark recipe");
}
