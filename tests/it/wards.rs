//! Filters that ask guards, through a node: what is not cleared is not shown, and what a guard that is
//! down, slow, garbled or no guard at all does is what the profile says.

mod prompts;
mod told;

use serde_json::{Value, json};
use sluice_tests::{Backend, Gate, Script, World, answer, soon, until};
use std::time::Duration;

/// What a guard that generates text answers.
fn says(text: &str) -> String {
    let choice = json!({
        "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop",
    });
    let body = json!({ "choices": [choice] }).to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
    format!("{head}: {}\r\n\r\n{body}", body.len())
}

/// A guard that calls unsafe what has `bad` in it.
pub(crate) async fn guard() -> Backend {
    let server = Backend::start().await;
    server.always_by(|seen| {
        let verdict = if seen.holds("bad") { "unsafe\nS2" } else { "safe" };
        Script::new().send(says(verdict))
    });
    server
}

fn written(url: &str) -> Value {
    json!({ "safety": {
        "kind": "llama_guard", "urls": [url], "model": "llama-guard", "timeout_ms": 1_000,
    } })
}

/// A world in which bob's calls are asked about as `filter` says.
pub(crate) async fn guarded(server: &Backend, filter: &Value) -> World {
    World::with(|file| {
        file["guards"] = written(&server.url());
        let mut asks = json!({ "kind": "guard", "guard": "safety" });
        for (word, value) in filter.as_object().into_iter().flatten() {
            asks[word] = value.clone();
        }
        file["filters"]["strict"] = json!([asks]);
    })
    .await
}

/// A text long enough to be asked about before its end.
const LONG: &str = "a beginning that is long enough for a guard to be asked about it.";

#[tokio::test]
async fn a_stream_waits_for_its_guard_which_reads_the_question_too() {
    let server = guard().await;
    let gate = Gate::new();
    server.answers(Script::new().wait(&gate).send(says("safe")));
    let world = guarded(&server, &json!({})).await;
    let more = Gate::new();
    world
        .backend
        .answers(answer::stream().says(LONG).waits(&more).says(" And fine.").stops().done());
    let asking = world.bob().asks("open-1").says("how?").streamed();
    let asked = async {
        let seen = server.next().await.json();
        assert_eq!(seen["messages"][0]["content"], "how?");
        assert_eq!(seen["messages"][1]["content"], LONG);
        gate.open();
    };
    let (mut live, ()) = tokio::join!(asking.begins(), asked);
    live.says(LONG).await;
    more.open();
    live.says(" And fine.").await;
    let seen = server.next().await.json();
    assert_eq!(seen["messages"][1]["content"], format!("{LONG} And fine."));
}

#[tokio::test]
async fn what_a_guard_calls_unsafe_is_stopped_and_only_the_model_is_billed() {
    let server = guard().await;
    let world = guarded(&server, &json!({})).await;
    let gate = Gate::new();
    let said = answer::stream().says(LONG).waits(&gate).says(" Then something bad").says(".");
    world.backend.answers(said.stops().done());
    let asked = async {
        server.next().await;
        gate.open();
    };
    let asking = async { world.bob().asks("open-1").streamed().await };
    let (reply, ()) = tokio::join!(asking, asked);
    assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"), "{}", reply.body());
    assert_eq!(reply.text(), LONG);
    world.backend.answers(answer::chat("something bad"));
    let reply = world.bob().asks("open-1").await;
    assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"), "{}", reply.body());
    assert!(!reply.body().contains("bad"), "{}", reply.body());
    // A row for each call, and none for a question to the guard.
    world.total(2).await;
    assert_eq!(server.requests(), 3);
    world.is_quiet().await;
    let metrics = world.metrics().await;
    let found = [("filter", "guard"), ("category", "mlc:S2"), ("action", "block")];
    assert_eq!(metrics.sum("sluice_filter_verdicts_total", &found), 2, "{}", metrics.text);
}

