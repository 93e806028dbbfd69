//! The decision tables of the repository hold, and the runner says so when one does not.

use sluice_config::table;
use std::path::Path;

#[test]
fn the_tables_of_the_repository_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/policy");
    let outcome = table::run(&folder).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(outcome.failures.is_empty(), "{outcome}");
    assert!(outcome.rows >= 150, "{outcome}");
    let without: Vec<_> = table::answers().filter(|it| !outcome.answers.contains(it)).collect();
    assert!(without.is_empty(), "no row expects {without:?}: write one in tests/policy");
}

fn run(rows: &str) -> Result<table::Outcome, sluice_config::Problems> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sluice.yaml"), crate::world::FINE).unwrap();
    let path = folder.path().join("table");
    std::fs::write(&path, format!("config: sluice.yaml\nrows:\n{rows}")).unwrap();
    table::run(&path)
}

#[test]
fn a_row_that_does_not_hold_is_shown_with_its_reasons() {
    let outcome = run("  - { tier: public, model: open, answer: ok }\n\
        \x20 - { tier: public, model: open, ask: { n: 2 }, answer: ok }\n")
    .unwrap();
    let shown = outcome.to_string();
    assert!(shown.contains("table:4: wanted ok, found cap\n"), "{shown}");
    assert!(shown.contains("no  caps      `n` may be 1 at most"), "{shown}");
    assert!(shown.ends_with("2 rows, 1 failed"), "{shown}");
}

#[test]
fn a_row_may_say_which_filters_the_answer_passes() {
    let row =
        |filter| format!("  - {{ tier: public, model: open, answer: ok, filter: {filter} }}\n");
    assert!(run(&row("strict")).unwrap().failures.is_empty());
    let shown = run(&row("none")).unwrap().to_string();
    assert!(shown.contains("wanted ok through none, found ok through strict"), "{shown}");
}

#[test]
fn a_row_that_is_wrong_itself_is_a_problem() {
    for (row, expected) in [
        ("  - { tier: publik, model: open, answer: ok }\n", "3:13: rows[0].tier: the file has no"),
        ("  - { tier: public, model: open, answer: no }\n", "3:42: rows[0].answer: unknown word"),
        ("  - { tier: public, model: open, answer: ok, n: 1 }\n", "rows[0].n: unknown field"),
        ("  []\n", "there must be at least one"),
    ] {
        let shown = run(row).map(|_| ()).unwrap_err().to_string();
        assert!(shown.contains(expected), "{shown}");
    }
    let outcome = run("  - { tier: x, unknown_tier: true, model: open, answer: unknown_model }\n");
    assert!(outcome.unwrap().failures.is_empty());
}
