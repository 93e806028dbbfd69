//! Replies of guards: no panic, and a reply that says two things, or half of one, is never safe.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sluice_config::Problems;
use sluice_stream::guard::{Adapter, Exchange, Subject, Verdict, build};
use std::sync::{Arc, LazyLock};

static ADAPTERS: LazyLock<Vec<Arc<dyn Adapter>>> = LazyLock::new(|| {
    let kinds: [(&str, Value); 8] = [
        ("llama_guard", json!({})),
        ("qwen3guard", json!({})),
        ("shieldgemma", json!({ "policies": ["harassment"] })),
        ("granite_guardian", json!({ "version": "3.3" })),
        ("wildguard", json!({})),
        ("prompt_guard", json!({})),
        ("gpt_oss_safeguard", json!({ "policy": "p" })),
        ("moderations", json!({})),
    ];
    let adapter = |(kind, options): &(&str, Value)| {
        build(kind, options, "guards.fuzz", &mut Problems::default()).expect("sound options")
    };
    kinds.iter().map(adapter).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for adapter in ADAPTERS.iter() {
        let exchange = if adapter.judges(Subject::Answer) {
            Exchange::answer(Vec::new(), "a text")
        } else {
            Exchange::prompt(Vec::new(), "a text")
        };
        // As a reply, and as what a reply of the right form says.
        let chat = json!({ "choices": [{
            "message": { "content": text }, "text": text, "finish_reason": "stop",
        }] });
        for reply in [bytes, chat.to_string().as_bytes()] {
            let judged = adapter.parse(&exchange, &[reply]);
            let empty = judged.categories.is_empty();
            let found = matches!(judged.verdict, Verdict::Unsafe | Verdict::Controversial);
            assert!(found || empty, "found, and safe all the same");
            let reply = reply.trim_ascii_end();
            let cut = reply.get(..reply.len().saturating_sub(1)).unwrap_or_default();
            let half = adapter.parse(&exchange, &[cut]);
            assert_eq!(half.verdict, Verdict::Unparsable, "half a reply is none");
        }
        let asked = Exchange::prompt(Vec::new(), text.clone());
        for request in adapter.requests(&asked, "m").unwrap_or_default() {
            assert!(serde_json::from_slice::<Value>(&request.body).is_ok(), "a body that is JSON");
        }
    }
});
