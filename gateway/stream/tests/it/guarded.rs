//! Guards: what they have not cleared is not shown, whatever the dialect, and nothing is left hanging.

use crate::speak::{self, Channel, End, Heard as Read, Said, as_json};
use crate::support::{Seen, chain, event, failure, plan, saying};
use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_config::words::{Operation, Strategy as Waits};
use sluice_stream::filter::Silence;
use sluice_stream::guard::{Judgement, Verdict};
use sluice_stream::{Fault, Plan, Progress, Question, Relay, Ruling, whole};
use std::collections::VecDeque;

/// What a guard calls unsafe.
const BAD: &str = "b\u{1F4A3}m";

fn guard(more: &Value) -> Value {
    let mut filter = json!({ "kind": "guard", "guard": "safety" });
    for (word, value) in more.as_object().into_iter().flatten() {
        filter[word] = value.clone();
    }
    filter
}

fn guarded(filters: &Value, stream: Waits) -> Plan {
    Plan { chain: Some(chain(filters, stream)), choices_max: 1, ..plan(Operation::Chat) }
}

fn plain() -> Plan {
    guarded(&json!([guard(&json!({}))]), Waits::Window)
}

/// What a guard says of a text.
fn judged(text: &str) -> Judgement {
    Judgement::of(if text.contains(BAD) { Verdict::Unsafe } else { Verdict::Safe })
}

fn rulings(question: &Question) -> Vec<Ruling> {
    let ruling = |ask: &sluice_stream::Ask| Ruling {
        choice: question.choice,
        ward: ask.ward,
        heard: Ok(judged(&ask.text)),
    };
    question.asks.iter().map(ruling).collect()
}

/// A relay, who asks, and what is on the wire.
struct Desk {
    relay: Relay,
    out: Vec<u8>,
    open: VecDeque<Question>,
    asked: Vec<String>,
}

impl Desk {
    fn new(plan: &Plan) -> Self {
        let (relay, out) = (Relay::new(plan), Vec::new());
        Self { relay, out, open: VecDeque::new(), asked: Vec::new() }
    }

    fn push(&mut self, piece: &str) {
        self.relay.push(piece.as_bytes(), &mut self.out);
        self.collect();
    }

    fn end(&mut self) -> Progress {
        self.relay.end(&mut self.out);
        self.collect();
        self.relay.progress()
    }

    fn collect(&mut self) {
        while let Some(question) = self.relay.question(&mut self.out) {
            self.asked.extend(question.asks.iter().map(|ask| ask.text.clone()));
            if question.waits {
                assert!(self.open.iter().all(|open| open.choice != question.choice));
                self.open.push_back(question);
            }
        }
    }

    /// Answers the question that waits longest.
    fn answer(&mut self) -> bool {
        let Some(question) = self.open.pop_front() else { return false };
        let asked = (question.choice, question.upto);
        self.relay.heard(asked, &rulings(&question), &mut self.out);
        self.collect();
        true
    }

    fn seen(&self) -> Seen {
        Seen::read(&self.out)
    }
}

fn says(text: &str) -> String {
    event(0, &json!({ "content": text }), None)
}

#[test]
fn nothing_is_shown_before_a_guard_has_cleared_it() {
    let mut desk = Desk::new(&plain());
    desk.push(&event(0, &json!({ "role": "assistant", "content": "" }), None));
    for _ in 0..8 {
        desk.push(&says("12345678"));
        assert_eq!(desk.out, b"");
    }
    assert_eq!(desk.asked, ["12345678".repeat(8)]);
    desk.push(&says("more"));
    assert!(desk.answer());
    assert_eq!(desk.seen().text(0, "content"), "12345678".repeat(8));
    desk.push(&event(0, &json!({}), Some("stop")));
    desk.push("data: [DONE]\n\n");
    assert_eq!(desk.end(), Progress::More);
    assert!(desk.relay.is_over() && !desk.seen().done);
    assert!(desk.answer() && !desk.answer());
    assert_eq!(desk.relay.progress(), Progress::Done);
    assert_eq!(desk.seen().text(0, "content"), "12345678".repeat(8) + "more");
    assert!(desk.seen().done && desk.seen().finishes[&0] == "stop");
}

