//! `POST /v1/moderations`: what the caller's own filters find in texts, told as OpenAI tells it. And
//! the same of a prompt and its answer, where a call asks for it.

mod asked;
mod guards;
mod sdks;

use serde_json::{Value, json};
use sluice_tests::{Caller, Reply, World};

const PATH: &str = "/v1/moderations";

/// A world in which bob's filters know categories of several taxonomies.
async fn world() -> World {
    World::with(|file| {
        let list = |category: &str, word: &str| json!({ "category": category, "literals": [word] });
        file["filters"]["strict"] = json!([
            { "kind": "patterns", "in": ["prompt"], "lists": [
                list("mlc:S9", "nerve agent"), list("oai:self-harm/intent", "end it all") ] },
            { "kind": "redact", "classes": ["email"] },
            { "kind": "patterns", "literals": ["wrong tool"], "in": ["tool_calls"] },
            { "kind": "patterns", "literals": ["tried word"], "shadow": true },
        ]);
        file["filters"]["early"] =
            json!([{ "kind": "patterns", "category": "policy:cyber", "literals": ["payload"] }]);
        file["tiers"]["trusted"]["filter"] = json!({ "default": "none", "trusted": "early" });
        file["tiers"]["public"]["limits"] = json!([
            { "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 8 },
        ]);
    })
    .await
}

fn posts(who: &Caller, input: impl Into<Value>) -> sluice_tests::Call {
    who.posts(PATH, json!({ "input": input.into() }))
}

fn results(reply: &Reply) -> Vec<Value> {
    reply.is_ok().json()["results"].as_array().cloned().unwrap_or_default()
}

/// OpenAI's categories that are flagged.
fn flagged(result: &Value) -> Vec<&str> {
    let categories = result["categories"].as_object().expect("categories");
    assert_eq!(categories.len(), 13, "{result}");
    let flagged = categories.iter().filter(|(_, flag)| **flag == true);
    flagged.map(|(word, _)| word.as_str()).collect()
}

#[tokio::test]
async fn filters_of_prompts_and_of_answers_say_what_they_find() {
    let world = world().await;
    let inputs = ["NERVE agent", "a walk", "I will end it all", "to a@lab.example"];
    let reply = posts(world.bob(), json!(inputs)).await;
    let results = results(&reply);
    let said: Vec<_> = results
        .iter()
        .map(|it| (it["flagged"] == true, flagged(it), it["sluice_categories"].clone()))
        .collect();
    let expected = [
        (true, vec!["illicit/violent"], json!({ "mlc:S9": 1.0 })),
        (false, vec![], json!({})),
        (true, vec!["self-harm/intent"], json!({ "oai:self-harm/intent": 1.0 })),
        (true, vec![], json!({ "email": 1.0 })),
    ];
    assert_eq!(said, expected);
    let [first, ..] = &*results else { panic!("{results:?}") };
    assert_eq!(first["category_scores"]["illicit/violent"], 1.0);
    assert_eq!(first["category_scores"]["hate"], 0.0);
    let read = &first["category_applied_input_types"];
    assert_eq!((&read["illicit/violent"], &read["hate"]), (&json!(["text"]), &json!([])));
    let unique = reply.header("x-request-id").and_then(|id| id.strip_prefix("req_"));
    assert_eq!(reply.json()["id"], format!("modr-{}", unique.expect("an id")));
    assert_eq!(reply.json()["model"], "sluice");
    world.backend.saw_nothing();
}

#[tokio::test]
async fn what_only_tries_or_looks_elsewhere_says_nothing() {
    let world = world().await;
    for text in ["a tried word", "a wrong tool", ""] {
        let reply = posts(world.bob(), text).await;
        let [result] = &*results(&reply) else { panic!("{}", reply.body()) };
        assert_eq!((&result["flagged"], &result["sluice_categories"]), (&json!(false), &json!({})));
    }
    let metrics = world.metrics().await;
    let said = |shadow| metrics.sum("sluice_filter_verdicts_total", &[("shadow", shadow)]);
    assert_eq!((said("true"), said("false")), (1, 0), "{}", metrics.text);
}

#[tokio::test]
async fn parts_are_one_text_and_images_are_refused() {
    let world = world().await;
    let part = |text: &str| json!({ "type": "text", "text": text });
    let reply = posts(world.bob(), json!([part("a ner"), part("ve agent")])).await;
    let [result] = &*results(&reply) else { panic!("{}", reply.body()) };
    assert_eq!(result["flagged"], true);
    let image = json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw0KGgo=" } });
    let reply = posts(world.bob(), json!([part("a walk"), image])).await;
    let error = &reply.is_refused(400, "unsupported_parameter").json()["error"];
    assert_eq!(error["param"], "input[1]");
    assert!(error["message"].as_str().is_some_and(|said| said.contains("images")), "{error}");
}

#[tokio::test]
async fn the_model_that_is_named_says_whose_filters_look() {
    let world = world().await;
    let asks = |who: &Caller, model: &str| posts(who, "a payload").with("model", model);
    let reply = asks(world.ada(), "trusted-1").await;
    let [result] = &*results(&reply) else { panic!("{}", reply.body()) };
    assert_eq!((&reply.json()["model"], flagged(result)), (&json!("trusted-1"), vec!["illicit"]));
    for name in ["omni-moderation-latest", "text-moderation-stable", "open", "sluice"] {
        let reply = asks(world.bob(), name).await;
        assert_eq!(reply.is_ok().json()["model"], name);
    }
    let message = |reply: &Reply| reply.json()["error"]["message"].clone();
    let hidden = asks(world.bob(), "trusted-1").await;
    let made_up = asks(world.bob(), "omni-moderation-2").await;
    hidden.is_refused(404, "model_not_found");
    made_up.is_refused(404, "model_not_found");
    let (hidden, made_up) = (message(&hidden).to_string(), message(&made_up).to_string());
    assert_eq!(hidden.replace("trusted-1", "x"), made_up.replace("omni-moderation-2", "x"));
    asks(world.bob(), "soon-1").await.is_refused(403, "model_not_released");
}

#[tokio::test]
async fn where_nothing_looks_nothing_is_said_to_be_fine() {
    let world = world().await;
    for call in [posts(world.ina(), "nerve agent"), posts(world.ada(), "nerve agent")] {
        let reply = call.await;
        reply.is_refused(404, "not_found");
        assert!(reply.body().contains("no filter of your tier"), "{}", reply.body());
    }
    let reply = posts(world.ina(), "x").with("model", "open-1").await;
    reply.is_refused(404, "not_found");
}

#[tokio::test]
async fn it_counts_as_a_request_and_is_no_way_in() {
    let world = world().await;
    posts(&world.nobody(), "x").await.is_refused(401, "invalid_api_key");
    let left = |reply: &Reply| reply.header("x-ratelimit-remaining-requests").map(str::to_owned);
    for wanted in (0..8).rev() {
        let reply = posts(world.bob(), "x").await;
        assert_eq!(left(reply.is_ok()), Some(wanted.to_string()));
        assert_eq!(reply.header("x-ratelimit-remaining-tokens"), None);
    }
    let reply = posts(world.bob(), "x").await;
    reply.is_refused(429, "rate_limit_exceeded");
    assert_eq!(left(&reply).as_deref(), Some("0"));
    // It is the limit of all calls.
    world.bob().asks("open-1").await.is_refused(429, "rate_limit_exceeded");
    let metrics = world.metrics().await;
    let of = |outcome| {
        let labels = [("operation", "moderations"), ("tier", "public"), ("outcome", outcome)];
        metrics.sum("sluice_requests_total", &labels)
    };
    assert_eq!((of("ok"), of("rate_limit_exceeded")), (8, 1), "{}", metrics.text);
    world.backend.saw_nothing();
}
