//! What a token and a whole answer cost on their way: `cargo run --release --example cost`.
//!
//! Under `valgrind --tool=callgrind`, `cost 3 whole` or `cost 3 tokens` counts the instructions of
//! one row alone; row 0 has no filter.
#![expect(clippy::print_stdout, reason = "it prints its figures")]
#![expect(clippy::disallowed_methods, reason = "it measures real time")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot run has failed")]

use serde_json::{Value, json};
use sluice_config::words::{Operation, ProfileId, Strategy};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use sluice_stream::filter::Chain;
use sluice_stream::{Plan, Relay, Usage, whole};
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
    let (id, filters) = (ProfileId::new("cost"), filters.collect());
    let spec = ProfileSpec { id, stream: Strategy::Window, filters };
    Chain::build(&spec, &mut Problems::default()).unwrap()
}

fn plan(chain: Option<&Arc<Chain>>) -> Plan {
    Plan {
        operation: Operation::Chat,
        chain: chain.cloned(),
        id: "chatcmpl-01234567-89ab-cdef-0123-456789abcdef".into(),
        model: "open".into(),
        created: 1_795_456_668,
        show_usage: false,
        usage_max: Usage { prompt: 1 << 20, completion: 1 << 20 },
        choices_max: 1,
        event_bytes_max: 1 << 20,
        hold_bytes_max: 1 << 16,
        buffer_bytes_max: 1 << 20,
        strategy_min: Strategy::DetectOnly,
        rulings: None,
        seal: None,
        moderation: None,
    }
}

fn best(times: usize, mut run: impl FnMut()) -> Duration {
    let measured = (0..times).map(|_| {
        let began = Instant::now();
        run();
        began.elapsed()
    });
    measured.min().unwrap_or_default()
}

fn relay(wire: &[u8], chain: Option<&Arc<Chain>>, push: usize, out: &mut Vec<u8>) {
    out.clear();
    let mut relay = Relay::new(&plan(chain));
    for piece in wire.chunks(push) {
        relay.push(piece, out);
    }
}

fn nanos_a_token(wire: &[u8], chain: Option<&Arc<Chain>>, push: usize) -> u128 {
    let mut out = Vec::with_capacity(wire.len() * 2);
    best(30, || relay(wire, chain, push, &mut out)).as_nanos() / u128::from(TOKENS)
}

/// An answer of 1 KiB of prose.
fn answer() -> Vec<u8> {
    let text: String = WORDS.iter().copied().cycle().flat_map(str::chars).take(1024).collect();
    let message = json!({"role": "assistant", "content": text});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    json!({"id": "chatcmpl-abc-123", "choices": [choice]}).to_string().into_bytes()
}

const ANSWERS: u32 = 100;

fn answers(body: &[u8], plan: &Plan) {
    for _ in 0..ANSWERS {
        whole(plan, body).unwrap();
    }
}

fn nanos_an_answer(body: &[u8], chain: Option<&Arc<Chain>>) -> u128 {
    let plan = plan(chain);
    best(100, || answers(body, &plan)).as_nanos() / u128::from(ANSWERS)
}

fn chains() -> Vec<(&'static str, Option<Arc<Chain>>)> {
    let phrases = |count: usize| -> Vec<String> {
        (0..count)
            .map(|index| format!("{} forbidden {index:x}", WORDS.get(index % 23).unwrap()))
            .collect()
    };
    let few = ("patterns", json!({"literals": phrases(100)}));
    let some = ("patterns", json!({"literals": phrases(2_000)}));
    let many = ("patterns", json!({"literals": phrases(20_000)}));
    let regexes: Vec<_> = (0..1_000)
        .map(|index| format!("forbidden (?:thing|word) {index:04}[a-f]{{2,6}}"))
        .collect();
    let regexes = ("patterns", json!({ "regexes": regexes }));
    let hashes =
        ["algorithm: sha256", "salt: 0123456789abcdef", "words_max: 3", "produced_at: 2026-11-01"];
    let hashes: Vec<String> =
        hashes.into_iter().map(str::to_owned).chain(["0".repeat(64)]).collect();
    let hashes = ("hash_list", json!({ "hashes": hashes }));
    let secrets = ("redact", json!({"classes": ["secrets"]}));
    let all = ("redact", json!({"classes": ["secrets", "email", "phone", "card", "iban", "ssn"]}));
    vec![
        ("no filter", None),
        ("patterns, 100 phrases", Some(chain(&[few]))),
        ("patterns, 2,000 phrases", Some(chain(std::slice::from_ref(&some)))),
        ("patterns, 20,000 phrases", Some(chain(&[many]))),
        ("patterns, 1,000 regexes", Some(chain(&[regexes]))),
        ("hash_list, 3 words", Some(chain(&[hashes]))),
        ("redact secrets", Some(chain(&[secrets]))),
        ("redact all classes", Some(chain(std::slice::from_ref(&all)))),
        ("patterns and redact", Some(chain(&[some, all]))),
    ]
}

fn main() {
    let chains = chains();
    let (ascii, answer) = (stream(WORDS), answer());
    let event = ascii.len() / TOKENS as usize;
    let mut arguments = std::env::args().skip(1);
    if let Some(row) = arguments.next() {
        let (_, chain) = chains.get(row.parse::<usize>().unwrap()).unwrap();
        match arguments.next().as_deref() {
            Some("whole") => answers(&answer, &plan(chain.as_ref())),
            _ => relay(&ascii, chain.as_ref(), event, &mut Vec::with_capacity(2 * ascii.len())),
        }
        return;
    }
    let russian = stream(&[" это", " было", " сказано", " что", " ответ", " никогда", " не", "."]);
    let columns = ["64 KiB", "1 event", "Cyrillic", "whole 1 KiB"].map(|it| format!("{it:>12}"));
    println!("{:28}{}", "ns a token", columns.concat());
    for (name, chain) in &chains {
        let chain = chain.as_ref();
        let figures = [
            nanos_a_token(&ascii, chain, 1 << 16),
            nanos_a_token(&ascii, chain, event),
            nanos_a_token(&russian, chain, 1 << 16),
            nanos_an_answer(&answer, chain),
        ];
        println!("{name:28}{}", figures.map(|it| format!("{it:>12}")).concat());
    }
}
