//! Sizes and headings: files stay small by choice, and say what they are for.

use crate::source::{CRATES, Source, sources};
use std::collections::BTreeMap;

/// Lines of one file, without the tests at its bottom or beside it in a `tests.rs`.
const LINES_MAX: usize = 300;
/// Half of all files are at most this long.
const MEDIAN_MAX: usize = 120;
/// Nine of ten files are at most this long.
const P90_MAX: usize = 250;

/// Every Rust file of the checkout, once.
fn all() -> BTreeMap<String, Source> {
    let folders = CRATES.iter().map(|(_, folder)| folder);
    folders.flat_map(|folder| sources(folder)).map(|source| (source.at(), source)).collect()
}

#[test]
fn every_file_says_what_it_is_for() {
    for (at, source) in all() {
        assert!(source.text.starts_with("//! "), "{at}: open with `//!` and what it is for");
    }
}

#[test]
fn files_are_short() {
    let code = all().into_iter().filter(|(at, _)| !at.ends_with("/tests.rs"));
    let mut lengths: Vec<(usize, String)> =
        code.map(|(at, source)| (source.code().lines().count(), at)).collect();
    lengths.sort();
    let longest: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > LINES_MAX).collect();
    assert!(longest.is_empty(), "longer than {LINES_MAX} lines: {longest:?}");
    let at = |part: usize| lengths.get(lengths.len() * part / 100).unwrap().0;
    assert!(at(50) <= MEDIAN_MAX, "the median file has {} lines", at(50));
    assert!(at(90) <= P90_MAX, "one file in ten has more than {} lines", at(90));
}

#[test]
fn no_lint_is_allowed_away() {
    let allow = concat!("[all", "ow(");
    for (at, source) in all() {
        assert!(!source.text.contains(allow), "{at}: use expect with a reason");
    }
}

#[test]
fn nothing_is_left_to_be_done() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];
    for (at, source) in all() {
        for mark in marks {
            assert!(!source.text.contains(mark), "{at}: {mark} belongs in an issue");
        }
    }
}
