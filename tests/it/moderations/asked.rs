//! The member `moderation` of chats and responses: filters say what they find, and stop all of it
//! where the caller wants that. It makes them stricter and never weaker.

use serde_json::{Value, json};
use sluice_tests::{Call, Caller, Event, Reply, Script, Seen, World, answer, checkout};

/// What the model says to everything, among it what a filter knows.
const SAID: &str = "Good morning!";

/// Answers as a chat or as a response, streamed or not.
pub(super) fn backend(seen: &Seen) -> Script {
    let pieces = ["Good", " morn", "ing", "!"];
    match (seen.path(), seen.is_streamed()) {
        ("/v1/responses", streamed) => {
            let kind = if streamed { "_stream" } else { "" };
            let path = format!("tests/fixtures/streams/made/responses_says{kind}.body");
            let body = std::fs::read_to_string(checkout().join(path)).expect("a recording");
            if streamed {
                answer::stream().bytes(&body).ends()
            } else {
                answer::whole(200, "application/json", &body)
            }
        }
        (_, true) => answer::streamed(&pieces),
        (_, false) => answer::chat(SAID),
    }
}

/// Filters that count and do nothing, of prompts and of answers.
pub(super) fn counting() -> Value {
    let counts = |place: &str, category: &str, word: &str| {
        json!({ "kind": "patterns", "in": [place], "action": "score", "category": category,
                "literals": [word] })
    };
    json!([
        counts("prompt", "mlc:S9", "nerve agent"),
        counts("answer", "secret_greeting", "morning")
    ])
}

pub(super) async fn world(strict: Value) -> World {
    let world = World::with(move |file| {
        file["filters"]["strict"] = strict;
        for model in ["open-1", "trusted-1"] {
            file["models"][model]["operations"] = json!(["chat", "response"]);
        }
    })
    .await;
    world.backend.always_by(backend);
    world
}

/// The four ways to ask: what is asked, and whether it is streamed.
fn calls(who: &Caller, text: &str) -> [Call; 4] {
    let response = who.posts("/v1/responses", json!({ "model": "open-1", "input": text }));
    let chat = who.asks("open-1").says(text);
    [chat.clone(), chat.streamed(), response.clone(), response.streamed()]
}

fn wants(input: &str, output: &str) -> Value {
    let policy = json!({ "input": { "mode": input }, "output": { "mode": output } });
    json!({ "model": "omni-moderation-latest", "policy": policy })
}

/// The last JSON of an answer, which says how it ended.
fn last(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.body());
    if !reply.is_streamed() {
        return reply.json();
    }
    // Events of responses have names, those of chats have none.
    let body = reply.body();
    let told = body.lines().filter_map(|line| line.strip_prefix("data: "));
    let told = told.filter_map(|data| serde_json::from_str::<Value>(data).ok());
    let of = |data: Value| data.get("response").cloned().unwrap_or(data);
    let told: Vec<Value> = told.map(of).filter(|it| it["moderation"].is_object()).collect();
    let [told] = &*told else { panic!("{body}") };
    told.clone()
}

/// What is said of one side; of a chat in a list of one.
fn side(reply: &Reply, name: &str) -> Value {
    let side = last(reply)["moderation"][name].clone();
    if side["type"] != "moderation_results" {
        return side;
    }
    assert_eq!(side["model"], "omni-moderation-latest");
    let results = side["results"].as_array().cloned().unwrap_or_default();
    let [result] = &*results else { panic!("{side}") };
    result.clone()
}

