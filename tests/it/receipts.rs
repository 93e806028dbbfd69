//! Receipts: for what was shown and nothing else, for who was shown it and no one else.

mod dialects;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sluice_tests::{Caller, Event, Reply, World, answer, put, run};
use std::fmt::Write as _;
use std::time::Duration;

const SECRET: &str = "mail a@lab.example now";
const MASKED: &str = "mail [email] now";

async fn world() -> World {
    World::setup().await.with_receipts().start().await
}

fn sha256(text: &str) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(text) {
        write!(digits, "{byte:02x}").expect("a string takes any line");
    }
    digits
}

/// The receipt of an answer, from where it stands.
fn receipt(reply: &Reply) -> String {
    if !reply.is_ok().is_streamed() {
        return reply.header("x-sluice-receipt").expect("a receipt").to_owned();
    }
    assert_eq!(reply.header("x-sluice-receipt"), None);
    let events = reply.events();
    let [.., Event::Comment(comment), Event::Done] = &*events else { panic!("{events:?}") };
    comment.strip_prefix("receipt ").expect("a receipt").to_owned()
}

async fn checks(who: &Caller, receipt: &str, text: &str) -> Value {
    let reply = who.posts("/v1/receipts/check", json!({ "receipt": receipt, "text": text })).await;
    reply.is_ok().json()
}

fn path(reply: &Reply) -> String {
    format!("/v1/receipts/{}", reply.header("x-request-id").expect("an id"))
}

#[tokio::test]
async fn a_receipt_is_for_what_was_shown_and_nothing_else() {
    let world = world().await;
    for streamed in [false, true] {
        let script = if streamed {
            answer::streamed(&["mail a@", "lab.exam", "ple now"])
        } else {
            answer::chat(SECRET)
        };
        world.backend.answers(script);
        let call = world.bob().asks("open").with("stream", streamed);
        let reply = call.await;
        assert_eq!(reply.is_ok().text(), MASKED);
        let receipt = receipt(&reply);
        let checked = checks(world.ada(), &receipt, MASKED).await;
        let id = reply.header("x-request-id").expect("an id");
        let at = checked["claims"]["iat"].as_u64().expect("a time");
        assert!(at > 1_000_000_000);
        let claims = json!({
            "iss": "sluice.test", "jti": id, "iat": at, "model": "open", "revision": "9f2c1b7d",
            "licence": "apache-2.0",
            "choices": [{ "index": 0, "sha256": sha256(MASKED), "finish": "stop" }],
        });
        let expected = json!({ "valid": true, "claims": claims, "text_matches": true });
        assert_eq!(checked, expected);
        for other in [SECRET, "", "mail [email] now ", "Mail [email] now"] {
            let checked = checks(world.bob(), &receipt, other).await;
            assert_eq!(checked["valid"], true);
            assert_eq!(checked["text_matches"], false, "{other}");
        }
    }
}

#[tokio::test]
async fn a_stopped_answer_has_one_for_what_was_shown() {
    let world = world().await;
    world.backend.answers(answer::streamed(&["the da", "rk recipe", " is"]));
    let reply = world.bob().asks("open-1").streamed().await;
    assert_eq!(reply.text(), "the ");
    let checked = checks(world.bob(), &receipt(&reply), "the ").await;
    assert_eq!(checked["text_matches"], true);
    assert_eq!(checked["claims"]["choices"][0]["finish"], "content_filter");
}

#[tokio::test]
async fn a_broken_answer_has_none() {
    let world = world().await;
    world.backend.answers(answer::stream().says("the").is_cut());
    let reply = world.ada().asks("open-1").streamed().await;
    assert!(!reply.body().contains("receipt"), "{}", reply.body());
    world.ada().gets(&path(&reply)).await.is_refused(404, "not_found");
}

