//! `sluice filter test`: a profile on texts one knows.

use serde_json::{Value, json};
use sluice_tests::{Ran, put, run};
use tempfile::TempDir;

const FILE: &str = "
store: { kind: memory }
key_secret: { file: sluice.key }
listeners: [ { bind: \"127.0.0.1:0\" } ]
tiers:
  public: { sees: public, filter: strict }
models:
  open-1: { revision: \"1\", licence: apache-2.0, stage: public, upstream: local, context_tokens: 4096 }
upstreams:
  local: { backends: [ { url: \"http://127.0.0.1:1\" } ] }
filters:
  strict:
    - { kind: patterns, literals: [red lantern], category: launch_code }
    - { kind: redact, classes: [email, iban] }
";

/// A folder with a configuration and texts with labels, unless they are none.
fn folder(texts: &[(&str, Value)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let lines = texts.iter().map(|(text, labels)| json!({ "text": text, "labels": labels }));
    let lines: Vec<_> = lines.map(|line| line.to_string()).collect();
    put(folder.path(), "sluice.yaml", FILE);
    put(folder.path(), "sluice.key", &"x".repeat(40));
    put(folder.path(), "known.jsonl", &lines.join("\n"));
    put(folder.path(), "plain.txt", "write to ada@example.com\n\nordinary words\n");
    folder
}

fn test(folder: &TempDir, arguments: &[&str]) -> Ran {
    let all = [&["filter", "test"], arguments].concat();
    run(folder.path(), &all)
}

#[test]
fn a_profile_is_measured_on_labelled_texts() {
    let folder = folder(&[
        ("Write to ada@example.com.", json!(["email"])),
        ("Ask ada at example dot com.", json!(["email"])),
        ("Say RED\u{200b} lantern and all.", json!(["launch_code"])),
        ("Her account is DE89 3704 0044 0532 0130 00.", json!([])),
        ("Ordinary words.", json!([])),
    ]);
    let ran = test(&folder, &["strict", "known.jsonl"]);
    let told = ran.is_fine();
    for line in [
        "known.jsonl:1: redact email",
        "    Write to [email].",
        "    9..24 redact email: [email]",
        "known.jsonl:2: missed email",
        "known.jsonl:3: block launch_code",
        "    Say  ■",
        "    4..18 patterns launch_code: ■",
        "known.jsonl:4: redact iban (not labelled)",
        "email               1         2  100.0 %    50.0 %",
        "iban                1         0  0.0 %",
        "launch_code         1         1  100.0 %    100.0 %",
        "5 texts, 3 of them touched",
        "over-blocking: 1 of 2 clean texts (50.0 %)",
    ] {
        assert!(told.lines().any(|told| told == line), "no line {line:?} in:\n{told}");
    }
    assert!(!told.to_lowercase().contains("lantern"), "{told}");
    let counts: Value =
        serde_json::from_str(test(&folder, &["strict", "known.jsonl", "--json"]).is_fine())
            .expect("JSON");
    assert_eq!(counts["categories"]["email"]["right"], 1);
    assert_eq!((&counts["clean"], &counts["over_blocked"]), (&json!(2), &json!(1)));
}

#[test]
fn a_floor_that_does_not_hold_is_a_no() {
    let folder = folder(&[
        ("Write to ada@example.com.", json!(["email"])),
        ("Her account is DE89 3704 0044 0532 0130 00.", json!([])),
    ]);
    let code = |more: &[&str]| test(&folder, &[&["strict", "known.jsonl"], more].concat()).code;
    assert_eq!(code(&["--recall-min", "1"]), Some(0));
    assert_eq!(code(&["--over-blocking-max", "0.5"]), Some(1));
    assert_eq!(code(&["--recall-min", "2"]), Some(2));
}

#[test]
fn texts_without_labels_are_only_shown() {
    let folder = folder(&[]);
    let ran = test(&folder, &["strict", "plain.txt"]);
    assert!(
        ran.is_fine().starts_with("plain.txt:1: redact email\n    write to [email]\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\n2 texts, 1 of them touched\nstream "), "{}", ran.out);
}

#[test]
fn no_more_spans_are_told_than_one_wants() {
    let folder = folder(&[("a@example.com b@example.com c@example.com", json!([]))]);
    let told = |more: &[&str]| test(&folder, &[&["strict", "known.jsonl"], more].concat()).out;
    assert!(told(&[]).contains("    28..41 redact email: [email]\n"));
    let two = told(&["--spans", "2"]);
    assert!(two.contains("    14..27 redact email: [email]\n    and 1 more\n"), "{two}");
    assert!(!two.contains("28..41") && !told(&["--spans", "0"]).contains(".."), "{two}");
    let json: Value = serde_json::from_str(&told(&["--json", "--spans", "1"])).expect("JSON");
    let found = &json["found"][0];
    assert_eq!(found["more_spans"], 2);
    assert_eq!(
        found["spans"],
        json!([{ "start": 0, "end": 13, "place": 1, "filter": "redact", "category": "email",
            "action": "redact", "shadow": false, "shown": "[email]" }])
    );
}

#[test]
fn what_waits_is_told_in_tokens_by_strategy() {
    // `landscape` may become an address. Its first byte waits for eight more and the end.
    let folder = folder(&[("a red landscape", json!([]))]);
    let told = test(&folder, &["strict", "known.jsonl", "--token-bytes", "1"]).out;
    for row in [
        "detect_only         0    0    0           0",
        "token_debounce      3    7    7           7",
        "window (profile)    5    9    9           9",
        "full_buffer         8   15   15          15",
    ] {
        assert!(told.lines().any(|line| line.starts_with(row)), "no {row:?} in:\n{told}");
    }
    let json = test(&folder, &["strict", "known.jsonl", "--json"]).out;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let delay = &json["delay"];
    assert_eq!((&delay["stream"], &delay["token_bytes"]), (&json!("window"), &json!(4)));
    assert_eq!(delay["window"]["shown_bytes"], 15);
    assert_eq!(delay["full_buffer"]["tokens_max"], 5);
    let code = |more: &[&str]| test(&folder, &[&["strict", "known.jsonl"], more].concat()).code;
    assert_eq!((code(&["--token-bytes", "0"]), code(&["--spans", "1001"])), (Some(2), Some(2)));
}

#[test]
fn a_check_warns_of_an_old_list_and_knows_the_old_word() {
    let folder = folder(&[]);
    let hashes = "[\"algorithm: sha256\", \"salt: 0123456789abcdef\", \"words_max: 2\", \
        \"produced_at: 2020-01-01\", \"ed424346796e1c61cafef4e969f47df93365f0f2c187a6afdab0e01452d26ce8\"]";
    let list = format!("{{ kind: hash_list, max_age_days: 30, hashes: {hashes} }}");
    put(
        folder.path(),
        "old.yaml",
        &FILE.replace("{ kind: redact, classes: [email, iban] }", &list),
    );
    let ran = run(folder.path(), &["check", "old.yaml"]);
    let told = ran.is_fine();
    assert!(told.contains("old.yaml: warning: the list of filters.strict[1] is "), "{told}");
    assert!(told.contains("old.yaml: no problems"), "{told}");
    let unknown = FILE.replace("licence: apache-2.0", "licence: nobody-knows");
    put(folder.path(), "terms.yaml", &unknown);
    let ran = run(folder.path(), &["check", "terms.yaml"]);
    let told = ran.is_fine();
    assert!(told.contains("terms.yaml:8:37: warning: "), "{told}");
    assert!(told.contains(" models.open-1.licence: no terms of the licence"), "{told}");
    put(folder.path(), "word.yaml", &FILE.replace("kind: patterns", "kind: blocklist"));
    let ran = run(folder.path(), &["check", "word.yaml"]);
    assert!(
        ran.err.contains("filters.strict[0].kind: `blocklist` is called `patterns`"),
        "{}",
        ran.err
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = folder(&[("a", json!("email"))]);
    for (arguments, told) in [
        (&["strict", "known.jsonl"][..], "known.jsonl:1 is not a labelled text"),
        (&["strict", "none.txt"], "none.txt cannot be read"),
        (&["lax", "plain.txt"], "the file has no filter profile `lax`; it has strict"),
    ] {
        let ran = test(&folder, arguments);
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}
