//! What is masked, and what is not.

use super::compile;
use super::shapes::SHAPES;
use crate::filter::findings::Findings;
use crate::filter::kind::Judge as _;
use crate::filter::lane::{Flow, Script};
use crate::filter::normal::View;
use crate::filter::shape::{Reading, SCOUT_BYTES, SHAPES_MAX};
use crate::filter::{Chain, Place};
use crate::report::Report;
use serde_json::{Value, json};
use sluice_config::words::{ProfileId, Strategy};
use sluice_config::{FilterSpec, Problems, ProfileSpec};
use std::sync::Arc;

fn chain(settings: Value) -> Result<Arc<Chain>, String> {
    let (kind, path) = ("redact".into(), "filters.strict[0]".into());
    let filters = vec![FilterSpec { kind, settings, path }];
    let mut problems = Problems::default();
    let spec = ProfileSpec { id: ProfileId::new("strict"), stream: Strategy::Window, filters };
    let chain = Chain::build(&spec, &mut problems);
    chain.ok_or_else(|| problems.to_string())
}

fn all() -> Arc<Chain> {
    chain(json!({"classes": ["secrets", "email", "phone", "card", "iban", "ssn"]})).unwrap()
}

/// What is shown of a text in one piece; byte by byte it must be the same.
fn shown(chain: &Chain, text: &str) -> (String, Flow) {
    let mut report = Report::default();
    let once = chain.once(text, Place::Answer, Strategy::Window, &mut report);
    let mut lane = chain.lane(Script::Prose, Place::Answer, 1 << 16, Strategy::Window);
    let (mut shown, mut flow, mut slowly) = (String::new(), Flow::On, Report::default());
    for c in text.chars() {
        if flow == Flow::On {
            flow = lane.feed(c.encode_utf8(&mut [0; 4]), &mut shown, &mut slowly);
        }
    }
    if flow == Flow::On {
        flow = lane.end(&mut shown, &mut slowly);
    }
    assert_eq!((&once.0, once.1), (&shown, flow), "{text:?} depends on how it is cut");
    assert_eq!(report.verdicts, slowly.verdicts);
    once
}

#[test]
fn masks_what_it_names() {
    let chain = all();
    for (text, masked) in [
        ("write to jane.doe+x@mail.example.org.", "write to [email]."),
        ("a@b.co, c@d.io", "[email], [email]"),
        ("x@y.example.com-", "[email]-"),
        ("jane\u{200b}@example.com", "[email]"),
        ("ＪＡＮＥ＠ＥＸＡＭＰＬＥ．ＣＯＭ", "[email]"),
        ("call +49 30 1234567 or (415) 555-0132", "call [phone] or [phone]"),
        ("card 4111 1111 1111 1111, thanks", "card [card], thanks"),
        ("12 4111111111111111", "12 [card]"),
        ("4111111111111111 12 times", "[card] 12 times"),
        ("DE89 3704 0044 0532 0130 00 is it", "[iban] is it"),
        ("ssn 078-05-1120", "ssn [ssn]"),
        ("key=sk-abcdefghijklmnopqrstuvwxyz0123456789;", "key=[secret];"),
        ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345 x", "[secret] x"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_ ok", "[secret] ok"),
        (
            "a\n-----BEGIN RSA PRIVATE KEY-----\r\nMIIE\r\n\r\nab\r\n-----END RSA PRIVATE KEY-----\nb",
            "a\n[secret]\nb",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMIIE no end", "[secret]"),
    ] {
        assert_eq!(shown(&chain, text), (masked.into(), Flow::On), "{text:?}");
    }
}

#[test]
fn leaves_what_only_looks_like_it() {
    let chain = all();
    for text in [
        "4111 1111 1111 1112",
        "version 1.2.3-4.5, 2026-11-24 10:30, 01.02.2026",
        "a @ b . com, @home, foo@bar",
        "GB83 WEST 1234 5698 7654 32",
        "task-abcdefghijklmnopqrstuvwxyz",
        "sk-short",
        "900-12-3456",
        "pi is 3.14159265358979323846",
        "-----BEGIN PUBLIC KEY-----\nabc",
        "日本語のテキスト、и по-русски.",
    ] {
        assert_eq!(shown(&chain, text), (text.into(), Flow::On));
    }
}