#[tokio::test]
async fn only_who_was_answered_has_it_and_for_an_hour() {
    let mut world = world().await;
    world.backend.always_by(answer::fitting);
    let reply = world.ada().asks("open-1").streamed().await;
    let found = world.ada().gets(&path(&reply)).await;
    let id = reply.header("x-request-id").expect("an id");
    assert_eq!(found.is_ok().json(), json!({ "request_id": id, "receipt": receipt(&reply) }));
    world.bob().gets(&path(&reply)).await.is_refused(404, "not_found");
    world.nobody().gets(&path(&reply)).await.is_refused(401, "invalid_api_key");
    let made_up = format!("/v1/receipts/req_{}", "0".repeat(32));
    let theirs = world.bob().gets(&path(&reply)).await.json()["error"]["message"].clone();
    let none = world.bob().gets(&made_up).await.json()["error"]["message"].clone();
    assert_eq!(theirs, none, "somebody else's is like none");
    world.reloads(|file| file["log"] = json!({ "level": "warn" })).expect("a good file");
    world.hands.turn(Duration::from_secs(3599));
    world.ada().gets(&path(&reply)).await.is_ok();
    world.hands.turn(Duration::from_secs(1));
    world.ada().gets(&path(&reply)).await.is_refused(404, "not_found");
}

#[tokio::test]
async fn a_receipt_that_was_changed_is_none() {
    let world = world().await;
    world.backend.answers(answer::chat("good morning"));
    let receipt = receipt(&world.ada().asks("open-1").await);
    let (signed, signature) = receipt.rsplit_once('.').expect("a signature");
    let (head, claims) = signed.split_once('.').expect("claims");
    let forged: String = claims.chars().rev().collect();
    let turned: String = signature.chars().rev().collect();
    for (changed, reason) in [
        (format!("{head}.{claims}.{turned}"), None),
        (format!("{head}.{forged}.{signature}"), Some("bad_signature")),
        (signed.to_owned(), Some("malformed")),
        (String::new(), Some("malformed")),
    ] {
        let checked = checks(world.ada(), &changed, "good morning").await;
        assert_eq!((&checked["valid"], &checked["text_matches"]), (&json!(false), &json!(false)));
        assert_eq!(checked["claims"], Value::Null, "what nobody signed is not repeated");
        assert!(reason.is_none_or(|reason| checked["reason"] == reason), "{checked}");
    }
    assert_eq!(checks(world.ada(), &receipt, "good morning").await["valid"], true);
    let other = self::world().await;
    let checked = checks(other.ada(), &receipt, "good morning").await;
    assert_eq!(checked["reason"], "bad_signature", "another node's key has the same name");
}

#[tokio::test]
async fn every_choice_is_in_it_and_a_long_one_is_in_no_header() {
    let setup = World::setup().await.with_receipts();
    let setup = setup.with(|file| file["tiers"]["trusted"]["caps"]["choices_max"] = json!(64));
    let world = setup.start().await;
    for (count, in_header) in [(2, true), (64, false)] {
        let texts: Vec<String> = (0..count).map(|index| format!("text {index}")).collect();
        let choices: Vec<Value> = (0..count)
            .rev()
            .map(|index| {
                let message = json!({ "role": "assistant", "content": texts[index] });
                json!({ "index": index, "message": message, "finish_reason": "stop" })
            })
            .collect();
        world.backend.answers(answer::json(200, &json!({ "id": "c", "choices": choices })));
        let reply = world.ada().asks("open-1").with("n", count).await;
        assert_eq!(reply.is_ok().header("x-sluice-receipt").is_some(), in_header);
        let found = world.ada().gets(&path(&reply)).await.json();
        let ask = |texts: &[String]| json!({ "receipt": found["receipt"], "texts": texts });
        let check = async |texts: &[String]| {
            world.ada().posts("/v1/receipts/check", ask(texts)).await.json()["text_matches"].clone()
        };
        assert_eq!(check(&texts).await, true);
        let turned: Vec<String> = texts.iter().rev().cloned().collect();
        assert_eq!(check(&turned).await, false);
        assert_eq!(check(&texts[1..]).await, false);
        assert_eq!(check(&[texts.clone(), vec![String::new()]].concat()).await, false);
    }
}

