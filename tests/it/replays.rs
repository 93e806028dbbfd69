//! `sluice filter replay`: two profiles on what was recorded.

use serde_json::{Value, json};
use sluice_tests::{Ran, checkout, put, run};
use tempfile::TempDir;

const FILE: &str = "
store: { kind: memory }
key_secret: { file: sluice.key }
listeners: [ { bind: \"127.0.0.1:0\" } ]
tiers:
  public: { sees: public, filter: old }
models:
  open-1: { revision: \"1\", licence: apache-2.0, stage: public, upstream: local, context_tokens: 4096 }
upstreams:
  local: { backends: [ { url: \"http://127.0.0.1:1\" } ] }
filters:
  old:
    - { kind: patterns, literals: [red lantern], category: launch_code }
    - { kind: redact, classes: [email] }
  new:
    - { kind: patterns, literals: [green lantern, sky, get_weather], category: launch_code }
    - { kind: redact, classes: [email, iban] }
";

const KNOWN: &str = r#"{"text": "Write to ada@example.com.", "labels": ["email"]}
{"text": "Say RED lantern and all.", "labels": ["launch_code"]}
{"text": "Say green lantern and all.", "labels": ["launch_code"]}
{"text": "Her account is DE89 3704 0044 0532 0130 00.", "labels": ["iban"]}
{"text": "The sky.", "labels": []}
{"text": "Ordinary words.", "labels": []}
"#;

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    put(folder.path(), "sluice.yaml", FILE);
    put(folder.path(), "sluice.key", &"x".repeat(40));
    put(folder.path(), "known.jsonl", KNOWN);
    for (name, recorded) in [
        ("chat.sse", "vllm/chat_stream"),
        ("tools.sse", "anthropic/tools_stream"),
        ("sky.ndjson", "ollama/generate_stream"),
    ] {
        let at = checkout().join(format!("tests/fixtures/streams/{recorded}.body"));
        put(folder.path(), name, &std::fs::read_to_string(at).expect("a recording"));
    }
    folder
}

fn replay(folder: &TempDir, arguments: &[&str]) -> Ran {
    run(folder.path(), &[&["filter", "replay", "old", "new"], arguments].concat())
}

#[test]
fn texts_on_which_two_profiles_differ_are_told() {
    let folder = folder();
    let ran = replay(&folder, &["known.jsonl"]);
    let told = ran.is_fine();
    for line in [
        "known.jsonl:2: only old stops",
        "    old: block launch_code",
        "        Say  ■",
        "    new: nothing",
        "        Say RED lantern and all.",
        "known.jsonl:3: only new stops",
        "known.jsonl:4: masked otherwise",
        "        Her account is [iban].",
        "known.jsonl:5: only new stops",
        "launch_code         2           1    2  100.0 %         50.0 %   50.0 %       50.0 %",
        "over-blocking by old: 0 of 2 clean texts (0.0 %)",
        "over-blocking by new: 1 of 2 clean texts (50.0 %)",
        "the same               2",
        "only old stops         1",
        "only new stops         2",
        "masked otherwise       1",
        "in all                 6",
    ] {
        assert!(told.lines().any(|told| told == line), "no line {line:?} in:\n{told}");
    }
    assert!(!told.contains("known.jsonl:1"), "{told}");
}

#[test]
fn a_recorded_stream_is_judged_on_every_channel_as_on_the_wire() {
    let folder = folder();
    let ran = replay(&folder, &["sky.ndjson", "tools.sse", "chat.sse", "--json"]);
    let told: Value = serde_json::from_str(ran.is_fine()).expect("JSON");
    let count = |what: &str| told[what].as_u64();
    assert_eq!((count("texts"), count("same")), (Some(3), Some(1)), "{told}");
    assert_eq!(
        (count("only_second_stops"), count("only_first_stops")),
        (Some(2), Some(0)),
        "{told}"
    );
    let found = &told["found"][0];
    assert_eq!((&found["at"], &found["how"]), (&json!("sky.ndjson"), &json!("only_second_stops")));
    assert_eq!(found["shown"], json!(["The sky", "The  ■"]));
    assert_eq!(told["found"][1]["found"], json!([[], ["block launch_code"]]));
    assert_eq!(told["profiles"], json!(["old", "new"]));
    assert_eq!(told["scores"][1]["categories"]["launch_code"]["found"], 2);
}

#[test]
fn no_more_differences_are_told_than_one_wants() {
    let folder = folder();
    let told = replay(&folder, &["known.jsonl", "--differences", "1"]).out;
    assert!(told.contains("known.jsonl:2: ") && !told.contains("known.jsonl:3"), "{told}");
    assert!(told.contains("\nand 3 more\n"), "{told}");
}

#[test]
fn what_cannot_be_replayed_is_told() {
    let folder = folder();
    put(folder.path(), "odd.sse", "data: {}\n\n");
    let chat = std::fs::read_to_string(folder.path().join("chat.sse")).expect("a recording");
    put(folder.path(), "cut.sse", chat.get(..chat.len() / 2).unwrap_or_default());
    for (arguments, told) in [
        (&["odd.sse"][..], "odd.sse does not begin as the stream of an operation; say which with"),
        (&["cut.sse"], "cut.sse is not a whole stream of `chat`: the backend ended its answer"),
        (&["none.sse"], "none.sse cannot be read"),
    ] {
        let ran = replay(&folder, arguments);
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    let ran = replay(&folder, &["chat.sse", "--operation", "message"]);
    assert!(ran.err.contains("chat.sse is not a whole stream of `message`"), "{}", ran.err);
}
