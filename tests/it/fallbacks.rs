//! Another model answers instead, where a filter asks for that and nothing was shown.

mod books;
mod stops;

use serde_json::{Value, json};
use sluice_tests::{Gate, Live, Reply, Setup, World, answer};

/// What the filter that asks for another model looks for.
const BANNED: &str = "dark recipe";

/// Says the model that was asked for, on the answer of another.
const INSTEAD: &str = "x-sluice-fallback";

/// `open-1` falls back to `safe-1`, which is out further: there, bob's answers pass `plain`, a
/// profile that only stops what is said.
pub(crate) fn falls_back(file: &mut Value) {
    let mut safe = file["models"]["open-1"].clone();
    (safe["aliases"], safe["stage"]) = (json!(["safe"]), json!("open_weights"));
    (safe["upstream_model"], safe["licence"]) = ("safe-name".into(), "mit".into());
    file["models"]["safe-1"] = safe;
    file["models"]["open-1"]["fallback"] = "safe".into();
    let places = json!(["prompt", "answer", "reasoning", "tool_calls"]);
    file["filters"]["strict"] = json!([
        { "kind": "redact", "in": ["prompt"], "classes": ["email"] },
        { "kind": "patterns", "in": places, "literals": [BANNED], "action": "fallback" },
    ]);
    file["filters"]["plain"] = json!([{ "kind": "patterns", "literals": [BANNED, "egg"] }]);
    file["tiers"]["public"]["filter"] = json!({ "default": "strict", "open_weights": "plain" });
    file["tiers"]["public"]["caps"]["choices_max"] = json!(4);
}

pub(crate) async fn setup() -> Setup {
    World::setup().await.with(falls_back)
}

async fn world() -> World {
    setup().await.start().await
}

/// Fails unless the other model answered so.
#[track_caller]
fn is_answered_instead(reply: &Reply, text: &str) {
    assert_eq!(reply.is_ok().text(), text, "{}", reply.body());
    assert_eq!(reply.header(INSTEAD), Some("open"));
    assert_eq!(reply.header("x-model-licence"), Some("mit"));
    assert!(!reply.body().contains("dark") && reply.body().contains("\"safe-1\""));
    assert!(!reply.body().contains("\"open\""), "the model is who answers: {}", reply.body());
}

/// Fails unless the filter only stopped the answer.
#[track_caller]
fn is_stopped(reply: &Reply, shown: &str) {
    assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"), "{}", reply.body());
    assert_eq!((reply.text().as_str(), reply.header(INSTEAD)), (shown, None));
}

/// The models that backends were asked for, in order.
async fn asked(world: &World) -> Vec<String> {
    let mut models = Vec::new();
    for _ in 0..world.backend.requests() {
        let json = world.backend.next().await.json();
        models.push(json["model"].as_str().unwrap_or_default().to_owned());
    }
    models
}

#[tokio::test]
async fn a_whole_answer_is_that_of_the_other_model() {
    let world = world().await;
    world.backend.answers(answer::chat("well, the dark recipe"));
    world.backend.answers(answer::chat("a fine word"));
    let call = world.bob().asks("open").says("to a@x.org").with("seed", 7);
    is_answered_instead(&call.await, "a fine word");
    let (first, second) = (world.backend.next().await.json(), world.backend.next().await.json());
    assert_eq!((&first["model"], &second["model"]), (&json!("backend-name"), &json!("safe-name")));
    let said = |text: &str| json!([{ "role": "user", "content": text }]);
    assert_eq!(first["messages"], said("to [email]"));
    assert_eq!(second["messages"], said("to a@x.org"), "masked by the profile of its own stage");
    assert_eq!((&first["seed"], &second["seed"]), (&json!(7), &json!(7)));
}

#[tokio::test]
async fn a_stream_of_which_only_the_head_is_there_is_that_of_the_other_model() {
    for strategy in ["window", "full_buffer", "token_debounce"] {
        let setup = setup().await.with(|file| {
            let filters = file["filters"]["strict"].take();
            file["filters"]["strict"] = json!({ "stream": strategy, "filters": filters });
        });
        let world = setup.start().await;
        let role = json!({ "role": "assistant", "content": "" });
        let heard = Gate::new();
        let first = answer::stream().choice(0, &role, &Value::Null).waits(&heard);
        let first = ["dark", " rec", "ipe", " of"].iter().fold(first, |said, text| said.says(text));
        world.backend.answers(first.hangs());
        let wire = world.bob().asks("open").streamed().with_usage().wire().await;
        let seen = world.backend.next().await;
        // Once others were served, the node has long had the head.
        world.ada().asks("open").await.is_ok();
        world.backend.answers(answer::streamed(&["a fine", " word"]));
        heard.open();
        let reply = Live::on(wire).await.rest().await;
        is_answered_instead(&reply, "a fine word");
        assert_eq!(reply.usage(), Some(answer::usage(5, 2)), "{strategy}");
        seen.hung_up().await;
        assert_eq!(world.backend.requests(), 3, "{strategy}");
    }
}

#[tokio::test]
async fn a_stream_that_waits_for_its_end_can_say_anything_before() {
    let setup = setup().await.with(|file| {
        let filters = file["filters"]["strict"].take();
        file["filters"]["strict"] = json!({ "stream": "full_buffer", "filters": filters });
    });
    let world = setup.start().await;
    world.backend.answers(answer::streamed(&["well, the", " dark", " recipe"]));
    world.backend.answers(answer::streamed(&["a fine", " word"]));
    is_answered_instead(&world.bob().asks("open").streamed().await, "a fine word");
}

