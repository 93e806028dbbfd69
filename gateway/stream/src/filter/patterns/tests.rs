//! Phrases are found in any spelling, and only they.

use super::*;
use crate::filter::lane::Flow;
use crate::filter::{Chain, Place};
use crate::report::Report;
use serde_json::json;
use sluice_config::words::{ProfileId, Strategy};
use sluice_config::{FilterSpec, Problems, ProfileSpec};

fn chain(settings: Value) -> Result<Arc<Chain>, String> {
    let (kind, path) = ("patterns".into(), "filters.strict[0]".into());
    let filters = vec![FilterSpec { kind, settings, path }];
    let mut problems = Problems::default();
    let spec = ProfileSpec { id: ProfileId::new("strict"), stream: Strategy::Window, filters };
    let chain = Chain::build(&spec, &mut problems);
    chain.ok_or_else(|| problems.to_string())
}

/// What is shown after each piece, and at the end.
fn shown(settings: Value, pieces: &[&str]) -> (Vec<String>, Flow) {
    let mut lane =
        chain(settings).unwrap().lane(Script::Prose, Place::Answer, 1 << 16, Strategy::Window);
    let mut report = Report::default();
    let mut steps = Vec::new();
    let mut flow = Flow::On;
    for piece in pieces {
        let mut shown = String::new();
        if flow == Flow::On {
            flow = lane.feed(piece, &mut shown, &mut report);
        }
        steps.push(shown);
    }
    let mut shown = String::new();
    if flow == Flow::On {
        flow = lane.end(&mut shown, &mut report);
    }
    steps.push(shown);
    (steps, flow)
}

#[test]
fn holds_back_only_what_may_become_a_phrase() {
    let (steps, flow) = shown(json!({"literals": ["bomb"]}), &["a b", "ook", " bo", "mb!"]);
    assert_eq!(steps, ["a ", "book", " ", "", ""]);
    assert_eq!(flow, Flow::Stop);
    let (steps, flow) = shown(json!({"literals": ["bomb"]}), &["Hello", " bo"]);
    assert_eq!(steps, ["Hello", " ", "bo"]);
    assert_eq!(flow, Flow::On);
}

#[test]
fn masks_overlaps_as_one() {
    let settings = json!({"literals": ["abc", "bcd", "cdef"], "action": "redact", "mask": "#"});
    let (steps, flow) = shown(settings, &["xabcdefx abc", "abc bcd"]);
    assert_eq!(steps.concat(), "x#x ## #");
    assert_eq!(flow, Flow::On);
}

#[test]
fn a_long_chain_of_overlaps_is_not_held() {
    let settings = json!({"literals": ["aa"], "action": "redact", "mask": "#"});
    let (steps, _) = shown(settings, &["a", "a", "a", "a", "a", "b"]);
    assert_eq!(steps, ["", "#", "", "", "", "b", ""]);
}

#[test]
fn whole_words_wait_for_what_follows() {
    let settings = json!({"literals": ["ass", "ass hat"], "word": true});
    for fine in ["class", "assess", "a glass hat", "ass1"] {
        assert_eq!(shown(settings.clone(), &[fine]).0.concat(), fine);
    }
    assert_eq!(shown(settings.clone(), &["an ass"]).0, ["an ", ""]);
    assert_eq!(shown(settings.clone(), &["an ass", "!"]).0, ["an ", "", ""]);
    assert_eq!(shown(settings, &["an ass", "et"]).0, ["an ", "asset", ""]);
}

#[test]
fn problems_name_the_setting() {
    let problem = |settings| chain(settings).unwrap_err();
    assert!(problem(json!({"literals": []})).contains("filters.strict[0].literals: must be one"));
    assert!(
        problem(json!({"literals": ["a", " \u{200b}"]})).contains("filters.strict[0].literals[1]")
    );
    assert!(problem(json!({"literals": ["a"], "words": true})).contains("unknown field `words`"));
    assert!(problem(json!({"literals": ["a"], "mask": "\""})).contains("mask: must be"));
    assert!(
        problem(json!({"literals": ["removed"], "action": "redact"}))
            .contains("its mask [removed]")
    );
}

#[test]
fn both_machines_find_the_same() {
    let many: Vec<String> = (0..9_000).map(|n| format!("phrase {n}x")).collect();
    let (steps, flow) =
        shown(json!({ "literals": many }), &["a PHRASE 89", "99 phrase\u{200b} 8999X"]);
    assert_eq!((steps.concat().as_str(), flow), ("a PHRASE 8999 ", Flow::Stop));
    let (steps, flow) = shown(json!({ "literals": many }), &["a phrase 9000x"]);
    assert_eq!((steps.concat().as_str(), flow), ("a phrase 9000x", Flow::On));
}
