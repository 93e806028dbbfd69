//! Answers to check properties with: what is said, how it is written, how it is cut.

use crate::support::{Seen, chain, filtered, plan};
use proptest::prelude::*;
use proptest::strategy::Strategy as Gives;
use serde_json::{Value, json};
use sluice_config::words::{Operation, Strategy};
use sluice_stream::{Plan, Relay, VerdictCount};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const CHANNELS: &[&str] =
    &["content", "reasoning", "reasoning_content", "refusal", "tool", "function"];

/// Pieces that add up to what is forbidden, in many spellings, and to what is not.
pub(crate) const PIECES: &[&str] = &[
    "bo",
    "mb",
    "b",
    "om",
    "BOM",
    "\u{200b}",
    "ｂｏ",
    "Ｍ",
    "о",
    "ö",
    "\u{301}",
    " ",
    "  ",
    "\n",
    "a",
    "hello ",
    "secret",
    " phr",
    "ase",
    "SECRET\u{a0}",
    "@",
    "jane",
    "x.org",
    ".com",
    "sk-",
    "é",
    "😀",
    "ABCDEFGHIJKLMNOPQRST",
    "4111 1111 ",
    "1111",
    "\"",
    "\\",
    "か",
    "\u{3099}",
    "中",
    "{",
    "}",
    "क",
    "ि",
];

/// The same without a way to spell what is forbidden.
pub(crate) const BENIGN: &[&str] = &[
    "a",
    "mom",
    "bo",
    " ",
    "\n",
    "é",
    "e\u{301}",
    "😀",
    "中文",
    "\"",
    "\\",
    "क",
    "ि",
    "か",
    "\u{3099}",
    "ﬁ",
    "\u{200b}",
    "ZWJ\u{200d}",
    " 12 ",
    "the secret",
    "B o m b",
    "x@",
    "hello",
    "\t",
    "\u{2028}",
    "ß",
    "I",
];

#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) index: u64,
    pub(crate) channel: &'static str,
    pub(crate) text: String,
}

pub(crate) fn said(pieces: &'static [&'static str]) -> impl Gives<Value = Vec<Said>> {
    let text = prop::collection::vec(prop::sample::select(pieces), 1..4).prop_map(|it| it.concat());
    let one = (0..2_u64, prop::sample::select(CHANNELS), text)
        .prop_map(|(index, channel, text)| Said { index, channel, text });
    prop::collection::vec(one, 1..16)
}

fn delta(said: &Said) -> Value {
    match said.channel {
        "tool" => {
            json!({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": said.text}}]})
        }
        "function" => json!({"function_call": {"name": "f", "arguments": said.text}}),
        channel => json!({channel: said.text}),
    }
}

/// The stream as a backend may write it: with escapes or without, ended as lines may end.
pub(crate) fn stream(said: &[Said], ascii: bool, ending: &str) -> Vec<u8> {
    let mut out = String::new();
    let indexes: BTreeSet<u64> = said.iter().map(|it| it.index).collect();
    let finishes = indexes.into_iter().map(|index| (index, json!({}), Some("stop")));
    let deltas = said.iter().map(|it| (it.index, delta(it), None));
    for (index, delta, finish) in deltas.chain(finishes) {
        let chunk = json!({"choices": [{"index": index, "delta": delta, "finish_reason": finish}]});
        let chunk = if ascii { escaped(&chunk.to_string()) } else { chunk.to_string() };
        out.extend(["data: ", &chunk, ending, ending]);
    }
    out.extend(["data: [DONE]", ending, ending]);
    out.into_bytes()
}

fn escaped(json: &str) -> String {
    let mut units = [0; 2];
    json.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.extend([format!("\\u{unit:04x}")]);
            }
        }
        out
    })
}

pub(crate) fn cuts() -> impl Gives<Value = Vec<usize>> {
    prop::collection::vec(1..40_usize, 1..6)
}

/// Cuts `input` into pieces of these sizes, over and over.
pub(crate) fn cut<'i>(mut input: &'i [u8], sizes: &[usize]) -> Vec<&'i [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        let (piece, rest) = input.split_at((*size).min(input.len()));
        pieces.push(piece);
        input = rest;
        if input.is_empty() {
            break;
        }
    }
    pieces
}