#[test]
fn what_a_guard_calls_unsafe_ends_the_choice_behind_what_was_cleared() {
    let mut desk = Desk::new(&plain());
    let good = "a good beginning, and more of it, until there is enough to ask...";
    desk.push(&says(good));
    assert!(desk.answer());
    desk.push(&says(&format!("then a {BAD}, and more, until there is once more enough to ask")));
    desk.push(&says("and this"));
    assert!(desk.answer());
    assert_eq!(desk.relay.progress(), Progress::Stopped);
    let seen = desk.seen();
    assert_eq!(
        (seen.text(0, "content"), &*seen.finishes[&0], seen.done),
        (good, "content_filter", true)
    );
}

#[test]
fn questions_grow_and_all_of_them_are_a_few_times_the_answer() {
    let mut desk = Desk::new(&plain());
    for _ in 0..4_000 {
        desk.push(&says("word "));
        desk.answer();
    }
    let lengths: Vec<usize> = desk.asked.iter().map(String::len).collect();
    assert_eq!(lengths.first(), Some(&65));
    assert!(lengths.is_sorted() && lengths.len() < 30, "{lengths:?}");
    let strides = lengths.windows(2).map(|two| two[1] - two[0]);
    assert!(strides.max() < Some(1_024 + 5));
}

#[test]
fn what_was_asked_about_before_is_told_as_far_as_the_text_only_grew() {
    let mut desk = Desk::new(&plain());
    let mut known = Vec::new();
    for (channel, text) in [
        ("reasoning_content", "r"),
        ("reasoning_content", "s"),
        ("content", "c"),
        ("reasoning_content", "t"),
    ] {
        desk.push(&event(0, &json!({ channel: text.repeat(1_100) }), None));
        let ask = &desk.open[0].asks[0];
        known.push(ask.known);
        let before: String = desk.asked.iter().rev().nth(1).cloned().unwrap_or_default();
        assert!(ask.known == 0 || ask.text.starts_with(&before) && ask.known == before.len());
        assert!(desk.answer());
    }
    // At last something came before what had been asked about.
    assert_eq!(known, [0, 1_100, 2_200, 0]);
}

#[test]
fn what_is_no_business_of_a_guard_does_not_wait_for_it() {
    let filters = json!([guard(&json!({ "in": ["answer"] }))]);
    let mut desk = Desk::new(&guarded(&filters, Waits::Window));
    desk.push(&event(0, &json!({ "reasoning_content": "hm" }), None));
    assert_eq!(desk.seen().text(0, "reasoning_content"), "hm");
    desk.push(&says("yes"));
    desk.push(&event(0, &json!({ "reasoning_content": "so" }), None));
    assert_eq!((desk.seen().text(0, "content"), desk.asked.len()), ("", 0));
    desk.push(&event(0, &json!({}), Some("stop")));
    assert_eq!(desk.asked, ["yes"]);
    assert!(desk.answer());
    assert_eq!(desk.seen().text(0, "reasoning_content"), "hmso");
}

#[test]
fn a_guard_reads_reasoning_and_the_calls_of_tools_too() {
    let mut desk = Desk::new(&plain());
    desk.push(&event(0, &json!({ "reasoning_content": "thinking" }), None));
    let call = json!({ "index": 0, "id": "c", "type": "function",
        "function": { "name": "find", "arguments": "{\"a\":1}" } });
    desk.push(&event(0, &json!({ "tool_calls": [call] }), None));
    let odd = json!({ "index": 1, "id": "an id that talks", "type": "function",
        "function": { "name": "get", "arguments": "{}" } });
    desk.push(&event(0, &json!({ "tool_calls": [odd] }), None));
    desk.push(&event(0, &json!({}), Some("tool_calls")));
    assert_eq!(desk.asked, ["thinking\n\nfind\n{\"a\":1}\n\nget\n{}"]);
    assert!(desk.answer());
    // What an id says is not judged, so it is ours.
    let wire = String::from_utf8_lossy(&desk.out);
    assert!(!wire.contains("talks") && wire.contains("\"call_1\""), "{wire}");
}

