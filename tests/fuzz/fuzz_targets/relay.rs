//! An answer does not depend on how its bytes are cut, every frame is JSON, and nothing listed
//! shows, whatever the backend sends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sluice_config::words::{Operation, ProfileId, Strategy};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use sluice_stream::filter::Chain;
use sluice_stream::{Plan, Relay, Usage, whole};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

static CHAIN: LazyLock<Arc<Chain>> = LazyLock::new(|| {
    let filter = |kind: &str, settings| FilterSpec {
        kind: kind.to_owned(),
        settings,
        path: "filters.fuzz[0]".to_owned(),
    };
    let filters = vec![
        filter("redact", json!({"classes": ["secrets", "email", "phone", "card", "iban"]})),
        filter("patterns", json!({"literals": ["bomb", "a secret"]})),
        filter("patterns", json!({"literals": ["hello", "lo wo"], "action": "redact", "mask": "#"})),
        filter("patterns", json!({"regexes": ["w[a-z]{2,9}d", {"start": "key-[0-9]{3}", "then": "[0-9a-f]"}],
            "action": "redact", "mask": "%"})),
        filter("hash_list", json!({"hashes": ["algorithm: sha256", "salt: 0123456789abcdef", "words_max: 3",
            "produced_at: 2026-11-01", "0".repeat(64)]})),
    ];
    let spec = ProfileSpec { id: ProfileId::new("fuzz"), stream: Strategy::Window, filters };
    Chain::build(&spec, &mut Problems::default()).expect("the profile is sound")
});

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
