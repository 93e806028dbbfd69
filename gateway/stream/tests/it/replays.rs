//! Recorded answers run through filters once more.

use crate::fixtures::body;
use crate::support::{filtered, plan};
use serde_json::{Value, json};
use sluice_config::words::Operation;
use sluice_stream::{Fault, Plan, replay};

/// A recorded stream of each dialect that has any, with a word of it and what it stands in.
const RECORDED: &[(Operation, &str, &str, &str)] = &[
    (Operation::Chat, "vllm/chat_stream", "0 content 0", "enjoying"),
    (Operation::Completion, "vllm/completions_stream", "0 content 0", "young"),
    (Operation::Response, "made/responses_says_stream", "0 content 0", "morning"),
    (Operation::Message, "vllm/messages_stream", "0 content 0", "delight"),
    (Operation::OllamaChat, "ollama/chat_stream", "0 content 0", "sky"),
    (Operation::OllamaGenerate, "ollama/generate_stream", "0 content 0", "sky"),
];

#[test]
fn what_is_shown_is_read_in_every_dialect() {
    for (operation, name, channel, word) in RECORDED {
        let played = |filters: &Value| {
            let plan = Plan { operation: *operation, choices_max: 8, ..filtered(filters) };
            replay(&plan, &body(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
        };
        let plain = played(&json!([]));
        let said = &plain.shown[*channel];
        assert!(said.contains(word), "{name}: {:?}", plain.shown);
        let filter =
            |action: &str| json!([{ "kind": "patterns", "literals": [word], "action": action }]);
        let masked = played(&filter("redact"));
        assert_eq!(masked.shown[*channel], said.replace(word, "[removed]"), "{name}");
        assert_eq!(masked.report.ended_after, None);
        let stopped = played(&filter("block"));
        let before = said.split(word).next().unwrap();
        assert_eq!(stopped.shown.get(*channel).map_or("", String::as_str), before, "{name}");
        assert!(stopped.report.ended_after.is_some(), "{name}");
    }
}

#[test]
fn calls_of_tools_are_read_too() {
    let plan = plan(Operation::Message);
    let shown = replay(&plan, &body("anthropic/tools_stream")).unwrap().shown;
    let told: Vec<_> = shown.keys().map(String::as_str).collect();
    assert!(told.iter().any(|it| it.starts_with("0 name ")), "{told:?}");
    assert!(told.iter().any(|it| it.starts_with("0 arguments ")), "{told:?}");
}

#[test]
fn a_recording_that_is_not_whole_is_a_fault() {
    let whole = body("vllm/chat_stream");
    let half = whole.get(..whole.len() / 2).unwrap();
    assert_eq!(replay(&plan(Operation::Chat), half).unwrap_err(), Fault::Truncated);
    assert_eq!(replay(&plan(Operation::Chat), b"data: no\n\n").unwrap_err(), Fault::NotAnEvent);
}
