//! What is said of what filters find, however an answer comes; and filters that are to block it all.

use crate::answers::{PIECES, Said, cut, cuts, plainly, said, stream};
use crate::support::{chain, plan, relay};
use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_config::words::{Operation, Strategy as Waits};
use sluice_stream::filter::{Chain, Place};
use sluice_stream::moderation::{BY_ITSELF, Moderation, Scores};
use sluice_stream::{Plan, whole};
use std::sync::{Arc, LazyLock};

/// Filters of every way to act, the one that stops in their midst.
static MIXED: LazyLock<[Arc<Chain>; 3]> = LazyLock::new(|| {
    [Waits::Window, Waits::FullBuffer, Waits::DetectOnly].map(|waits| {
        let list = |action: &str, category: &str, word: &str| {
            json!({ "kind": "patterns", "action": action, "category": category, "literals": [word] })
        };
        let filters = json!([
            list("score", "oai:hate", "hello"),
            list("redact", "mlc:S1", "mbo"),
            list("block", "oai:violence", "secret phrase"),
            list("annotate", "launch_code", "bomb"),
            { "kind": "patterns", "shadow": true, "category": "tried", "literals": ["o"] },
        ]);
        chain(&filters, waits)
    })
});

fn asked(chain: &Arc<Chain>) -> Plan {
    let prompt = Scores::of(chain, &[Place::Prompt]);
    let moderation = Some(Arc::new(Moderation::new(Some(chain), "m".into(), prompt)));
    Plan { chain: Some(Arc::clone(chain)), moderation, ..plan(Operation::Chat) }
}

/// What a stream says of itself.
fn told(out: &[u8]) -> Value {
    let text = std::str::from_utf8(out).unwrap();
    let frames = text.split("\n\n").filter_map(|frame| frame.strip_prefix("data: {"));
    let frames = frames.map(|frame| serde_json::from_str(&format!("{{{frame}")).unwrap());
    let told: Vec<Value> = frames.filter(|it: &Value| !it["moderation"].is_null()).collect();
    let [told] = &*told else { panic!("{text}") };
    told["moderation"].clone()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn how_an_answer_comes_changes_nothing_that_is_said_of_it(
        said in said(PIECES), sizes in cuts(), nth in 0..3_usize,
    ) {
        let plan = asked(&MIXED[nth]);
        let split: Vec<Said> = said.iter().flat_map(|it| {
            it.text.chars().map(|c| Said { text: c.to_string(), ..it.clone() })
        }).collect();
        let (_, out, _) = relay(&plan, [&stream(&said, false, "\n")[..]]);
        let wire = stream(&split, true, "\n");
        let (_, split_out, _) = relay(&plan, cut(&wire, &sizes));
        prop_assert_eq!(told(&out), told(&split_out));
        prop_assert_eq!(&told(&out)["input"]["type"], "error");
        let output = &told(&out)["output"]["results"][0];
        prop_assert!(output["sluice_categories"].get("tried").is_none());
    }

    #[test]
    fn what_scores_is_what_would_be_blocked(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20)) {
        let text = pieces.concat();
        for chain in &*MIXED {
            let scores = Scores::of(chain, BY_ITSELF).unwrap();
            let scores = scores.with(&chain.score(&text, BY_ITSELF));
            let tried = chain.blocking().try_on(&text, Place::Answer);
            prop_assert_eq!(scores.is_flagged(), tried.stopped, "{:?}", text);
            let plain = plainly(&tried.shown);
            for phrase in ["hello", "mbo", "secret phrase", "bomb"] {
                prop_assert!(!plain.contains(phrase), "{} shows {}", text, phrase);
            }
            // And it makes no filter weaker.
            prop_assert!(!chain.try_on(&text, Place::Answer).stopped || tried.stopped);
        }
    }
}

#[test]
fn a_whole_answer_says_what_a_stream_says() {
    for (text, flagged) in
        [("hello", true), ("a bomb", true), ("a secret phrase", true), ("a", false)]
    {
        for chain in &*MIXED {
            let plan = asked(chain);
            let message = json!({ "role": "assistant", "content": text });
            let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
            let body = json!({ "choices": [choice] }).to_string();
            let whole = whole(&plan, body.as_bytes()).unwrap();
            let whole: Value = serde_json::from_slice(&whole.body).unwrap();
            let said = [Said { index: 0, channel: "content", text: text.into() }];
            let (_, out, _) = relay(&plan, [&stream(&said, false, "\n")[..]]);
            assert_eq!(whole["moderation"], told(&out), "{text}");
            let output = &whole["moderation"]["output"]["results"][0];
            assert_eq!(output["flagged"], flagged, "{text}");
        }
    }
}

#[test]
fn what_stood_behind_a_stop_is_not_told() {
    let said = |text: &str| Said { index: 0, channel: "content", text: text.into() };
    let text = "a secret phrase, hello";
    let split: Vec<Said> = text.chars().map(|c| said(&c.to_string())).collect();
    for chain in &MIXED[..2] {
        let plan = asked(chain);
        for said in [vec![said(text)], split.clone()] {
            let (_, out, _) = relay(&plan, [&stream(&said, false, "\n")[..]]);
            let output = &told(&out)["output"]["results"][0];
            assert_eq!(output["sluice_categories"], json!({ "oai:violence": 1.0 }));
        }
    }
}

#[test]
fn a_broken_answer_says_nothing_of_itself() {
    let plan = asked(&MIXED[0]);
    let (_, out, _) = relay(
        &plan,
        [&b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"}}]}\n\n"[..]],
    );
    assert!(!String::from_utf8_lossy(&out).contains("moderation"));
}
