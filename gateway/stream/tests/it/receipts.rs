//! A receipt is for what was shown, whatever was said and however it was cut.

use crate::answers::{BLOCKING, MASKING, PIECES, cut, cuts, of_two, said, stream};
use crate::speak::anthropic::Messages;
use crate::speak::{Channel, Speak};
use crate::support::{Seen, chain, event, failure, filtered, plan, relay, saying};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sluice_config::words::{Operation, Strategy};
use sluice_stream::{Finish, Plan, Progress, Relay, Seal, Shown, whole};
use std::sync::{Arc, Mutex};

/// Writes down what it is asked to sign.
#[derive(Debug, Default)]
struct Clerk(Mutex<Vec<Vec<Shown>>>);

impl Seal for Clerk {
    fn seal(&self, shown: &[Shown]) -> Option<String> {
        self.0.lock().unwrap().push(shown.to_vec());
        Some("a.b.c".into())
    }
}

impl Clerk {
    /// What it was asked to sign; asked more than once is wrong.
    fn signed(&self) -> Vec<Shown> {
        let mut asked = self.0.lock().unwrap().clone();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.remove(0)
    }
}

fn signed(plan: Plan) -> (Arc<Clerk>, Plan) {
    let clerk = Arc::<Clerk>::default();
    let seal: Arc<dyn Seal> = Arc::clone(&clerk) as _;
    (clerk, Plan { seal: Some(seal), ..plan })
}

fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// An answer without its one receipt, which must stand before the last event.
fn without_receipt(out: &[u8]) -> String {
    cut_out(out, |end| end == "data: [DONE]\n\n")
}

/// An answer without its one receipt, which must stand before an end like this.
fn cut_out(out: &[u8], is_end: impl Fn(&str) -> bool) -> String {
    let text = std::str::from_utf8(out).unwrap();
    let (before, after) = text.split_once(": receipt a.b.c\n\n").unwrap();
    assert!(is_end(after), "{text}");
    assert!(before.is_empty() || before.ends_with("\n\n"), "{text}");
    [before, after].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_for_what_is_shown_however_it_is_cut(
        said in said(PIECES), sizes in cuts(), kind in 0..3_u8,
    ) {
        let plan = match kind {
            0 => plan(Operation::Chat),
            1 => of_two(&BLOCKING),
            _ => of_two(&MASKING),
        };
        let wire = stream(&said, false, "\n");
        let (clerk, sealed) = signed(plan.clone());
        let (_, out, progress) = relay(&sealed, cut(&wire, &sizes));
        prop_assert!(matches!(progress, Progress::Done | Progress::Stopped));
        let seen = Seen::read(without_receipt(&out).as_bytes());
        let signed = clerk.signed();
        prop_assert_eq!(signed.len(), seen.finishes.len());
        for shown in signed {
            let index = u64::from(shown.index);
            prop_assert_eq!(shown.sha256, sha256(seen.text(index, "content")));
            prop_assert_eq!(shown.finish.as_str(), &seen.finishes[&index]);
        }
        let (_, plain, _) = relay(&plan, [&wire[..]]);
        prop_assert_eq!(without_receipt(&out).into_bytes(), plain, "nothing else differs");
    }
}

#[test]
fn streamed_and_whole_answers_have_the_same_hash() {
    let filters = json!([{"kind": "patterns", "literals": ["bomb"], "action": "redact"}]);
    for base in [plan(Operation::Chat), filtered(&filters)] {
        let deltas: Vec<_> =
            ["h\u{e9}", "llo \n\"b", "omb\" ", "ok"].map(|it| json!({"content": it})).into();
        let (clerk, sealed) = signed(base.clone());
        let (_, out, _) = relay(&sealed, [saying(&deltas).as_bytes()]);
        let seen = Seen::read(without_receipt(&out).as_bytes());
        let streamed = clerk.signed();
        let message = json!({"role": "assistant", "content": "h\u{e9}llo \n\"bomb\" ok"});
        let body = json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
        let (clerk, sealed) = signed(base);
        let whole = whole(&sealed, body.to_string().as_bytes()).unwrap();
        assert_eq!(whole.receipt.as_deref(), Some("a.b.c"));
        assert_eq!(clerk.signed(), streamed);
        let sha256 = sha256(seen.text(0, "content"));
        assert_eq!(streamed, [Shown { index: 0, sha256, finish: Finish::Stop }]);
    }
}

#[test]
fn a_stopped_answer_has_one_for_what_was_shown() {
    let filters = json!([{"kind": "patterns", "literals": ["bomb"]}]);
    let (clerk, sealed) = signed(filtered(&filters));
    let deltas = ["see the bo", "mb there"].map(|it| json!({"content": it}));
    let (_, out, progress) = relay(&sealed, [saying(&deltas).as_bytes()]);
    assert_eq!(progress, Progress::Stopped);
    without_receipt(&out);
    let shown = Shown { index: 0, sha256: sha256("see the "), finish: Finish::ContentFilter };
    assert_eq!(clerk.signed(), [shown]);
}

