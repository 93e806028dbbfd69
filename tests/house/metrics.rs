//! Every metric is documented: its name stands in the source once, and in the book once.

use crate::source::{root, sources};
use std::collections::BTreeSet;
use std::fs;

/// Where metrics are named.
const NAMED: &str = "gateway/src/metrics";
/// Where they are explained.
const EXPLAINED: &str = "deploy/book/src/metrics.md";

#[test]
fn every_metric_is_in_the_book() {
    let book = fs::read_to_string(root().join(EXPLAINED)).unwrap_or_default();
    let missing: Vec<_> =
        names().into_iter().filter(|name| !book.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{EXPLAINED} does not explain {missing:?}");
}

/// Every name that a family of the module is given: `field: Kind = "name"`.
fn names() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources(NAMED) {
        let bare = source.bare();
        let given = bare.split("= \"").skip(1).filter_map(|rest| rest.split('"').next());
        found.extend(given.filter(|text| metric(text)).map(str::to_owned));
    }
    assert!(!found.is_empty(), "{NAMED} names no metric");
    found
}

fn metric(text: &str) -> bool {
    let prefixed = text.starts_with("sluice_") || text.starts_with("gen_ai_");
    prefixed && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
