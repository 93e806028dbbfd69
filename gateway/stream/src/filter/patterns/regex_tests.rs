//! Regular expressions find the same as a plain reading of all of the text.

use super::lists;
use super::*;
use crate::filter::findings::Findings;
use crate::filter::kind::Notes;
use proptest::prelude::*;
use serde_json::json;
use sluice_config::Problems;
use std::collections::BTreeSet;
use std::ops::Range;

/// What is wrong with a filter of these settings, if anything is.
fn build(settings: &Value) -> Result<Arc<dyn Filter>, String> {
    let mut problems = Problems::default();
    let built = Patterns.build(settings, &mut Notes::new("it", &mut problems));
    built.ok_or_else(|| problems.to_string())
}

/// The bytes of a text that are found, in these pieces.
fn found(filter: &Arc<dyn Filter>, pieces: &[&str]) -> BTreeSet<usize> {
    let (mut judge, mut findings) = (filter.judge(Script::Prose), Findings::default());
    let (mut all, mut clear) = (BTreeSet::new(), 0);
    let mut take = |findings: &mut Findings, clear: usize| {
        while let Some(found) = findings.take() {
            assert!(found.mask.is_none() || found.span.start >= clear, "{found:?} was clear");
            all.extend(found.span);
        }
    };
    for piece in pieces {
        judge.feed(piece, &mut findings);
        take(&mut findings, clear);
        clear = findings.clear;
    }
    judge.end(&mut findings);
    take(&mut findings, clear);
    all
}

/// The same read plainly: every part of the text that a whole regular expression matches, and what
/// of the class `then` follows it.
fn plainly(regex: &str, then: Option<&str>, word: bool, text: &str) -> BTreeSet<usize> {
    let whole = regex::Regex::new(&format!("^(?:{regex})$")).unwrap();
    let then = then.map(|then| regex::Regex::new(&format!("^(?:{then})*")).unwrap());
    let is_word = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
    let inside = |at: usize| word && at > 0 && is_word(at - 1) && is_word(at);
    let spans =
        (0..text.len()).flat_map(|start| (start + 1..=text.len()).map(move |end| start..end));
    let spans = spans.filter(|span| {
        let ends = then.is_some() || !inside(span.end);
        !inside(span.start) && ends && whole.is_match(text.get(span.clone()).unwrap())
    });
    let more = |span: Range<usize>| {
        let tail = then.as_ref().and_then(|then| then.find(text.get(span.end..).unwrap()));
        span.start..span.end + tail.map_or(0, |tail| tail.len())
    };
    spans.flat_map(more).collect()
}

fn cut<'t>(text: &'t str, sizes: &[usize]) -> Vec<&'t str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    for size in sizes.iter().cycle() {
        let (piece, later) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    pieces
}

/// Parts of regular expressions over few letters.
const PARTS: &[&str] = &[
    "a",
    "b",
    "c",
    "1",
    "-",
    " ",
    "[ab]",
    "[^a]",
    "b{1,3}",
    "(?:ab|c)",
    "c?",
    ".",
    "a{0,2}",
    "[a-c]{2,4}",
    "(?:a|ab)(?:c|bcc)",
    "1{2}",
    "(?:b-|-b)",
];

fn regexes() -> impl Strategy<Value = String> {
    let part =
        || prop::collection::vec(prop::sample::select(PARTS), 2..5).prop_map(|it| it.concat());
    prop_oneof![part(), (part(), part()).prop_map(|(one, other)| format!("{one}|{other}"))]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn all_of_a_match_and_nothing_else_is_found(
        regex in regexes(), then in prop::option::of(prop::sample::select(&["[ab]", "[^ ]", "c"])),
        word: bool, text in "(?:[abc1-]{1,5} ?){0,7}", sizes in prop::collection::vec(1..9_usize, 1..4),
    ) {
        // White space is compared as one space, in a regular expression too.
        prop_assume!(!regex.contains("  "));
        let written = match then {
            Some(then) => json!({ "start": regex, "then": then }),
            None => json!(regex),
        };
        let built = build(&json!({ "regexes": [written], "word": word }));
        prop_assume!(built.is_ok());
        let filter = built.unwrap();
        let expected = plainly(&regex, then, word, &text);
        prop_assert_eq!(&found(&filter, &[&text]), &expected);
        prop_assert_eq!(&found(&filter, &cut(&text, &sizes)), &expected);
    }

    #[test]
    fn several_are_found_as_each_is(
        some in prop::collection::vec(regexes(), 1..5), text in "(?:[abc1-]{1,5} ?){0,7}",
    ) {
        let some: Vec<String> = some.into_iter().filter(|it| build(&json!({ "regexes": [it] })).is_ok()).collect();
        prop_assume!(!some.is_empty() && !some.iter().any(|it| it.contains("  ")));
        let filter = build(&json!({ "regexes": some, "literals": ["b-", "1a"] })).unwrap();
        let each = some.iter().map(String::as_str).chain(["b-", "1a"]);
        let expected: BTreeSet<usize> = each.flat_map(|it| plainly(it, None, false, &text)).collect();
        prop_assert_eq!(found(&filter, &[&text]), expected);
    }
}