#[tokio::test]
async fn a_stream_of_which_something_was_shown_is_stopped() {
    let world = world().await;
    for pieces in [&["well, the", " dark recipe"][..], &["well, the dark recipe"]] {
        world.backend.answers(answer::streamed(pieces));
        is_stopped(&world.bob().asks("open").streamed().await, "well, the ");
    }
    assert_eq!(asked(&world).await, ["backend-name", "backend-name"]);
    let metrics = world.metrics().await;
    assert_eq!(metrics.sum("sluice_fallbacks_total", &[]), 0, "{}", metrics.text);
}

#[tokio::test]
async fn a_call_of_a_tool_counts_as_shown() {
    let setup = setup().await.with(|file| file["tiers"]["public"]["caps"]["tools_max"] = json!(8));
    let world = setup.start().await;
    let function = json!({ "name": "f", "arguments": "{\"a\":" });
    let call = json!({ "tool_calls": [{ "index": 0, "id": "c", "type": "function",
        "function": function }] });
    let said = answer::stream().choice(0, &call, &Value::Null);
    let content = json!({ "content": BANNED });
    world.backend.answers(said.choice(0, &content, &Value::Null).stops().done());
    let tools = json!([{ "type": "function", "function": { "name": "f", "parameters": {} } }]);
    let reply = world.bob().asks("open").streamed().with("tools", tools).await;
    is_stopped(&reply, "");
    assert_eq!(world.backend.requests(), 1);
}

#[tokio::test]
async fn of_several_choices_one_asks_for_all_while_none_was_shown() {
    let world = world().await;
    let two = |first: &str, second: &str| {
        let mut body = answer::chat_body(first, &answer::usage(5, 4));
        let mut other = body["choices"][0].clone();
        (other["index"], other["message"]["content"]) = (json!(1), second.into());
        body["choices"].as_array_mut().expect("choices").push(other);
        answer::json(200, &body)
    };
    world.backend.answers(two("fine", BANNED));
    world.backend.answers(two("a fine word", "and another"));
    is_answered_instead(&world.bob().asks("open").with("n", 2).await, "a fine word");
    let says = |text: &str| json!({ "content": text });
    let said = answer::stream().choice(0, &says(BANNED), &Value::Null);
    let said = said.choice(1, &says("fine"), &Value::Null).choice(1, &json!({}), &json!("stop"));
    world.backend.answers(said.done());
    let reply = world.bob().asks("open").streamed().with("n", 2).await;
    is_stopped(&reply, "fine");
    assert_eq!(world.backend.requests(), 3);
}

#[tokio::test]
async fn a_prompt_is_asked_of_the_other_model_alone() {
    let world = world().await;
    for streamed in [false, true] {
        let call = world.bob().asks("open").says("the dark recipe for a@x.org");
        let reply = call.with("stream", streamed).await;
        is_answered_instead(&reply, "hello there");
        let seen = world.backend.next().await.json();
        assert_eq!(seen["model"], "safe-name");
        let messages = json!([{ "role": "user", "content": "the dark recipe for a@x.org" }]);
        assert_eq!(seen["messages"], messages);
    }
    assert_eq!(world.backend.requests(), 2, "no backend of the model asked for was");
}

#[tokio::test]
async fn the_fallback_of_a_fallback_is_not_asked() {
    let setup = setup().await.with(|file| {
        let mut third = file["models"]["safe-1"].clone();
        (third["aliases"], third["upstream_model"]) = (json!([]), "third-name".into());
        file["models"]["third-1"] = third;
        file["models"]["safe-1"]["fallback"] = "third-1".into();
        file["tiers"]["public"]["filter"] = "strict".into();
    });
    let world = setup.start().await;
    world.backend.always(answer::chat(BANNED));
    let reply = world.bob().asks("open").await;
    assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"));
    assert_eq!((reply.text().as_str(), reply.header(INSTEAD)), ("", Some("open")));
    world.backend.always(answer::streamed(&[BANNED]));
    let reply = world.bob().asks("open").streamed().await;
    assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"));
    assert_eq!(asked(&world).await, ["backend-name", "safe-name", "backend-name", "safe-name"]);
    // The same filter stops the prompt at either model.
    let reply = world.bob().asks("open").says(BANNED).await;
    reply.is_refused(400, "policy_violation");
    assert_eq!(world.backend.requests(), 4);
}

#[tokio::test]
async fn who_passes_no_such_filter_is_answered_as_ever() {
    let world = world().await;
    world.backend.answers(answer::chat(BANNED));
    assert_eq!(world.ada().asks("open").await.is_ok().text(), BANNED);
    world.backend.answers(answer::chat("a fine word"));
    let reply = world.bob().asks("open").await;
    assert_eq!((reply.is_ok().text().as_str(), reply.header(INSTEAD)), ("a fine word", None));
    assert_eq!(reply.json()["model"], "open");
}

#[tokio::test]
async fn what_only_detects_or_tries_asks_for_nobody() {
    for (strategy, shadow) in [("detect_only", false), ("window", true)] {
        let setup = setup().await.with(|file| {
            let mut filters = file["filters"]["strict"].take();
            filters[1]["shadow"] = json!(shadow);
            file["filters"]["strict"] = json!({ "stream": strategy, "filters": filters });
        });
        let world = setup.start().await;
        world.backend.answers(answer::chat(BANNED));
        assert_eq!(world.bob().asks("open").await.is_ok().text(), BANNED);
        world.backend.answers(answer::streamed(&[BANNED]));
        let reply = world.bob().asks("open").streamed().await;
        assert_eq!((reply.is_ok().text().as_str(), reply.header(INSTEAD)), (BANNED, None));
    }
}
