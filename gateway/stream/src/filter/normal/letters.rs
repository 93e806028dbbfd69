//! Letters and signs that are one character of the normal text whatever stands beside them.

use super::{View, compose, fold, sight};
use std::sync::LazyLock;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// What one of them is in each view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub(super) exact: char,
    pub(super) loose: char,
    /// Whether marks behind it are dropped.
    pub(super) bare: bool,
}

/// Latin, Greek and Cyrillic letters, and the punctuation of prose.
const TABLE: u32 = 0x2070;

static LETTERS: LazyLock<Vec<Option<Letter>>> =
    LazyLock::new(|| (0..TABLE).map(|code| char::from_u32(code).and_then(letter)).collect());

/// What `c` is, if it is one of them.
pub(super) fn find(c: char) -> Option<Letter> {
    match c {
        // Ideographs that are made of nothing else.
        '\u{4e00}'..='\u{9fff}' => Some(Letter { exact: c, loose: c, bare: false }),
        _ => LETTERS.get(usize::try_from(u32::from(c)).ok()?).copied()?,
    }
}

fn letter(c: char) -> Option<Letter> {
    let fixed = !c.is_ascii() && compose::begins(c) && !sight::is_unseen(c);
    if !fixed || is_combining_mark(c) || !sight::wears_marks_lightly(compose::first_of(c)) {
        return None;
    }
    let one = |view| {
        let mut given = Vec::new();
        decompose_compatible(c, |part| match view {
            _ if is_combining_mark(part) => {}
            View::Loose if !part.is_ascii() => fold::fold(part, |it| given.push(it)),
            View::Loose => given.push(part.to_ascii_lowercase()),
            View::Exact => given.push(part),
        });
        match *given {
            [one] if !one.is_whitespace() => Some(one),
            _ => None,
        }
    };
    Some(Letter { exact: one(View::Exact)?, loose: one(View::Loose)?, bare: true })
}