#[test]
fn only_content_counts_and_every_choice_does() {
    let (clerk, sealed) = signed(plan(Operation::Chat));
    let wire = [
        event(1, &json!({"content": "b"}), None),
        event(0, &json!({"reasoning": "hm", "content": "a"}), None),
        event(1, &json!({"refusal": "no"}), Some("length")),
        event(0, &json!({}), Some("stop")),
        "data: [DONE]\n\n".into(),
    ];
    let (_, out, _) = relay(&sealed, [wire.concat().as_bytes()]);
    without_receipt(&out);
    let shown = |index, text, finish| Shown { index, sha256: sha256(text), finish };
    let expected = [shown(0, "a", Finish::Stop), shown(1, "b", Finish::Length)];
    assert_eq!(clerk.signed(), expected);
}

#[test]
fn a_broken_answer_has_none() {
    let (clerk, sealed) = signed(plan(Operation::Chat));
    let mut relay = Relay::new(&sealed);
    let mut out = Vec::new();
    relay.push(event(0, &json!({"content": "a"}), None).as_bytes(), &mut out);
    assert!(matches!(relay.end(&mut out), Progress::Fault(_)));
    relay.fail(&failure(b"{}"), &mut out);
    assert!(!String::from_utf8(out).unwrap().contains("receipt"));
    assert!(clerk.0.lock().unwrap().is_empty());
}

/// A plan of another dialect that masks `bomb`, and who signs.
fn masking(operation: Operation) -> (Arc<Clerk>, Plan) {
    let filters = json!([{"kind": "patterns", "literals": ["bomb"], "action": "redact"}]);
    let chain = Some(chain(&filters, Strategy::Window));
    signed(Plan { chain, choices_max: 1, ..plan(operation) })
}

fn events(events: &[Value]) -> String {
    let event = |it: &Value| format!("event: {}\ndata: {it}\n\n", it["type"].as_str().unwrap());
    events.iter().map(event).collect()
}

/// The events of a block of text: its start, this text, its end.
fn block(index: u64, text: &str) -> [Value; 3] {
    let delta = json!({"type": "text_delta", "text": text});
    [
        json!({"type": "content_block_start", "index": index,
            "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": index, "delta": delta}),
        json!({"type": "content_block_stop", "index": index}),
    ]
}

fn message_end() -> [Value; 2] {
    let delta = json!({"stop_reason": "end_turn", "stop_sequence": null});
    [json!({"type": "message_delta", "delta": delta}), json!({"type": "message_stop"})]
}

#[test]
fn a_message_has_one_for_its_blocks_of_text_and_before_its_end() {
    let (clerk, sealed) = masking(Operation::Message);
    let wire =
        events(&[&block(0, "a bo")[..], &block(1, "mb, a bomb")[..], &message_end()[..]].concat());
    let (_, out, progress) = relay(&sealed, wire.as_bytes().chunks(1));
    assert_eq!(progress, Progress::Done);
    let is_end = |end: &str| {
        end.starts_with("event: message_delta\n") && end.contains("event: message_stop\n")
    };
    let heard = Messages.read(cut_out(&out, is_end).as_bytes());
    let streamed = clerk.signed();
    let sha256 = sha256(&heard.texts[&(0, Channel::Content)]);
    assert_eq!(streamed, [Shown { index: 0, sha256, finish: Finish::Stop }]);

    let (clerk, sealed) = masking(Operation::Message);
    let content = json!([{"type": "text", "text": "a bo"}, {"type": "text", "text": "mb, a bomb"}]);
    let body = json!({"type": "message", "content": content, "stop_reason": "end_turn"});
    let whole = whole(&sealed, body.to_string().as_bytes()).unwrap();
    assert_eq!(whole.receipt.as_deref(), Some("a.b.c"));
    assert_eq!(clerk.signed(), streamed);
}

#[test]
fn blocks_that_are_torn_have_none() {
    let [[start, text, stop], [other_start, other, other_stop]] = [block(0, "a"), block(1, "b")];
    for torn in [
        vec![&start, &text, &other_start, &other, &text, &stop, &other_stop],
        vec![&start, &text, &stop, &text],
    ] {
        let (clerk, sealed) = signed(Plan { choices_max: 1, ..plan(Operation::Message) });
        let torn: Vec<Value> = torn.into_iter().cloned().chain(message_end()).collect();
        let (_, out, progress) = relay(&sealed, [events(&torn).as_bytes()]);
        assert_eq!(progress, Progress::Done);
        assert!(!String::from_utf8(out).unwrap().contains("receipt"));
        assert!(clerk.0.lock().unwrap().is_empty());
    }
}

