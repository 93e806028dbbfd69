//! What holds for every answer, however it is cut.

use crate::support::{Seen, filtered, plan, relay};
use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_stream::{Plan, Relay, VerdictCount, whole};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const CHANNELS: &[&str] =
    &["content", "reasoning", "reasoning_content", "refusal", "tool", "function"];

/// Pieces that add up to what is forbidden, in many spellings, and to what is not.
const PIECES: &[&str] = &[
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
const BENIGN: &[&str] = &[
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
struct Said {
    index: u64,
    channel: &'static str,
    text: String,
}

fn said(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<Said>> {
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
fn stream(said: &[Said], ascii: bool, ending: &str) -> Vec<u8> {
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

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..40_usize, 1..6)
}

/// Cuts `input` into pieces of these sizes, over and over.
fn cut<'i>(mut input: &'i [u8], sizes: &[usize]) -> Vec<&'i [u8]> {
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

/// Chains are compiled once, as in a node.
static BLOCKING: LazyLock<Plan> = LazyLock::new(|| {
    filtered(&json!([
        {"kind": "redact", "classes": ["email", "secrets", "card", "phone", "iban"]},
        {"kind": "blocklist", "literals": ["bomb", "secret phrase", "hello hello"]},
    ]))
});

static MASKING: LazyLock<Plan> = LazyLock::new(|| {
    let first = ["bomb", "secret phrase", "mbo"];
    filtered(&json!([
        {"kind": "blocklist", "literals": first, "action": "mask", "mask": "#"},
        {"kind": "redact", "classes": ["email", "secrets", "card", "phone", "iban"]},
        {"kind": "blocklist", "literals": ["hello"], "action": "mask", "word": true, "mask": "~"},
    ]))
});

static STOPPING: LazyLock<Plan> = LazyLock::new(|| {
    filtered(&json!([{"kind": "blocklist", "literals": ["bomb", "om", "secret phrase"]}]))
});

static QUIET: LazyLock<Plan> = LazyLock::new(|| {
    filtered(&json!([
        {"kind": "blocklist", "literals": ["bomb", "a secret phrase"]},
        {"kind": "redact", "classes": ["email", "secrets", "card", "iban"]},
    ]))
});

fn of_two(plan: &Plan) -> Plan {
    Plan { choices_max: 2, ..plan.clone() }
}

/// Another reading of what a text says, to judge by: only what `PIECES` can spell.
fn plainly(text: &str) -> String {
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

fn texts(said: &[Said]) -> BTreeMap<(u64, String), String> {
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
fn shown(seen: &Seen) -> BTreeMap<(u64, String), String> {
    let texts = seen.texts.clone().into_iter();
    texts.filter(|((_, channel), _)| !channel.ends_with("name")).collect()
}

fn sorted(relay: &Relay) -> Vec<VerdictCount> {
    let mut verdicts = relay.report().verdicts.clone();
    verdicts.sort_by_key(|it| (it.filter, it.category.clone()));
    verdicts
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_cut_changes_an_answer(said in said(PIECES), ascii: bool, sizes in cuts(), block: bool) {
        let plan = of_two(if block { &BLOCKING } else { &MASKING });
        let wire = stream(&said, ascii, "\n");
        let (one, out, progress) = relay(plan.clone(), [&wire[..]]);
        let (other, cut_out, cut_progress) = relay(plan.clone(), cut(&wire, &sizes));
        prop_assert_eq!(&out, &cut_out);
        prop_assert_eq!(progress, cut_progress);
        prop_assert_eq!(one.report(), other.report());
        for ending in ["\r", "\r\n"] {
            let wire = stream(&said, !ascii, ending);
            let (_, other_out, _) = relay(plan.clone(), cut(&wire, &sizes));
            prop_assert_eq!(&out, &other_out);
        }
    }

    #[test]
    fn how_text_is_split_into_pieces_changes_nothing(said in said(PIECES)) {
        let plan = of_two(&MASKING);
        let split: Vec<Said> = said.iter().flat_map(|it| {
            it.text.chars().map(|c| Said { text: c.to_string(), ..it.clone() })
        }).collect();
        let (one, out, _) = relay(plan.clone(), [&stream(&said, false, "\n")[..]]);
        let (other, split_out, _) = relay(plan, [&stream(&split, false, "\n")[..]]);
        prop_assert_eq!(shown(&Seen::read(&out)), shown(&Seen::read(&split_out)));
        prop_assert_eq!(sorted(&one), sorted(&other));
    }

    #[test]
    fn nothing_listed_is_ever_shown(said in said(PIECES), sizes in cuts(), block: bool) {
        let (plan, listed) = if block {
            (of_two(&BLOCKING), &["bomb", "secret phrase", "hello hello"][..])
        } else {
            (of_two(&MASKING), &["bomb", "secret phrase", "mbo"][..])
        };
        let wire = stream(&said, false, "\n");
        let mut relay = Relay::new(plan);
        let mut out = Vec::new();
        for piece in cut(&wire, &sizes) {
            relay.push(piece, &mut out);
            for (channel, text) in Seen::read(&out).texts {
                let text = plainly(&text);
                for phrase in listed {
                    prop_assert!(!text.contains(phrase), "{:?} shows {}", channel, text);
                }
            }
        }
    }

    #[test]
    fn a_stop_shows_all_before_the_match_and_nothing_of_it(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 1..30), sizes in cuts(),
    ) {
        let text = pieces.concat();
        let said: Vec<Said> = pieces.iter().map(|it| Said { index: 0, channel: "content", text: (*it).to_owned() }).collect();
        let (_, out, _) = relay(STOPPING.clone(), cut(&stream(&said, false, "\n"), &sizes));
        let seen = Seen::read(&out);
        let shown = seen.text(0, "content");
        // The shortest beginning that says a listed phrase, and of it the longest phrase at its end.
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        let first = ends.filter_map(|end| text.get(..end)).find_map(|part| {
            let plain = plainly(part);
            ["secret phrase", "bomb", "om"].into_iter().find(|it| plain.ends_with(*it)).map(|it| (part, it))
        });
        let Some((part, phrase)) = first else {
            prop_assert_eq!(shown, text);
            return Ok(());
        };
        let hidden = part.strip_prefix(shown).map(plainly);
        prop_assert!(hidden.is_some_and(|it| it.starts_with(phrase)), "{:?} of {:?}", shown, part);
        prop_assert_eq!(&seen.finishes[&0], "content_filter");
    }

    #[test]
    fn what_is_not_forbidden_passes_as_it_is(said in said(BENIGN), ascii: bool, sizes in cuts()) {
        for plan in [of_two(&QUIET), plan(Operation::Chat)] {
            let (_, out, _) = relay(plan, cut(&stream(&said, ascii, "\n"), &sizes));
            prop_assert_eq!(shown(&Seen::read(&out)), texts(&said));
        }
    }

    #[test]
    fn whole_and_streamed_answers_are_the_same(said in said(PIECES)) {
        let said: Vec<Said> = said.into_iter().map(|it| Said { index: 0, ..it }).collect();
        let mut message = json!({"role": "assistant"});
        for ((_, channel), text) in texts(&said) {
            match channel.as_str() {
                "tool 0 arguments" => message["tool_calls"] = json!([{"id": "c", "function": {"name": "f", "arguments": text}}]),
                "function arguments" => message["function_call"] = json!({"name": "f", "arguments": text}),
                _ => message[channel] = json!(text),
            }
        }
        let body = json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
        let whole = whole(&MASKING, body.to_string().as_bytes()).unwrap();
        let mut seen = Seen::default();
        let answer: Value = serde_json::from_slice(&whole.body).unwrap();
        seen.choice(&answer["choices"][0]);
        let (relay, out, _) = relay(MASKING.clone(), [&stream(&said, false, "\n")[..]]);
        let streamed = Seen::read(&out);
        prop_assert_eq!(&seen.texts, &streamed.texts);
        prop_assert_eq!(&seen.finishes, &streamed.finishes);
        let mut verdicts = whole.report.verdicts;
        verdicts.sort_by_key(|it| (it.filter, it.category.clone()));
        prop_assert_eq!(verdicts, sorted(&relay));
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), sizes in cuts()) {
        relay(MASKING.clone(), cut(&bytes, &sizes));
        let _any = whole(&BLOCKING, &bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let wire = stream(&[Said { index: 0, channel: "content", text }], true, "\n");
        relay(MASKING.clone(), cut(&wire, &sizes));
    }
}
