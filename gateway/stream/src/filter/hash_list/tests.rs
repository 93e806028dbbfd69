//! Entries are found in any spelling, and only they.

use super::published::prehash;
use super::*;
use crate::filter::findings::Findings;
use serde_json::json;
use sha2::{Digest, Sha256};
use sluice_config::Problems;
use std::ops::Range;

const SALT: &str = "0123456789abcdef";

fn hash(words: &str) -> String {
    let hash = Sha256::new_with_prefix(SALT).chain_update(words).finalize();
    hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn header(more: &[String]) -> Vec<String> {
    let lines =
        ["algorithm: sha256", "salt: 0123456789abcdef", "words_max: 3", "produced_at: 2026-11-01"];
    lines.into_iter().map(str::to_owned).chain(more.iter().cloned()).collect()
}

fn build(settings: &Value) -> Result<Arc<dyn Filter>, String> {
    let mut problems = Problems::default();
    let built = HashList.build(settings, &mut Notes::new("it", &mut problems));
    built.ok_or_else(|| problems.to_string())
}

fn listing(entries: &[&str]) -> Arc<dyn Filter> {
    let hashes: Vec<_> = entries.iter().map(|entry| hash(entry)).collect();
    build(&json!({ "hashes": header(&hashes) })).unwrap()
}

/// What is found, and up to where the text is clear after each piece.
fn found(filter: &Arc<dyn Filter>, pieces: &[&str]) -> (Vec<Range<usize>>, Vec<usize>) {
    let (mut judge, mut findings) = (filter.judge(Script::Prose), Findings::default());
    let mut clear = Vec::new();
    for piece in pieces {
        judge.feed(piece, &mut findings);
        clear.push(findings.clear);
    }
    judge.end(&mut findings);
    (std::iter::from_fn(|| findings.take()).map(|found| found.span).collect(), clear)
}

#[test]
fn names_are_found_in_any_spelling() {
    let filter = listing(&["jane doe", "j r r", "o brien", "solo"]);
    for (text, span) in [
        ("ask Jane Doe.", 4..12),
        ("ask jane,  DOE!", 4..14),
        ("ask Ｊａｎｅ Doe", 4..20),
        ("ask ja\u{200b}ne doe", 4..15),
        ("ask jäne doe", 4..13),
        ("J.R.R. and so on", 0..5),
        ("the O'Brien", 4..11),
        ("Solo", 0..4),
    ] {
        assert_eq!(found(&filter, &[text]).0, [span], "{text}");
    }
    for text in ["janedoe", "jane x doe", "jane", "doe jane", "solos", "J. R."] {
        assert!(found(&filter, &[text]).0.is_empty(), "{text}");
    }
}

#[test]
fn as_many_words_wait_as_an_entry_may_have() {
    let filter = listing(&["one two three"]);
    let (spans, clear) = found(&filter, &["a ", "bc ", "d", " e ", "one two", " thr", "ee", "."]);
    assert_eq!(clear, [0, 0, 0, 5, 7, 9, 9, 13]);
    assert_eq!(spans, std::slice::from_ref(&(9..22)));
    let long = "x".repeat(300);
    assert_eq!(found(&filter, &["a ", &long, " b"]).1, [0, 302, 303]);
}

#[test]
fn a_short_hash_of_first_words_spares_the_others() {
    let entry = format!("{} {:08x}", hash("jane doe"), prehash(SALT, "jane"));
    let filter = build(&json!({ "hashes": header(&["prehash: fnv1a32".into(), entry]) })).unwrap();
    let (spans, clear) = found(&filter, &["one two ", "jane ", "x y ", "Jane Doe"]);
    assert_eq!(spans, std::slice::from_ref(&(17..25)));
    assert_eq!(clear, [8, 8, 17, 17]);
}

#[test]
fn a_list_says_how_old_it_is() {
    let hashes = header(&[hash("a")]);
    let filter = build(&json!({ "hashes": hashes, "max_age_days": 30 })).unwrap();
    let dated = filter.dated().unwrap();
    assert_eq!(dated.at_seconds, 1_793_491_200);
    let day = 24 * 60 * 60;
    assert_eq!(dated.stale_days(dated.at_seconds + 30 * day), None);
    assert_eq!(dated.stale_days(dated.at_seconds + 31 * day), Some(31));
}

#[test]
fn problems_name_the_line() {
    let problem = |hashes: &[String]| build(&json!({ "hashes": hashes })).unwrap_err();
    let with = |line: &str| header(&[line.to_owned()]);
    for (hashes, said) in [
        (header(&[]), "it.hashes: must have 1 to 1000000 hashes"),
        (with("abc"), "it.hashes[4]: must be 64 digits"),
        (with("colour: red"), "it.hashes[4]: the header has algorithm"),
        (with("salt: 2"), "it.hashes[4]: salt is said twice"),
        (with(&format!("{} 00", hash("a"))), "it.hashes[4]: has more than a hash"),
        (header(&["prehash: fnv1a32".into(), hash("a")]), "it.hashes[5]: must have the `prehash`"),
        (vec![hash("a")], "it.hashes: the header does not say `algorithm`"),
        (vec!["words_max: 7".into()], "it.hashes[0]: words_max must be 1 to 6"),
        (vec!["produced_at: today".into()], "it.hashes[0]: produced_at must be a day"),
        (vec!["algorithm: md5".into()], "it.hashes: the algorithm must be sha256"),
    ] {
        let problem = problem(&hashes);
        assert!(problem.contains(said), "{problem}");
    }
}