#[test]
fn a_start_that_is_certain_swallows_without_a_bound() {
    let long = format!("x sk-{} y", "a".repeat(5_000));
    let mut lane = all().lane(Script::Prose, Place::Answer, 256, Strategy::Window);
    let mut out = String::new();
    assert_eq!(lane.feed(&long, &mut out, &mut Report::default()), Flow::On);
    assert_eq!(out, "x [secret] ");
}

#[test]
fn blocks_if_told_to() {
    let chain = chain(json!({"classes": ["email"], "action": "block"})).unwrap();
    assert_eq!(shown(&chain, "to a@b.example and on"), ("to ".into(), Flow::Stop));
    assert_eq!(shown(&chain, "to nobody"), ("to nobody".into(), Flow::On));
}

#[test]
fn problems_name_the_setting() {
    let problem = |settings| chain(settings).unwrap_err();
    assert!(
        problem(json!({"classes": ["mail"]})).contains("strict[0].classes[0]: there is no class")
    );
    assert!(problem(json!({"classes": []})).contains("classes: must name one of secrets, email"));
    assert!(problem(json!({"class": []})).contains("unknown field `class`"));
}

#[test]
fn every_shape_suits_the_scout() {
    assert!(SHAPES.len() <= SHAPES_MAX);
    assert!(SHAPES.iter().filter(|shape| shape.sign.is_some()).count() <= 1);
    for shape in SHAPES {
        let machine = shape.machine().unwrap();
        let mut states = vec![machine.start];
        for _ in 0..SCOUT_BYTES {
            // None is complete while it is only looked at, so none is missed.
            assert!(!states.iter().any(|state| machine.ends(*state)), "{shape:?}");
            let bytes = |state| (0..=u8::MAX).map(move |byte| (state, byte));
            let steps = states.iter().flat_map(|state| bytes(*state));
            states = steps.map(|(state, byte)| machine.step(state, byte).0).collect();
            states.sort_unstable();
            states.dedup();
        }
    }
}

/// Pieces of text that shapes begin with, are made of, or do not have at all.
const PIECES: &[&str] = &[
    "ordinary words that say nothing at all ",
    "a",
    " ",
    "g",
    "gh",
    "github",
    "github_pat_",
    "ghp_",
    "0123456789abcdefghij",
    "sk-",
    "glpat-",
    "AKIA",
    "ASIAIOSFODNN7EXAMPLE",
    "xoxb-",
    "hf_",
    "AIza",
    "eyJ",
    "eyJhbGciOiJIUzI1NiJ9",
    "-----BEGIN ",
    "PRIVATE KEY",
    "-----END PRIVATE KEY-----",
    "jane.doe",
    "@",
    "example.com",
    "+49 30 1234567",
    "(415) 555-0132",
    "030 1234",
    "4111 1111 ",
    "1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "078-05-1120",
    "d",
    "É",
    "\n",
    "\u{200b}",
];

proptest::proptest! {
    #[test]
    fn passing_over_what_is_quiet_changes_nothing(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24),
        size in 1..400_usize, few: bool,
    ) {
        let classes = if few { &["secrets", "iban"][..] } else { &["secrets", "email", "phone", "card", "iban", "ssn"] };
        let classes: Vec<String> = classes.iter().map(|it| (*it).to_owned()).collect();
        let quick = compile(&classes);
        let mut slow = compile(&classes);
        proptest::prop_assert_eq!(quick.scout.quiet_max, Some(6));
        slow.scout.quiet_max = None;
        let text: Vec<char> = pieces.concat().chars().collect();
        let [mut quick, mut slow] = [quick, slow].map(|it| Reading::new(Arc::new(it), View::Exact, Script::Prose));
        let [mut found, mut found_slowly] = [Findings::default(), Findings::default()];
        for part in text.chunks(size) {
            let part: String = part.iter().collect();
            quick.feed(&part, &mut found);
            slow.feed(&part, &mut found_slowly);
            proptest::prop_assert_eq!(format!("{found:?}"), format!("{found_slowly:?}"));
        }
        quick.end(&mut found);
        slow.end(&mut found_slowly);
        proptest::prop_assert_eq!(format!("{found:?}"), format!("{found_slowly:?}"));
    }
}
