//! Whatever is in a file: a compiled whole or problems, never a panic, never a silent default.

use crate::world::{FINE, compile};
use proptest::prelude::*;
use std::path::Path;

const PIECES: &[&str] = &[
    "0",
    "-1",
    "1e400",
    "99999999999999999999",
    "~",
    "null",
    "true",
    "[]",
    "{}",
    "[[",
    "}}",
    "&a",
    "*a",
    "!x",
    "---",
    "...",
    "\t",
    "\u{0}",
    "\u{feff}",
    "\u{2028}",
    "'",
    "\"",
    "|",
    ">",
    "- ",
    "? ",
    ": ",
    "#",
    "\\",
    "%",
    "@",
    "<<: ",
    "\r",
    "é",
    "\u{202e}",
    "[0",
    ".",
    "/",
    "\"\\ud800\"",
];

proptest! {
    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        prop_assert!(compile(&text).is_err());
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(compile(&String::from_utf8_lossy(&bytes)).is_err());
    }

    #[test]
    fn a_changed_file_is_survived(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..8, 0..PIECES.len()), 1..6),
    ) {
        let mut text: Vec<char> = FINE.chars().collect();
        for (at, cut, piece) in changes {
            let at = at.index(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, PIECES.get(piece).into_iter().flat_map(|piece| piece.chars()));
        }
        let text: String = text.into_iter().collect();
        if let Err(problems) = compile(&text) {
            prop_assert!(!problems.is_empty());
            // A carriage return of its own ends a line in YAML.
            let lines = text.matches(['\n', '\r']).count() + 1;
            for problem in problems.iter() {
                prop_assert!((1..=lines).contains(&problem.line), "{problems}");
                prop_assert!(problem.column >= 1, "{problems}");
            }
        }
    }

    #[test]
    fn any_path_is_located(path in "[a-z.\\[\\]0-9-]{0,40}") {
        let config = compile(FINE).unwrap();
        let (line, column) = config.positions.locate(&path);
        prop_assert!(line >= 1 && column >= 1);
        prop_assert_eq!(config.positions.file(), Path::new("etc/sluice.yaml"));
    }
}
