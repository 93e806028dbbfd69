//! What a call costs that two models answered: limits, rows, receipts.

use super::{BANNED, INSTEAD, is_answered_instead, is_stopped, setup};
use serde_json::{Value, json};
use sluice_store::By;
use sluice_tests::{Gate, Reply, World, answer};

/// Model, outcome, tokens of prompts and of answers.
type Line = (String, String, u64, u64);

/// The lines of the books, once they count so many rows.
async fn lines(world: &World, rows: u64) -> Vec<Line> {
    world.total(rows).await;
    let lines = world.books(&[By::Model, By::Outcome]).await.into_iter();
    let line = |line: sluice_store::UsageLine| {
        let [model, outcome] = <[String; 2]>::try_from(line.of).expect("two words");
        (model, outcome, line.prompt_tokens, line.completion_tokens)
    };
    lines.map(line).collect()
}

fn line(model: &str, outcome: &str, prompt: u64, completion: u64) -> Line {
    (model.into(), outcome.into(), prompt, completion)
}

fn left(reply: &Reply) -> u64 {
    let left = reply.header("x-ratelimit-remaining-tokens").expect("a limit");
    left.parse().expect("a number")
}

fn limited(limit: &Value) -> impl FnOnce(&mut Value) + use<> {
    let limits = json!([limit]);
    move |file| file["tiers"]["public"]["limits"] = limits
}

#[tokio::test]
async fn each_model_has_a_row_of_what_it_used() {
    let world = setup().await.start().await;
    world.backend.answers(answer::chat("well, the dark recipe"));
    world.backend.answers(answer::chat("a fine word"));
    is_answered_instead(&world.bob().asks("open").await, "a fine word");
    let expected = [line("open-1", "fallback", 5, 4), line("safe-1", "ok", 5, 3)];
    assert_eq!(lines(&world, 2).await, expected);
    world.is_quiet().await;
    let metrics = world.metrics().await;
    let ok = [("model", "open-1"), ("to", "safe-1"), ("place", "answer"), ("outcome", "ok")];
    assert_eq!(metrics.sum("sluice_fallbacks_total", &ok), 1, "{}", metrics.text);
    let said = [("profile", "strict"), ("action", "fallback")];
    assert_eq!(metrics.sum("sluice_filter_verdicts_total", &said), 1);
    assert_eq!(metrics.sum("sluice_reserved_tokens", &[]), 0);
    let first = [("model", "open-1")];
    assert_eq!(metrics.sum("sluice_time_to_first_token_seconds_count", &first), 0);
}

#[tokio::test]
async fn a_stream_that_was_thrown_away_is_paid_for() {
    let world = setup().await.start().await;
    world.backend.answers(answer::stream().says("dark").says(" recipe").hangs());
    world.backend.answers(answer::streamed(&["a fine", " word"]));
    is_answered_instead(&world.bob().asks("open").streamed().await, "a fine word");
    let lines = lines(&world, 2).await;
    let [(first, outcome, prompt, completion), second] = &*lines else { panic!("{lines:?}") };
    assert_eq!((first.as_str(), outcome.as_str()), ("open-1", "fallback"));
    assert!(*prompt > 0 && *completion >= 2, "no usage came: {lines:?}");
    assert_eq!(*second, line("safe-1", "ok", 5, 2));
    assert_eq!(world.total(2).await.estimated, 1);
}

#[tokio::test]
async fn a_model_that_was_not_asked_costs_nothing() {
    let day =
        json!({ "unit": "tokens", "window": "day", "scope": "principal", "ceiling": 100_000 });
    let world = setup().await.with(limited(&day)).start().await;
    let before = left(world.bob().asks("open").await.is_ok());
    is_answered_instead(&world.bob().asks("open").says(BANNED).await, "hello there");
    let after = left(world.bob().asks("open").await.is_ok());
    assert_eq!(before - after, 14, "two answers of 7 tokens");
    let expected = [line("open-1", "ok", 10, 4), line("safe-1", "ok", 5, 2)];
    assert_eq!(lines(&world, 3).await, expected);
    let prompt = [("place", "prompt"), ("outcome", "ok")];
    assert_eq!(world.metrics().await.sum("sluice_fallbacks_total", &prompt), 1);
}

#[tokio::test]
async fn the_first_answer_makes_room_for_the_second() {
    let one = json!({ "unit": "concurrency", "scope": "principal", "ceiling": 1 });
    let world = setup().await.with(limited(&one)).start().await;
    world.backend.answers(answer::chat(BANNED));
    is_answered_instead(&world.bob().asks("open").await, "hello there");
    world.backend.answers(answer::streamed(&[BANNED]));
    is_answered_instead(&world.bob().asks("open").streamed().await, "hello there");
    is_answered_instead(&world.bob().asks("open").says(BANNED).await, "hello there");
    assert_eq!(lines(&world, 5).await.len(), 2);
    world.bob().asks("open").await.is_ok();
}