#[test]
fn a_guard_that_is_not_heard_ends_an_answer_with_an_error_unless_it_may_be_missing() {
    for (on_error, fault) in [("closed", true), ("open", false)] {
        let filters = json!([guard(&json!({ "on_error": on_error }))]);
        let mut desk = Desk::new(&guarded(&filters, Waits::Window));
        desk.push(&saying(&[json!({ "content": "hello" })]));
        let question = desk.open.pop_front().expect("a question");
        let down = vec![Ruling { choice: 0, ward: 0, heard: Err(Silence::Unavailable) }];
        let progress = desk.relay.heard((0, question.upto), &down, &mut desk.out);
        if fault {
            assert_eq!(progress, Progress::Fault(Fault::Unheard));
            desk.relay.fail(&failure(b"{}"), &mut desk.out);
            assert!(!String::from_utf8_lossy(&desk.out).contains("hello"));
        } else {
            assert_eq!((progress, desk.seen().text(0, "content")), (Progress::Done, "hello"));
        }
        let said = &desk.relay.report().verdicts[0];
        assert_eq!((said.filter, &*said.category), ("guard", "unavailable"));
    }
}

#[test]
fn a_cascade_asks_only_about_what_a_cheap_filter_holds() {
    let filters = json!([
        { "kind": "patterns", "literals": ["fuse"], "action": "hold" },
        guard(&json!({ "when": "held" })),
    ]);
    let plan = guarded(&filters, Waits::Window);
    let mut calm = Desk::new(&plan);
    calm.push(&saying(&[json!({ "content": "nothing to see here, whatever follows".repeat(9) })]));
    assert_eq!((calm.end(), calm.asked.len()), (Progress::Done, 0));
    for (text, end) in [("a wire", "stop"), (BAD, "content_filter")] {
        let mut desk = Desk::new(&plan);
        desk.push(&says("first a fuse and then "));
        desk.push(&says(text));
        assert_eq!((desk.seen().text(0, "content"), desk.asked.len()), ("first a ", 0));
        desk.push(&event(0, &json!({}), Some("stop")));
        assert_eq!(desk.asked, [format!("first a fuse and then {text}")]);
        assert!(desk.answer());
        let seen = desk.seen();
        let shown = if end == "stop" { "first a fuse and then a wire" } else { "first a " };
        assert_eq!((seen.text(0, "content"), &*seen.finishes[&0]), (shown, end));
    }
}

#[test]
fn a_shadow_is_asked_once_when_all_is_said_and_nobody_waits() {
    let filters = json!([guard(&json!({ "shadow": true }))]);
    let mut desk = Desk::new(&guarded(&filters, Waits::Window));
    desk.push(&says(&"text ".repeat(100)));
    assert_eq!((desk.seen().text(0, "content").len(), desk.asked.len()), (500, 0));
    desk.push(&event(0, &json!({}), Some("stop")));
    desk.push("data: [DONE]\n\n");
    assert_eq!((desk.end(), desk.asked.len(), desk.open.len()), (Progress::Done, 1, 0));
}

#[test]
fn a_whole_answer_is_asked_about_once_and_waits() {
    let plan = plain();
    let body = |text: &str| {
        let choice = json!({ "index": 0, "message": { "role": "assistant", "content": text },
            "finish_reason": "stop" });
        json!({ "id": "x", "choices": [choice] }).to_string()
    };
    for (text, shown) in [("a fine text", "a fine text"), (BAD, "")] {
        let first = whole(&plan, body(text).as_bytes()).expect("an answer");
        assert_eq!(first.questions.len(), 1);
        let rulings = Some(first.questions.iter().flat_map(rulings).collect());
        let second = whole(&Plan { rulings, ..plan.clone() }, body(text).as_bytes());
        let second = second.expect("an answer");
        let seen: Value = serde_json::from_slice(&second.body).expect("JSON");
        let told = seen["choices"][0]["message"]["content"].as_str().unwrap_or_default();
        assert_eq!((told, second.stopped), (shown, shown.is_empty()));
        assert!(second.questions.is_empty());
    }
    // Nothing passes that nobody spoke about.
    let silent = Plan { rulings: Some(Vec::new()), ..plan };
    let unheard = whole(&silent, body("a fine text").as_bytes());
    assert!(matches!(unheard, Err(Fault::Unheard)));
}