#[tokio::test]
async fn a_question_is_read_strictly() {
    let world = world().await;
    let path = "/v1/receipts/check";
    let ada = world.ada();
    for body in [
        json!({}),
        json!({ "receipt": "a" }),
        json!({ "text": "a" }),
        json!({ "receipt": "a", "text": "a", "texts": ["a"] }),
        json!({ "receipt": "a", "text": 1 }),
        json!({ "receipt": "a", "text": "a", "more": 1 }),
    ] {
        let reply = ada.posts(path, body).await;
        reply.is_refused(400, "invalid_parameter");
    }
    let twice = ada.posts(path, json!({})).body(r#"{"receipt":"a","receipt":"b","text":"a"}"#);
    twice.await.is_refused(400, "invalid_json");
    let large = ada.posts(path, json!({})).body("x".repeat(5 << 20));
    large.await.is_refused(413, "request_too_large");
    let packed = ada.posts(path, json!({})).header("content-encoding", "gzip");
    packed.await.is_refused(415, "unsupported_media_type");
    world.nobody().posts(path, json!({})).await.is_refused(401, "invalid_api_key");
    ada.gets(path).await.is_refused(405, "method_not_allowed");
    world.backend.saw_nothing();
}

#[tokio::test]
async fn anyone_has_the_public_key() {
    let world = world().await;
    let set = world.nobody().gets("/v1/receipts/keys").await;
    let keys = set.is_ok().json()["keys"].clone();
    assert_eq!(keys.as_array().map(Vec::len), Some(1));
    assert_eq!((&keys[0]["kid"], &keys[0]["crv"]), (&json!("key-1"), &json!("Ed25519")));
    assert_eq!(keys[0].get("d"), None);
}

#[tokio::test]
async fn without_a_key_there_are_none() {
    let world = World::start().await;
    world.backend.always_by(answer::fitting);
    let reply = world.ada().asks("open-1").await;
    assert_eq!(reply.is_ok().header("x-sluice-receipt"), None);
    let streamed = world.ada().asks("open-1").streamed().await;
    assert!(!streamed.is_ok().body().contains("receipt"));
    world.ada().gets(&path(&reply)).await.is_refused(404, "not_found");
    world.nobody().gets("/v1/receipts/keys").await.is_refused(404, "not_found");
    let ask = world.ada().posts("/v1/receipts/check", json!({ "receipt": "a", "text": "a" }));
    ask.await.is_refused(404, "not_found");
}

#[tokio::test]
async fn the_command_line_checks_without_a_node() {
    let world = world().await;
    world.backend.answers(answer::chat("good\nmorning\n"));
    let receipt = receipt(&world.ada().asks("open").await);
    put(world.folder(), "same.txt", "good\nmorning\n");
    put(world.folder(), "other.txt", "good\nmorning");
    let check = |receipt: &str, more: &[&str]| {
        run(world.folder(), &[&["receipts", "check", receipt, "--text"], more].concat())
    };
    let ran = check(&receipt, &["same.txt"]);
    let told = ran.is_fine();
    for shown in ["valid: the text is what was shown", "sluice.test", "open at revision 9f2c1b7d"] {
        assert!(told.contains(shown), "{told}");
    }
    let ran = check(&receipt, &["other.txt", "--json"]);
    assert_eq!(ran.code, Some(1));
    let said: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!((&said["valid"], &said["text_matches"]), (&json!(true), &json!(false)));
    let ran = check(&receipt, &["same.txt", "--text", "same.txt"]);
    assert_eq!(ran.code, Some(1), "one choice is not two");
    let ran = check("a.b.c", &["same.txt"]);
    assert_eq!((ran.code, &*ran.out), (Some(1), "not valid: malformed\n"));
}