/// Events of a backend that says these in one message.
fn response(deltas: &[&str]) -> String {
    let delta = |text: &&str| {
        json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0,
            "delta": text})
    };
    let end = json!({"type": "response.completed", "response": {"status": "completed"}});
    events(&deltas.iter().map(delta).chain([end]).collect::<Vec<Value>>())
}

#[test]
fn a_response_has_one_before_its_last_event() {
    let (clerk, sealed) = masking(Operation::Response);
    let wire = response(&["a bo", "mb, a bomb"]);
    let (_, out, progress) = relay(&sealed, wire.as_bytes().chunks(1));
    assert_eq!(progress, Progress::Done);
    let is_end = |end: &str| {
        end.starts_with("event: response.completed\n") && end.matches("event: ").count() == 1
    };
    let told = cut_out(&out, is_end);
    let last = told.trim_end().rsplit_once("data: ").unwrap().1;
    let last: Value = serde_json::from_str(last).unwrap();
    let shown = last["response"]["output"][0]["content"][0]["text"].as_str().unwrap();
    assert!(!shown.is_empty() && !shown.contains("bomb"), "{shown}");
    let streamed = clerk.signed();
    assert_eq!(streamed, [Shown { index: 0, sha256: sha256(shown), finish: Finish::Stop }]);

    let (clerk, sealed) = masking(Operation::Response);
    let content = json!([{"type": "output_text", "text": "a bo"},
        {"type": "output_text", "text": "mb, a bomb"}]);
    let output = json!([{"type": "message", "content": content}]);
    let body = json!({"object": "response", "status": "completed", "output": output});
    let whole = whole(&sealed, body.to_string().as_bytes()).unwrap();
    assert_eq!(whole.receipt.as_deref(), Some("a.b.c"));
    assert_eq!(clerk.signed(), streamed);
}

#[test]
fn a_response_that_is_cut_has_none() {
    let (clerk, sealed) = signed(Plan { choices_max: 1, ..plan(Operation::Response) });
    let much = "a".repeat(1 << 19);
    let (_, out, progress) = relay(&sealed, [response(&[&*much; 33]).as_bytes()]);
    assert_eq!(progress, Progress::Done);
    assert!(!String::from_utf8(out).unwrap().contains("receipt"));
    assert!(clerk.0.lock().unwrap().is_empty());
}

#[test]
fn lines_are_signed_for_and_have_no_comment() {
    for (operation, said) in
        [(Operation::OllamaChat, "message"), (Operation::OllamaGenerate, "response")]
    {
        let line = |text: &str, done: bool| {
            let said_text =
                if said == "message" { json!({ "content": text }) } else { json!(text) };
            json!({ said: said_text, "done": done }).to_string() + "\n"
        };
        let (clerk, sealed) = masking(operation);
        let wire = line("a bo", false) + &line("mb, a", false) + &line("", true);
        let (_, out, progress) = relay(&sealed, wire.as_bytes().chunks(1));
        assert_eq!(progress, Progress::Done);
        let out = String::from_utf8(out).unwrap();
        let shown: String = out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| {
                let text = if said == "message" { &line[said]["content"] } else { &line[said] };
                text.as_str().unwrap().to_owned()
            })
            .collect();
        let streamed = clerk.signed();
        assert!(!shown.contains("bomb"));
        let sha256 = sha256(&shown);
        assert_eq!(streamed, [Shown { index: 0, sha256, finish: Finish::Stop }]);
        let (clerk, sealed) = masking(operation);
        let whole = whole(&sealed, line("a bomb, a", true).as_bytes()).unwrap();
        assert_eq!(whole.receipt.as_deref(), Some("a.b.c"));
        assert_eq!(clerk.signed(), streamed);
    }
}

#[test]
fn a_call_that_cannot_be_masked_ends_what_is_signed() {
    let masks = json!([{"kind": "patterns", "literals": ["{\"a\"", "bomb"], "action": "redact",
        "mask": "#"}]);
    let call = json!([{"function": {"name": "f", "arguments": {"a": 1}}}]);
    // What may become a bomb is held back, and cleared when the call is cut off.
    let said = json!({"message": {"content": "so: bo", "tool_calls": call}, "done": true});
    let sha256 = sha256("so: bo");
    let expected = [Shown { index: 0, sha256, finish: Finish::ContentFilter }];
    let plan = || {
        let chain = Some(chain(&masks, Strategy::Window));
        signed(Plan { chain, choices_max: 1, ..plan(Operation::OllamaChat) })
    };
    let (clerk, sealed) = plan();
    let (_, _, progress) = relay(&sealed, [(said.to_string() + "\n").as_bytes()]);
    assert_eq!((progress, clerk.signed()), (Progress::Stopped, expected.to_vec()));
    let (clerk, sealed) = plan();
    assert!(whole(&sealed, said.to_string().as_bytes()).unwrap().stopped);
    assert_eq!(clerk.signed(), expected);
}