const WORDS: &[&str] = &["plain words ", "and others, of another length ", "é ", BAD, "- "];

#[test]
fn a_recording_is_replayed_as_if_guards_had_cleared_all() {
    let shadow = guard(&json!({ "shadow": true }));
    let plan = guarded(&json!([guard(&json!({})), shadow]), Waits::Window);
    let wire = saying(&[json!({ "content": "hello ".repeat(40) }), json!({ "content": BAD })]);
    let played = sluice_stream::replay(&plan, wire.as_bytes()).expect("a whole stream");
    assert_eq!(played.shown["0 content 0"], "hello ".repeat(40) + BAD);
}

/// What is said, and after how many bytes and pieces a guard answers.
fn trials() -> impl Strategy<Value = (usize, Vec<Said>, Vec<usize>, usize)> {
    (0..speak::ALL.len()).prop_flat_map(move |dialect| {
        let (choices, channels) = (speak::ALL[dialect].choices(), speak::ALL[dialect].channels());
        let channels: Vec<Channel> =
            channels.iter().copied().filter(|it| *it != Channel::Name).collect();
        let one = (0..choices, prop::sample::select(channels), prop::sample::select(WORDS))
            .prop_map(|(choice, channel, text)| Said { choice, channel, text: text.to_owned() });
        let said = prop::collection::vec(one, 1..24).prop_map(|said| as_json(&said));
        let sizes = prop::collection::vec(1..200_usize, 1..4);
        (Just(dialect), said, sizes, 0..6_usize)
    })
}

/// What of it is bad, on the wire.
fn bad(read: &Read) -> bool {
    read.texts.values().any(|text| text.contains(BAD))
}

proptest! {
    #[test]
    fn no_dialect_shows_what_a_guard_calls_unsafe_and_each_ends(
        (dialect, said, sizes, late) in trials(), whole_too in any::<bool>(),
    ) {
        let speaks = speak::ALL[dialect];
        let choices_max = u32::try_from(speaks.choices()).unwrap();
        let chain = plain().chain;
        let plan = Plan { chain, choices_max, ..plan(speaks.operation()) };
        let wire = speaks.stream(&said);
        let mut desk = Desk::new(&plan);
        for (nth, piece) in crate::answers::cut(&wire, &sizes).into_iter().enumerate() {
            desk.relay.push(piece, &mut desk.out);
            desk.collect();
            prop_assert!(!bad(&speaks.read(&desk.out)));
            if late == 0 || nth % late == 0 {
                desk.answer();
            }
        }
        desk.end();
        while desk.answer() {
            prop_assert!(!bad(&speaks.read(&desk.out)));
        }
        let read = speaks.read(&desk.out);
        prop_assert!(matches!(desk.relay.progress(), Progress::Done | Progress::Stopped));
        prop_assert!(read.done, "{:?}", read);
        let ill = said.iter().any(|it| it.text.contains(BAD));
        prop_assert_eq!(read.ends.values().any(|end| *end == End::Filtered), ill);
        if !ill {
            let mut free = Relay::new(&Plan { chain: None, ..plan.clone() });
            let mut out = Vec::new();
            free.push(&wire, &mut out);
            free.end(&mut out);
            prop_assert_eq!(&read, &speaks.read(&out));
        }
        if whole_too {
            let body = speaks.whole(&said);
            let first = whole(&plan, &body).unwrap();
            let rulings = Some(first.questions.iter().flat_map(rulings).collect());
            let second = whole(&Plan { rulings, ..plan }, &body).unwrap();
            prop_assert!(!bad(&speaks.read_whole(&second.body)));
            prop_assert_eq!(second.stopped, ill);
        }
    }
}
