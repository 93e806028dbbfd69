//! The first command of the README, and what it shows.

use sluice_tests::run;
use tempfile::TempDir;

#[test]
fn the_demo_shows_an_answer_a_stream_a_404_a_429_and_a_filtered_stream() {
    let folder = TempDir::new().expect("a folder");
    let ran = run(folder.path(), &["demo", "--run"]);
    let out = ran.is_fine();
    let mut rest = out;
    for shown in ["200", "200", "404", "429", "content_filter"] {
        let at = rest.find(shown).unwrap_or_else(|| panic!("no {shown} in its place:\n{out}"));
        rest = rest.get(at + shown.len()..).unwrap_or_default();
    }
    for shown in ["model_not_found", "rate_limit_exceeded", "curl", "/metrics", "tier"] {
        assert!(out.contains(shown), "no {shown}:\n{out}");
    }
}