/// A list of what is not to be named: "secret hello" and "jane x".
const HASHES: &[&str] = &[
    "algorithm: sha256",
    "salt: 0123456789abcdef",
    "words_max: 2",
    "produced_at: 2026-11-01",
    "c998231b8d7ef750c84bc2748adfb5858a036ed60190c9c578b25573c41a5e10",
    "5eafacac6ae47aec7a73bac64d5ea1ba2cbb3d9e36f5ffd4260ac203e5f3a7e7",
];

/// Chains are compiled once, as in a node.
pub(crate) static BLOCKING: LazyLock<Plan> = LazyLock::new(|| {
    filtered(&json!([
        {"kind": "redact", "classes": ["email", "secrets", "card", "phone", "iban"]},
        {"kind": "patterns", "literals": ["bomb", "secret phrase", "hello hello"]},
    ]))
});

pub(crate) static MASKING: LazyLock<Plan> = LazyLock::new(|| {
    let first = ["bomb", "secret phrase", "mbo"];
    filtered(&json!([
        {"kind": "patterns", "literals": first, "action": "redact", "mask": "#"},
        {"kind": "redact", "classes": ["email", "secrets", "card", "phone", "iban"]},
        {"kind": "patterns", "literals": ["hello"], "action": "redact", "word": true, "mask": "~"},
        {"kind": "patterns", "regexes": ["hello? .{1,3}se", {"start": "[a-e]{3}m", "then": "[^ ]"}],
            "action": "redact", "mask": "%"},
        {"kind": "hash_list", "hashes": HASHES},
    ]))
});

/// The same filters, which let more or all of an answer pass.
pub(crate) static LEAKING: LazyLock<[Plan; 2]> = LazyLock::new(|| {
    let filters = json!([
        {"kind": "patterns", "literals": ["bomb", "secret phrase"], "action": "redact", "mask": "#"},
        {"kind": "redact", "classes": ["email", "card"]},
        {"kind": "patterns", "regexes": ["hello? .{1,3}se"]},
    ]);
    [Strategy::TokenDebounce, Strategy::DetectOnly]
        .map(|by| Plan { chain: Some(chain(&filters, by)), ..plan(Operation::Chat) })
});

pub(crate) static STOPPING: LazyLock<Plan> = LazyLock::new(|| {
    filtered(&json!([{"kind": "patterns", "literals": ["bomb", "om", "secret phrase"]}]))
});

pub(crate) static QUIET: LazyLock<Plan> = LazyLock::new(|| {
    filtered(&json!([
        {"kind": "patterns", "literals": ["bomb", "a secret phrase"]},
        {"kind": "redact", "classes": ["email", "secrets", "card", "iban"]},
    ]))
});

pub(crate) fn of_two(plan: &Plan) -> Plan {
    Plan { choices_max: 2, ..plan.clone() }
}

/// Another reading of what a text says, to judge by: only what `PIECES` can spell.
pub(crate) fn plainly(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let c = match c {
            '\u{200b}' | '\u{301}' => continue,
            // Marks of other scripts mean nothing on Latin letters.
            'ि' | '\u{3099}' if out.chars().next_back().is_none_or(|c| c.is_ascii()) => continue,
            'ｂ' => 'b',
            'ｏ' | 'о' | 'ö' => 'o',
            'Ｍ' => 'm',
            '\u{a0}' | '\n' => ' ',
            other => other.to_ascii_lowercase(),
        };
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    out
}

pub(crate) fn texts(said: &[Said]) -> BTreeMap<(u64, String), String> {
    let mut texts: BTreeMap<_, String> = BTreeMap::new();
    for Said { index, channel, text } in said {
        let channel = match *channel {
            "tool" => "tool 0 arguments",
            "function" => "function arguments",
            other => other,
        };
        texts.entry((*index, channel.to_owned())).or_default().push_str(text);
    }
    texts
}

/// All the texts but the names of calls.
pub(crate) fn shown(seen: &Seen) -> BTreeMap<(u64, String), String> {
    let texts = seen.texts.clone().into_iter();
    texts.filter(|((_, channel), _)| !channel.ends_with("name")).collect()
}

pub(crate) fn sorted(relay: &Relay) -> Vec<VerdictCount> {
    let mut verdicts = relay.report().verdicts.clone();
    verdicts.sort_by_key(|it| (it.filter, it.category.clone()));
    verdicts
}