#[tokio::test]
async fn what_finds_no_room_is_stopped_and_paid_for_once() {
    let few = json!({ "unit": "requests", "window": "minute", "scope": "principal", "ceiling": 1 });
    for streamed in [false, true] {
        let world = setup().await.with(limited(&few)).start().await;
        let script = if streamed { answer::streamed(&[BANNED]) } else { answer::chat(BANNED) };
        world.backend.answers(script);
        is_stopped(&world.bob().asks("open").with("stream", streamed).await, "");
        let row = lines(&world, 1).await.pop().expect("a row");
        assert_eq!((row.0.as_str(), row.1.as_str()), ("open-1", "content_filter"));
        assert!(row.2 > 0 && row.3 > 0, "{row:?}");
        world.is_quiet().await;
        let metrics = world.metrics().await;
        let refused = [("outcome", "rate_limit_exceeded")];
        assert_eq!(metrics.sum("sluice_fallbacks_total", &refused), 1, "{}", metrics.text);
        assert_eq!(metrics.sum("sluice_filter_verdicts_total", &[]), 1);
        assert_eq!(metrics.sum("sluice_refusals_total", &[]), 0);
    }
}

#[tokio::test]
async fn a_row_says_why_the_other_model_did_not_answer() {
    let world = setup().await.start().await;
    world.backend.answers(answer::chat(BANNED));
    world.backend.answers(answer::json(500, &json!({})));
    is_stopped(&world.bob().asks("open").await, "");
    let expected = [line("open-1", "fallback", 5, 2), line("safe-1", "upstream_error", 0, 0)];
    assert_eq!(lines(&world, 2).await, expected);
    world.is_quiet().await;
    let metrics = world.metrics().await;
    assert_eq!(metrics.sum("sluice_filter_verdicts_total", &[]), 1, "counted once");
    assert_eq!(metrics.sum("sluice_refusals_total", &[]), 0, "nobody was refused");
}

#[tokio::test]
async fn who_leaves_while_the_other_model_is_asked_pays_for_both() {
    let world = setup().await.start().await;
    world.backend.answers(answer::streamed(&[BANNED]));
    world.backend.answers(answer::stream().hangs());
    let wire = world.bob().asks("open").streamed().wire().await;
    let (_first, second) = (world.backend.next().await, world.backend.next().await);
    drop(wire);
    second.hung_up().await;
    let lines = lines(&world, 2).await;
    let outcomes: Vec<_> = lines.iter().map(|line| (&*line.0, &*line.1)).collect();
    assert_eq!(outcomes, [("open-1", "fallback"), ("safe-1", "client_closed")]);
    world.is_quiet().await;
}

#[tokio::test]
async fn a_receipt_is_for_the_answer_that_was_shown() {
    let world = setup().await.with_receipts().start().await;
    let path =
        |reply: &Reply| format!("/v1/receipts/{}", reply.header("x-request-id").expect("an id"));
    let checked = async |receipt: &str, text: &str| {
        let body = json!({ "receipt": receipt, "text": text });
        world.bob().posts("/v1/receipts/check", body).await.is_ok().json()
    };
    world.backend.answers(answer::chat("well, the dark recipe"));
    let reply = world.bob().asks("open").await;
    is_answered_instead(&reply, "hello there");
    let receipt = reply.header("x-sluice-receipt").expect("a receipt");
    let claims = checked(receipt, "hello there").await;
    assert_eq!(
        (&claims["text_matches"], &claims["claims"]["model"]),
        (&json!(true), &json!("safe-1"))
    );
    assert_eq!(world.bob().gets(&path(&reply)).await.is_ok().json()["receipt"], receipt);
    // A broken answer has none, not even that of the one it stands for.
    world.backend.answers(answer::streamed(&[BANNED]));
    let heard = Gate::new();
    world.backend.answers(answer::stream().says("a fine thing").waits(&heard).is_cut());
    let mut call = world.bob().asks("open").streamed().begins().await;
    call.says("a fine thing").await;
    heard.open();
    let reply = call.rest().await;
    reply.is_broken_off("upstream_error");
    assert_eq!(reply.header(INSTEAD), Some("open"));
    world.bob().gets(&path(&reply)).await.is_refused(404, "not_found");
    // A stop that stands keeps its own.
    world.backend.answers(answer::chat("well, the dark recipe"));
    world.backend.answers(answer::json(500, &json!({})));
    let reply = world.bob().asks("open").await;
    is_stopped(&reply, "well, the ");
    let receipt = reply.header("x-sluice-receipt").expect("a receipt");
    assert_eq!(world.bob().gets(&path(&reply)).await.is_ok().json()["receipt"], receipt);
    assert_eq!(checked(receipt, "well, the ").await["text_matches"], true);
}
