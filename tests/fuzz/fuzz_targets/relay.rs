//! An answer does not depend on how its bytes are cut, every frame is JSON, and nothing listed
//! shows, whatever the backend sends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sluice_config::words::{Operation, ProfileId, Strategy};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use sluice_stream::filter::{Chain, Silence};
use sluice_stream::guard::{Judgement, Verdict};
use sluice_stream::{Ask, Plan, Progress, Relay, Ruling, Usage, whole};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

static CHAIN: LazyLock<Arc<Chain>> = LazyLock::new(|| chain(vec![]));

/// The same, behind a guard that every text waits for.
static GUARDED: LazyLock<Arc<Chain>> = LazyLock::new(|| {
    chain(vec![filter("guard", json!({"guard": "safety", "stride_bytes_max": 64}))])
});

fn filter(kind: &str, settings: Value) -> FilterSpec {
    FilterSpec { kind: kind.to_owned(), settings, path: "filters.fuzz[0]".to_owned() }
}

fn chain(more: Vec<FilterSpec>) -> Arc<Chain> {
    let mut filters = vec![
        filter("redact", json!({"classes": ["secrets", "email", "phone", "card", "iban"]})),
        filter("patterns", json!({"literals": ["bomb", "a secret"]})),
        filter("patterns", json!({"literals": ["hello", "lo wo"], "action": "redact", "mask": "#"})),
        filter("patterns", json!({"regexes": ["w[a-z]{2,9}d", {"start": "key-[0-9]{3}", "then": "[0-9a-f]"}],
            "action": "redact", "mask": "%"})),
        filter("hash_list", json!({"hashes": ["algorithm: sha256", "salt: 0123456789abcdef", "words_max: 3",
            "produced_at: 2026-11-01", "0".repeat(64)]})),
    ];
    filters.extend(more);
    let spec = ProfileSpec { id: ProfileId::new("fuzz"), stream: Strategy::Window, filters };
    Chain::build(&spec, &mut Problems::default()).expect("the profile is sound")
}

fn plan(bits: u8) -> Plan {
    let operation = Operation::ALL[usize::from(bits >> 3) % Operation::ALL.len()];
    let several = matches!(operation, Operation::Chat | Operation::Completion);
    Plan {
        operation,
        chain: (bits & 2 == 0).then(|| Arc::clone(&CHAIN)),
        id: "answer".into(),
        model: "open".into(),
        created: 1,
        show_usage: bits & 4 == 0,
        usage_max: Usage { prompt: 1 << 20, completion: 1 << 20 },
        choices_max: if several { 2 } else { 1 },
        event_bytes_max: 4096,
        hold_bytes_max: 512,
        buffer_bytes_max: 4096,
        strategy_min: Strategy::DetectOnly,
        rulings: None,
        seal: None,
        moderation: None,
    }
}

fn relay<'i>(plan: &Plan, pieces: impl Iterator<Item = &'i [u8]>) -> (Vec<u8>, Relay) {
    let mut relay = Relay::new(plan);
    let mut out = Vec::new();
    for piece in pieces {
        relay.push(piece, &mut out);
    }
    relay.end(&mut out);
    (out, relay)
}

/// What a guard says that minds a word: it may be late, and it may be silent.
fn ask(relay: &mut Relay, out: &mut Vec<u8>, silent: bool) {
    while let Some(question) = relay.question(out) {
        if !question.waits {
            continue;
        }
        let ruling = |ask: &Ask| {
            let verdict = if ask.text.contains("guilty") { Verdict::Unsafe } else { Verdict::Safe };
            let heard = if silent { Err(Silence::Unavailable) } else { Ok(Judgement::of(verdict)) };
            Ruling { choice: question.choice, ward: ask.ward, heard }
        };
        let rulings: Vec<Ruling> = question.asks.iter().map(ruling).collect();
        relay.heard((question.choice, question.upto), &rulings, out);
    }
}

/// Nothing is shown that a guard minds, and nothing is left hanging, whenever it answers.
fn guarded(plan: &Plan, cut: u8, bytes: &[u8]) {
    let plan = Plan { chain: Some(Arc::clone(&GUARDED)), ..plan.clone() };
    let (mut relay, mut out) = (Relay::new(&plan), Vec::new());
    let (late, silent) = (usize::from(cut >> 6), cut & 32 != 0);
    for (nth, piece) in bytes.chunks(usize::from(cut % 32) + 1).enumerate() {
        relay.push(piece, &mut out);
        if nth % (late + 1) == late {
            ask(&mut relay, &mut out, silent);
        }
    }
    relay.end(&mut out);
    ask(&mut relay, &mut out, silent);
    assert_ne!(relay.progress(), Progress::More);
    for (path, text) in texts(&out) {
        assert!(!text.contains("guilty"), "{path} shows {text}");
    }
}

/// Every line is JSON, or names an event; gives what each place of a frame says, over all frames.
fn texts(out: &[u8]) -> HashMap<String, String> {
    let mut texts = HashMap::new();
    let out = std::str::from_utf8(out).expect("text");
    for line in out.lines().filter(|line| !line.is_empty() && !line.starts_with("event: ")) {
        let data = line.strip_prefix("data: ").unwrap_or(line);
        if data != "[DONE]" {
            gather("", &serde_json::from_str(data).expect("JSON"), &mut texts);
        }
    }
    texts
}

fn gather(path: &str, value: &Value, texts: &mut HashMap<String, String>) {
    match value {
        Value::String(text) => texts.entry(path.to_owned()).or_default().push_str(text),
        Value::Array(items) => {
            for item in items {
                gather(&format!("{path}/{}", item["index"]), item, texts);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                gather(&format!("{path}/{key}"), field, texts);
            }
        }
        _ => {}
    }
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (bits, cut, bytes) = input;
    let plan = plan(bits);
    let (out, one) = relay(&plan, std::iter::once(bytes));
    let (slow_out, other) = relay(&plan, bytes.chunks(usize::from(cut % 64) + 1));
    assert_eq!(out, slow_out);
    assert_eq!(one.report(), other.report());
    guarded(&plan, cut, bytes);
    let texts = texts(&out);
    if plan.chain.is_some() {
        for (path, text) in &texts {
            let text = text.to_ascii_lowercase();
            assert!(!text.contains("bomb") && !text.contains("hello"), "{path} shows {text}");
        }
    }
    if let Ok(whole) = whole(&plan, bytes) {
        serde_json::from_slice::<Value>(&whole.body).expect("JSON");
    }
});