#[tokio::test]
async fn a_guard_that_gives_no_judgement_ends_what_must_be_judged_and_costs_nothing() {
    for (name, script) in [
        ("status", Script::new().send("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n")),
        ("garbled", Script::new().send("SSH-2.0-OpenSSH_9.2\r\n").close()),
        ("closed", Script::new().close()),
    ] {
        let server = Backend::start().await;
        server.always(script);
        let world = guarded(&server, &json!({})).await;
        for call in [world.bob().asks("open-1"), world.bob().asks("open-1").streamed()] {
            let reply = call.await;
            reply.is_refused(503, "filter_unavailable");
            assert!(!reply.body().contains("hello"), "{name}: {}", reply.body());
        }
        assert_eq!(world.total(2).await.completion_tokens, 0, "{name}");
        let open = guarded(&server, &json!({ "on_error": "open" })).await;
        for call in [open.bob().asks("open-1"), open.bob().asks("open-1").streamed()] {
            assert_eq!(call.await.is_ok().text(), "hello there", "{name}");
        }
        open.is_quiet().await;
        let passed = [("category", "unavailable"), ("action", "score")];
        let metrics = open.metrics().await;
        assert_eq!(metrics.sum("sluice_filter_verdicts_total", &passed), 2, "{name}");
    }
}

#[tokio::test]
async fn a_slow_guard_is_given_up_in_its_time_and_no_stream_hangs() {
    let server = Backend::start().await;
    server.always(Script::new().hang());
    let world = guarded(&server, &json!({})).await;
    for call in [world.bob().asks("open-1"), world.bob().asks("open-1").streamed()] {
        let slow = async {
            let seen = server.next().await;
            world.hands.turn(Duration::from_secs(1));
            seen.hung_up().await;
        };
        let (reply, ()) = soon("an end", async { tokio::join!(async { call.await }, slow) }).await;
        reply.is_refused(503, "filter_unavailable");
    }
}

#[tokio::test]
async fn a_guard_that_fails_under_way_breaks_the_stream_off_behind_what_it_cleared() {
    let server = Backend::start().await;
    server.always(Script::new().send("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n"));
    server.answers(Script::new().send(says("safe")));
    let world = guarded(&server, &json!({})).await;
    let gate = Gate::new();
    let said = answer::stream().says(LONG).waits(&gate).says(" More that nobody judged.");
    world.backend.answers(said.stops().done());
    let asked = async {
        server.next().await;
        gate.open();
    };
    let asking = async { world.bob().asks("open-1").streamed().await };
    let (reply, ()) = tokio::join!(asking, asked);
    reply.is_broken_off("filter_unavailable");
    assert_eq!(reply.text(), LONG);
}

#[tokio::test]
async fn prose_is_no_verdict() {
    let server = Backend::start().await;
    server.always(Script::new().send(says("Well, that depends.")));
    let world = guarded(&server, &json!({})).await;
    for call in [world.bob().asks("open-1"), world.bob().asks("open-1").streamed()] {
        let reply = call.await;
        assert_eq!(reply.is_ok().finish().as_deref(), Some("content_filter"));
        assert!(!reply.body().contains("hello"), "{}", reply.body());
    }
    let open = guarded(&server, &json!({ "on_error": "open" })).await;
    assert_eq!(open.bob().asks("open-1").streamed().await.is_ok().text(), "hello there");
}

#[tokio::test]
async fn a_guard_may_ask_for_another_model_and_annotate() {
    let server = guard().await;
    let world = World::with(|file| {
        file["guards"] = written(&server.url());
        let mut safe = file["models"]["open-1"].clone();
        (safe["aliases"], safe["stage"]) = (json!([]), json!("open_weights"));
        file["models"]["safe-1"] = safe;
        file["models"]["open-1"]["fallback"] = "safe-1".into();
        let asks = |more: &str| json!({ "kind": "guard", "guard": "safety", "action": more });
        file["filters"]["strict"] = json!([asks("fallback")]);
        file["filters"]["mild"] = json!([asks("annotate")]);
        file["tiers"]["public"]["filter"] = json!({ "default": "strict", "open_weights": "mild" });
    })
    .await;
    let asks = || world.bob().asks("open-1");
    for (call, streamed) in [(asks(), false), (asks().streamed(), true)] {
        let said = if streamed { |text: &str| answer::streamed(&[text]) } else { answer::chat };
        world.backend.answers(said("something bad"));
        world.backend.answers(said("something good"));
        let reply = call.await;
        assert_eq!(reply.is_ok().text(), "something good", "{}", reply.body());
        assert_eq!(reply.header("x-sluice-fallback"), Some("open-1"));
    }
    world.backend.answers(answer::chat("something bad"));
    let reply = world.bob().asks("safe-1").await;
    assert_eq!(reply.is_ok().text(), "something bad");
    assert_eq!(reply.header("x-sluice-filter-annotations"), Some("mlc:S2"));
}