#[test]
fn a_match_waits_exactly_while_it_may_come() {
    let filter = build(&json!({ "regexes": ["ab[cd]{1,3}e"] })).unwrap();
    let (mut judge, mut findings) = (filter.judge(Script::Prose), Findings::default());
    let mut clear = Vec::new();
    for piece in ["x", "a", "b", "c", "c", "c", "c", "x", "ab", "cf", "abce", "."] {
        judge.feed(piece, &mut findings);
        clear.push(findings.clear);
    }
    assert_eq!(clear, [1, 1, 1, 1, 1, 1, 7, 8, 8, 12, 12, 17]);
    assert_eq!(findings.take().map(|found| found.span), Some(12..16));
}

#[test]
fn letters_of_a_regex_are_compared_as_text_is() {
    for (regex, text) in [
        ("BOMB", "a ｂо\u{200b}mB!"),
        ("[A-C]om[B]", "bömb"),
        ("stra[ß]e", "STRASSE"),
        ("straße", "strasse"),
        ("fi[l-n]e", "ﬁle"),
        (r"code\s[0-9]{4}", "Code\n\n １２３４"),
        (r"code.[0-9]{4}", "code\n1234"),
        (r"\w{3}@\p{Lu}{3}", "abc@xyz"),
        ("é{2}t", "eét"),
    ] {
        let filter = build(&json!({ "regexes": [regex] })).unwrap();
        assert!(!found(&filter, &[text]).is_empty(), "{regex} in {text}");
    }
    for (regex, text) in
        [("[^A]bc", "abc"), (r"[^\s]bc", "x bc"), (r"[^a]bc", "Abc"), ("abc", "аԁс")]
    {
        let filter = build(&json!({ "regexes": [regex] })).unwrap();
        assert!(found(&filter, &[text]).is_empty(), "{regex} in {text}");
    }
}

#[test]
fn what_cannot_be_bounded_is_a_problem() {
    for (regex, said) in [
        (json!("sk-[a-z]+"), "it.regexes[0]: has no bound of length; write it with one"),
        (json!({"start": "sk-[a-z]+", "then": "[a-z]"}), "has no bound of length"),
        (json!({"start": "sk-[a-z]{3}", "then": "ab"}), "`then` must be a class of characters"),
        (json!({"start": "sk-[a-z]{3}"}), "must be text, or `{start: …, then: …}`: missing field"),
        (json!(7), "must be text, or"),
        (json!("(abc){0,2}"), "matches where there is nothing"),
        (json!("ab"), "may match less than 3 bytes"),
        (json!(r"\babc\b"), "a list may say `word: true`"),
        (json!("(?=a)abc"), "look-around"),
        (json!("abc["), "unclosed character class"),
        (json!("[a-z]{5000}"), "may match 5000 bytes; 2048 at most"),
        (json!("\u{200b}"), "matches where there is nothing"),
    ] {
        let problem = build(&json!({ "regexes": [regex] })).unwrap_err();
        assert!(problem.contains(said), "{regex}: {problem}");
    }
    let problem = build(&json!({ "regexes": [r"(?:\w{1,9}\s){1,50}x"] })).unwrap_err();
    assert!(problem.contains("it.regexes: one needs more than"), "{problem}");
    let problem = build(&json!({ "lists": [{ "regexes": ["abc"], "words": 1 }] })).unwrap_err();
    assert!(problem.contains("it.lists[0]: unknown field `words`"), "{problem}");
    let problem = build(&json!({ "lists": [{ "literals": ["a"] }], "word": true })).unwrap_err();
    assert!(problem.contains("unknown field `word`"), "{problem}");
}

#[test]
fn thousands_are_compiled_together() {
    let many: Vec<String> = (0..3_000).map(|n| format!("tool {n:04}-[a-f0-9]{{4,8}}")).collect();
    let filter = build(&json!({ "regexes": many })).unwrap();
    let text = "use Tool 2999-ab0f and tool 3000-ab0f";
    assert_eq!(found(&filter, &[text]), (4..18).collect());
}

#[test]
fn each_list_has_words_of_its_own() {
    let lists = json!({ "lists": [
        { "literals": ["ass"], "word": true, "category": "rude", "mask": "#" },
        { "literals": ["ass", "grape"], "category": "fruit", "mask": "%" },
        { "regexes": ["[0-9]{4}"], "category": "pin", "mask": "*" },
    ] });
    let mut problems = Problems::default();
    let listed = lists::read(&lists, &mut Notes::new("it", &mut problems)).unwrap();
    assert_eq!((listed.rules.len(), listed.phrases.len(), listed.regexes.len()), (3, 3, 1));
    let filter = build(&lists).unwrap();
    assert_eq!(
        found(&filter, &["class 1234 ", "grapes"]),
        [2, 3, 4].into_iter().chain(6..10).chain(11..16).collect()
    );
}
