//! What a node measures of its filters: how long text waits, how soon they stop, what shadows would
//! have done, what went wrong.

use serde_json::{Value, json};
use sluice_tests::{Gate, Metrics, World, answer};
use std::time::Duration;

/// A profile that stops, tries and fails.
fn filters() -> Value {
    json!([
        { "kind": "patterns", "literals": ["dark recipe"], "category": "recipe", "in": ["prompt", "answer"] },
        { "kind": "patterns", "literals": ["lantern"], "category": "light", "action": "block", "shadow": true,
          "in": ["prompt", "answer"] },
        { "kind": "patterns", "literals": ["s3cr3t\""], "action": "redact", "in": ["tool_calls"] },
    ])
}

async fn measured() -> World {
    World::with(|file| file["filters"]["strict"] = filters()).await
}

/// How often something was measured, and the sum of it.
fn all(metrics: &Metrics, name: &str) -> (i64, i64) {
    let part = |part| metrics.sum(&format!("{name}_{part}"), &[("profile", "strict")]);
    (part("count"), part("sum"))
}

const FIRST: &str = "sluice_filter_added_time_to_first_token_seconds";
const LATER: &str = "sluice_filter_added_inter_token_gap_seconds";

#[tokio::test]
async fn how_long_a_piece_waited_is_measured_until_its_last_byte_is_shown() {
    let world = measured().await;
    let (night, dark) = (Gate::new(), Gate::new());
    let said = answer::stream().says("so dark").waits(&night).says(" night, so dark");
    world.backend.answers(said.waits(&dark).says("!").stops().done());
    let mut call = world.bob().asks("open-1").streamed().begins().await;
    call.says("so ").await;
    world.hands.turn(Duration::from_secs(3));
    night.open();
    call.says("dark night, so ").await;
    world.hands.turn(Duration::from_secs(2));
    dark.open();
    assert_eq!(call.rest().await.is_ok().text(), "dark!");
    world.is_quiet().await;
    let metrics = world.metrics().await;
    assert_eq!(all(&metrics, FIRST), (1, 3), "{}", metrics.text);
    assert_eq!(all(&metrics, LATER), (2, 2), "{}", metrics.text);
}

#[tokio::test]
async fn what_is_never_shown_is_not_measured_as_if_it_were() {
    let world = measured().await;
    let dark = Gate::new();
    let said = answer::stream().says("the dark").waits(&dark).says(" recipe");
    world.backend.answers(said.stops().done());
    let mut call = world.bob().asks("open-1").streamed().begins().await;
    call.says("the ").await;
    world.hands.turn(Duration::from_secs(3));
    dark.open();
    call.rest().await.is_ok();
    world.is_quiet().await;
    let metrics = world.metrics().await;
    assert_eq!((all(&metrics, FIRST).0, all(&metrics, LATER).0), (0, 0), "{}", metrics.text);
}

#[tokio::test]
async fn a_stop_is_measured_in_the_tokens_before_it() {
    let world = measured().await;
    world.backend.answers(answer::streamed(&["a", " b", " dark", " recipe", " of", " it"]));
    world.bob().asks("open-1").streamed().await.is_ok();
    world.backend.answers(answer::chat("a dark recipe"));
    world.bob().asks("open-1").await.is_ok();
    world.bob().asks("open-1").streamed().await.is_ok();
    world.is_quiet().await;
    let metrics = world.metrics().await;
    assert_eq!(all(&metrics, "sluice_filter_tokens_to_block"), (1, 4), "{}", metrics.text);
}

#[tokio::test]
async fn what_a_shadow_would_have_done_otherwise_is_counted() {
    let world = measured().await;
    let disagreed = async |acted| {
        world.is_quiet().await;
        let labels = [
            ("profile", "strict"),
            ("filter", "patterns"),
            ("category", "light"),
            ("acted", acted),
        ];
        world.metrics().await.sum("sluice_filter_shadow_disagreements_total", &labels)
    };
    world.backend.answers(answer::streamed(&["a lantern, ", "a lantern"]));
    world.bob().asks("open-1").streamed().await.is_ok();
    assert_eq!((disagreed("nothing").await, disagreed("something_else").await), (1, 0));
    world.backend.answers(answer::chat("a lantern and the dark recipe"));
    world.bob().asks("open-1").await.is_ok();
    assert_eq!((disagreed("nothing").await, disagreed("something_else").await), (1, 1));
    world.bob().asks("open-1").says("a lantern").await.is_ok();
    assert_eq!((disagreed("nothing").await, disagreed("something_else").await), (2, 1));
    world.bob().asks("open-1").says("dark recipe").await.is_refused(400, "policy_violation");
    assert_eq!((disagreed("nothing").await, disagreed("something_else").await), (2, 1));
}

#[tokio::test]
async fn what_a_filter_could_not_do_is_counted_by_reason() {
    let world = measured().await;
    let call = json!([{ "index": 0, "id": "c1", "type": "function",
        "function": { "name": "find", "arguments": "{\"a\":\"s3cr3t\"}" } }]);
    let said = answer::stream().choice(0, &json!({ "tool_calls": call }), &Value::Null);
    world.backend.answers(said.choice(0, &json!({}), &json!("tool_calls")).done());
    world.bob().asks("open-1").streamed().await.is_ok();
    world.is_quiet().await;
    let labels = [("profile", "strict"), ("filter", "patterns"), ("reason", "broken_json")];
    let metrics = world.metrics().await;
    assert_eq!(metrics.sum("sluice_filter_errors_total", &labels), 1, "{}", metrics.text);
    assert!(!metrics.text.contains("s3cr3t") && !metrics.text.contains("lantern"));
}