#[tokio::test]
async fn scores_are_told_and_change_nothing() {
    let world = world(counting()).await;
    for call in calls(world.bob(), "a nerve agent") {
        let reply = call.clone().with("moderation", wants("score", "score")).await;
        let (input, output) = (side(&reply, "input"), side(&reply, "output"));
        assert_eq!(
            (&input["type"], &input["flagged"]),
            (&json!("moderation_result"), &json!(true))
        );
        assert_eq!(input["categories"]["illicit/violent"], true);
        assert_eq!(input["model"], "omni-moderation-latest");
        assert_eq!(output["flagged"], true);
        assert_eq!(output["sluice_categories"], json!({ "secret_greeting": 1.0 }));
        assert_eq!(output["categories"].as_object().map(serde_json::Map::len), Some(13));
        assert!(reply.body().contains("ing"), "{}", reply.body());
        let seen = world.backend.next().await;
        assert!(!seen.holds("moderation"), "it is sent on");
        // Who does not ask is told nothing.
        assert!(!call.await.body().contains("\"moderation\""));
        world.backend.next().await;
    }
    for call in calls(world.bob(), "a walk") {
        let reply = call.with("moderation", json!({ "model": "omni-moderation-latest" })).await;
        assert_eq!(side(&reply, "input")["flagged"], false);
    }
}

#[tokio::test]
async fn a_stream_of_a_chat_tells_them_in_a_chunk_of_their_own_before_the_end() {
    let world = world(counting()).await;
    let call = world.bob().asks("open-1").streamed().with_usage();
    let reply = call.with("moderation", wants("score", "score")).await;
    let events = reply.is_ok().events();
    let [.., Event::Data(moderation), Event::Data(usage), Event::Done] = &*events else {
        panic!("{events:?}")
    };
    assert_eq!(moderation["choices"], json!([]));
    assert!(moderation["moderation"]["output"].is_object() && usage["usage"].is_object());
    assert_eq!(moderation["object"], "chat.completion.chunk");
}

#[tokio::test]
async fn a_prompt_is_blocked_by_what_only_counts() {
    let world = world(counting()).await;
    for call in calls(world.bob(), "a NERVE agent") {
        let reply = call.with("moderation", wants("block", "score")).await;
        reply.is_refused(400, "policy_violation");
        assert!(!reply.body().contains("NERVE"), "{}", reply.body());
    }
    world.backend.saw_nothing();
}

#[tokio::test]
async fn an_answer_is_blocked_by_what_only_counts_and_none_of_it_leaks() {
    let detecting = json!({ "stream": "detect_only", "filters": counting() });
    for strict in [counting(), detecting] {
        let world = world(strict).await;
        for call in calls(world.bob(), "hello") {
            let reply = call.with("moderation", wants("score", "block")).await;
            assert!(reply.body().contains("content_filter"), "{}", reply.body());
            assert!(!reply.body().contains("morn"), "{}", reply.body());
            assert_eq!(side(&reply, "output")["flagged"], true);
            assert_eq!(side(&reply, "input")["flagged"], false);
        }
    }
}

#[tokio::test]
async fn it_makes_no_filter_weaker() {
    let strict = json!([{ "kind": "patterns", "literals": ["morning"] },
                        { "kind": "patterns", "in": ["prompt"], "literals": ["nerve agent"] }]);
    let world = world(strict).await;
    for call in calls(world.bob(), "hello") {
        let reply = call.with("moderation", wants("score", "score")).await;
        assert!(!reply.body().contains("morn"), "{}", reply.body());
        assert_eq!(side(&reply, "output")["flagged"], true);
    }
    for call in calls(world.bob(), "a nerve agent") {
        let reply = call.with("moderation", wants("score", "score")).await;
        reply.is_refused(400, "policy_violation");
    }
}

#[tokio::test]
async fn where_nothing_looks_that_is_said() {
    let only_prompts = json!([{ "kind": "patterns", "in": ["prompt"], "literals": ["nerve"] }]);
    let world = world(only_prompts).await;
    let error = |side: &Value| {
        assert!(side["message"].as_str().is_some_and(|said| !said.is_empty()), "{side}");
        (side["type"].clone(), side["code"].clone())
    };
    let unavailable = (json!("error"), json!("moderation_unavailable"));
    for call in calls(world.ada(), "hello") {
        let reply = call.with("moderation", wants("block", "block")).await;
        assert_eq!(error(&side(&reply, "input")), unavailable);
        assert_eq!(error(&side(&reply, "output")), unavailable);
    }
    for call in calls(world.bob(), "hello") {
        let reply = call.with("moderation", wants("score", "score")).await;
        assert_eq!(side(&reply, "input")["flagged"], false);
        assert_eq!(error(&side(&reply, "output")), unavailable);
    }
}
