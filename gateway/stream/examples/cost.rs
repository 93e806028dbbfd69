//! What a token costs on its way through a relay: `cargo run --release --example cost`.
#![expect(clippy::print_stdout, reason = "it prints its figures")]
#![expect(clippy::disallowed_methods, reason = "it measures real time")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot run has failed")]

use serde_json::{Value, json};
use sluice_config::words::{Operation, ProfileId};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use sluice_stream::filter::Chain;
use sluice_stream::{Plan, Relay};
use std::sync::Arc;
use std::time::{Duration, Instant};

const TOKENS: u32 = 10_000;
const WORDS: &[&str] = &[
    " the", " quick", " brown", " fox", " jumps", " over", " a", " lazy", " dog", ".", "\n", " It",
    " was", " said", " that", " an", " answer", " is", " never", " late", ",", " nor", " early",
];

fn stream(tokens: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for index in 0..TOKENS {
        let token = tokens.get(index as usize % tokens.len()).copied().unwrap_or_default();
        let chunk = json!({"id": "chatcmpl-abc-123", "object": "chat.completion.chunk",
            "created": 1_795_456_668, "model": "smollm2-135m", "choices": [{"index": 0,
            "delta": {"content": token}, "logprobs": null, "finish_reason": null, "token_ids": null}]});
        out.extend_from_slice(format!("data: {chunk}\n\n").as_bytes());
    }
    out.extend_from_slice(
        b"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    );
    out.extend_from_slice(b"data: [DONE]\n\n");
    out
}

fn chain(filters: &[(&str, Value)]) -> Arc<Chain> {
    let filters = filters.iter().enumerate().map(|(index, (kind, settings))| FilterSpec {
        kind: (*kind).to_owned(),
        settings: settings.clone(),
        path: format!("filters.cost[{index}]"),
    });
    let spec = ProfileSpec { id: ProfileId::new("cost"), filters: filters.collect() };
    Chain::build(&spec, &mut Problems::default()).unwrap()
}

fn nanos_a_token(wire: &[u8], chain: Option<&Arc<Chain>>, push: usize) -> u128 {
    let mut best = Duration::MAX;
    let mut out = Vec::with_capacity(wire.len() * 2);
    for _ in 0..30 {
        out.clear();
        let mut relay = Relay::new(Plan {
            operation: Operation::Chat,
            chain: chain.cloned(),
            id: "chatcmpl-01234567-89ab-cdef-0123-456789abcdef".into(),
            model: "open".into(),
            created: 1_795_456_668,
            show_usage: false,
            choices_max: 1,
            event_bytes_max: 1 << 20,
            hold_bytes_max: 1 << 16,
        });
        let began = Instant::now();
        for piece in wire.chunks(push) {
            relay.push(piece, &mut out);
        }
        best = best.min(began.elapsed());
    }
    best.as_nanos() / u128::from(TOKENS)
}

fn main() {
    let phrases = |count: usize| -> Vec<String> {
        (0..count)
            .map(|index| format!("{} forbidden {index:x}", WORDS.get(index % 23).unwrap()))
            .collect()
    };
    let few = ("blocklist", json!({"literals": phrases(100)}));
    let many = ("blocklist", json!({"literals": phrases(20_000)}));
    let secrets = ("redact", json!({"classes": ["secrets"]}));
    let all = ("redact", json!({"classes": ["secrets", "email", "phone", "card", "iban"]}));
    let chains = [
        ("no filter", None),
        ("blocklist, 100 phrases", Some(chain(std::slice::from_ref(&few)))),
        ("blocklist, 20,000 phrases", Some(chain(&[many]))),
        ("redact secrets", Some(chain(&[secrets]))),
        ("redact five classes", Some(chain(std::slice::from_ref(&all)))),
        ("blocklist and redact", Some(chain(&[few, all]))),
    ];
    let ascii = stream(WORDS);
    let russian = stream(&[" это", " было", " сказано", " что", " ответ", " никогда", " не", "."]);
    println!("{:28}{:>10}{:>10}{:>10}", "ns a token", "64 KiB", "1 event", "Cyrillic");
    for (name, chain) in &chains {
        let chain = chain.as_ref();
        let event = ascii.len() / TOKENS as usize;
        let (big, small) =
            (nanos_a_token(&ascii, chain, 1 << 16), nanos_a_token(&ascii, chain, event));
        println!("{name:28}{big:>10}{small:>10}{:>10}", nanos_a_token(&russian, chain, 1 << 16));
    }
}
