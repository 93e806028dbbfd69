//! Guards: what they are asked, and what is made of what they say.

mod cases;
mod forms;
mod marks;
mod properties;
mod refused;

use serde_json::{Value, json};
use sluice_config::Problems;
use sluice_stream::guard::{
    Adapter, Exchange, Judgement, Role, Subject, Turn, Unaskable, Verdict, build,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const KINDS: [&str; 8] = [
    "llama_guard",
    "qwen3guard",
    "shieldgemma",
    "granite_guardian",
    "wildguard",
    "prompt_guard",
    "gpt_oss_safeguard",
    "moderations",
];

fn adapter(kind: &str, options: &Value) -> Arc<dyn Adapter> {
    let mut problems = Problems::default();
    let built = build(kind, options, "guards.x", &mut problems);
    assert!(problems.is_empty(), "{kind}: {problems}");
    built.unwrap()
}

/// An adapter with as few options as it takes.
fn plain(kind: &str) -> Arc<dyn Adapter> {
    adapter(
        kind,
        &match kind {
            "granite_guardian" => json!({ "version": "3.3" }),
            "gpt_oss_safeguard" => json!({ "policy": "be good" }),
            _ => json!({}),
        },
    )
}

/// Something that an adapter can be asked about.
fn asked(adapter: &dyn Adapter, text: &str) -> Exchange {
    if adapter.judges(Subject::Answer) {
        let before = vec![Turn { role: Role::User, text: text.into() }];
        return Exchange::answer(before, text);
    }
    Exchange::prompt(Vec::new(), text)
}

/// Every case of an adapter.
fn cases(kind: &str) -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/guard").join(kind);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.clone(), serde_json::from_slice(&fs::read(path).unwrap()).unwrap()))
        .collect()
}

fn exchange(case: &Value) -> Exchange {
    let turn = |turn: &Value| {
        let role = match turn[0].as_str().unwrap() {
            "system" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            other => return Err(other.to_owned()),
        };
        Ok(Turn { role, text: turn[1].as_str().unwrap().into() })
    };
    let before = case["before"].as_array().unwrap().iter().map(turn);
    let before = before.collect::<Result<_, _>>().unwrap();
    match case["answer"].as_str() {
        Some(answer) => Exchange::answer(before, answer),
        None => Exchange::prompt(before, case["prompt"].as_str().unwrap()),
    }
}

fn parse(adapter: &dyn Adapter, exchange: &Exchange, replies: &[Vec<u8>]) -> Judgement {
    let replies: Vec<&[u8]> = replies.iter().map(Vec::as_slice).collect();
    adapter.parse(exchange, &replies)
}

/// A judgement as a case writes it.
fn shown(judgement: &Judgement) -> Value {
    let mut value = json!({ "verdict": judgement.verdict.as_str() });
    if !judgement.categories.is_empty() {
        let words = judgement.categories.iter().map(ToString::to_string);
        value["categories"] = words.collect();
    }
    if let Some(score) = judgement.score {
        value["score"] = json!((score * 1e9).round() / 1e9);
    }
    if let Some(refusal) = judgement.refusal {
        value["refusal"] = refusal.into();
    }
    value
}

/// A reply of the form that an adapter reads, with this text.
fn says(kind: &str, text: &str, finish: &str) -> Vec<u8> {
    let choice = match kind {
        "shieldgemma" | "wildguard" => json!({ "text": text, "finish_reason": finish }),
        _ => json!({ "message": { "content": text }, "finish_reason": finish }),
    };
    json!({ "choices": [choice] }).to_string().into_bytes()
}

/// The verdict on replies that all say the same.
fn verdict(kind: &str, reply: &[u8]) -> Verdict {
    let adapter = plain(kind);
    let exchange = asked(&*adapter, "a text");
    let count = adapter.requests(&exchange, "m").unwrap().len();
    parse(&*adapter, &exchange, &vec![reply.to_vec(); count]).verdict
}