#[tokio::test]
async fn a_guard_of_streams_is_sent_what_it_has_not_read_and_all_if_it_has_forgotten() {
    let server = Backend::start().await;
    let verdict = |word: &str| answer::json(200, &json!({ "verdict": word }));
    server.answers(verdict("safe"));
    server.answers(answer::json(409, &json!({})));
    server.always(verdict("safe"));
    let world = World::with(|file| {
        file["guards"] = written(&server.url());
        file["guards"]["safety"]["kind"] = "stream_guard".into();
        file["guards"]["safety"]["options"] = json!({ "categories": ["fraud"] });
        file["filters"]["strict"] = json!([{ "kind": "guard", "guard": "safety" }]);
    })
    .await;
    let gate = Gate::new();
    let said = answer::stream().says(LONG).waits(&gate).says(" The rest.").stops().done();
    world.backend.answers(said);
    let asked = async {
        let first = server.next().await.json();
        assert_eq!((&first["from"], &first["delta"]), (&json!(0), &json!(LONG)));
        assert_eq!(first["before"][0]["text"], "how?");
        gate.open();
        let stream = first["stream"].clone();
        let second = server.next().await.json();
        assert_eq!((&second["stream"], &second["from"]), (&stream, &json!(LONG.len())));
        assert_eq!((&second["delta"], &second["last"]), (&json!(" The rest."), &json!(true)));
        let third = server.next().await.json();
        let all = format!("{LONG} The rest.");
        assert_eq!((&third["from"], &third["delta"]), (&json!(0), &json!(all)));
    };
    let asking = async { world.bob().asks("open-1").says("how?").streamed().await };
    let (reply, ()) = tokio::join!(asking, asked);
    assert_eq!(reply.is_ok().text(), format!("{LONG} The rest."));
}

#[tokio::test]
async fn nobody_waits_for_a_shadow() {
    let server = Backend::start().await;
    let gate = Gate::new();
    server.always(Script::new().wait(&gate).send(says("unsafe\nS2")));
    let world = guarded(&server, &json!({ "shadow": true, "in": ["prompt", "answer"] })).await;
    assert_eq!(world.bob().asks("open-1").streamed().await.is_ok().text(), "hello there");
    gate.open_wide();
    let counted = || async {
        let said = [("category", "mlc:S2"), ("shadow", "true")];
        world.metrics().await.sum("sluice_filter_verdicts_total", &said) == 2
    };
    until("two verdicts", counted).await;
}

#[tokio::test]
async fn what_a_filter_may_not_ask_is_a_problem_of_the_file() {
    let mut world = World::start().await;
    let asks = |more: Value| {
        let mut asks = json!({ "kind": "guard", "guard": "safety" });
        asks.as_object_mut().expect("a section").extend(more.as_object().cloned().expect("words"));
        asks
    };
    for (filter, kind, what) in [
        (asks(json!({ "guard": "nobody" })), "llama_guard", "there is no guard nobody"),
        (asks(json!({ "action": "redact" })), "llama_guard", "finds no place in a text"),
        (asks(json!({ "when": "held" })), "llama_guard", "no filter of this profile holds"),
        (asks(json!({ "categories": ["mlc:S99"] })), "llama_guard", "finds no mlc:S99"),
        (asks(json!({})), "prompt_guard", "judges no answers"),
        (asks(json!({ "stride_bytes_max": 1 })), "llama_guard", "must be from 64"),
    ] {
        let told = world.reloads(|file| {
            file["guards"] = written("http://127.0.0.1:9");
            file["guards"]["safety"]["kind"] = json!(kind);
            file["filters"]["strict"] = json!([filter]);
        });
        let told = told.expect_err(what);
        assert!(told.contains(what), "{what}: {told}");
    }
}
