//! Which characters join: where NFKC of a text can be cut without changing it.

use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::char::{
    canonical_combining_class, compose, decompose_canonical, decompose_compatible,
};
use unicode_normalization::{IsNormalized, is_nfc_quick};

/// The first character of what `c` is made of.
pub(super) fn first_of(c: char) -> char {
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    first.unwrap_or(c)
}

/// Whether nothing before `c` can join it.
pub(super) fn begins(c: char) -> bool {
    if c.is_ascii() || is_ideograph(c) {
        return true;
    }
    let first = first_of(c);
    canonical_combining_class(first) == 0
        && is_nfc_quick(std::iter::once(first)) != IsNormalized::Maybe
}

/// Whether something behind `c` can join it.
pub(super) fn may_change(c: char) -> bool {
    if is_ideograph(c) {
        return false;
    }
    let mut last = c;
    decompose_compatible(c, |part| last = part);
    joins(c) || joins(last)
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3fffd}')
}

fn joins(c: char) -> bool {
    match u32::from(c) {
        0x1100..=0x1112 => true,
        syllable @ 0xac00..=0xd7a3 => (syllable - 0xac00).is_multiple_of(28),
        _ => JOINING.contains(&c),
    }
}

/// Every character, Hangul apart, that is the first of a pair NFC makes one of.
static JOINING: LazyLock<HashSet<char>> = LazyLock::new(|| {
    // Beyond lie ideographs, Hangul, private use and symbols, of which none joins.
    let planes = (0xc0..0x3400_u32).chain(0xf900..0x2_0000);
    planes.filter_map(char::from_u32).filter_map(first_of_pair).collect()
});

fn first_of_pair(c: char) -> Option<char> {
    let mut parts = Vec::new();
    decompose_canonical(c, |part| parts.push(part));
    let last = parts.pop()?;
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let first = parts.try_fold(first, compose)?;
    (compose(first, last) == Some(c)).then_some(first)
}
