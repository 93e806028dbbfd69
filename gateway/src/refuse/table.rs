//! The table of codes as documentation: `sluice codes` prints it, a test holds it to the book.

use super::shape::{kind, status};
use super::{RefusalCode, Retry};
use sluice_config::words::Dialect;
use std::fmt::Write;

/// A Markdown table of every code a caller can be told.
pub fn table() -> String {
    let mut text = String::from(
        "| code | status | type | Anthropic's | try again | meaning |\n|---|---|---|---|---|---|\n",
    );
    for code in RefusalCode::ALL {
        let retry = match code.retry() {
            Retry::Never => "no (`x-should-retry: false`)",
            Retry::Later => "later",
        };
        let (word, own, openai) = (code.as_str(), code.status().as_u16(), code.kind());
        let (other, theirs) = (status(*code, Dialect::Anthropic).as_u16(), kind(*code));
        let anthropic =
            if other == own { format!("`{theirs}`") } else { format!("{other} `{theirs}`") };
        let meaning = code.meaning().trim();
        let row =
            writeln!(text, "| `{word}` | {own} | `{openai}` | {anthropic} | {retry} | {meaning} |");
        debug_assert!(row.is_ok(), "a string takes any line");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_its_own_word_and_a_meaning() {
        let words: HashSet<_> = RefusalCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), RefusalCode::ALL.len());
        assert_eq!(table().lines().count(), RefusalCode::ALL.len() + 2);
    }
}
