//! What is looked for and in what: the shipped phrases, and the shipped text, which has none of them.

use serde_json::json;

/// 2,000 phrases, a line each. The comment at its top tells the rule they were made by.
pub const PATTERNS: &str = include_str!("../../patterns.txt");

/// Ordinary prose: the first chapters of "Alice's Adventures in Wonderland", 1865, a paragraph a line.
pub const BENIGN: &str = include_str!("../../benign.txt");

/// The phrases of [`PATTERNS`].
pub fn patterns() -> impl Iterator<Item = &'static str> {
    PATTERNS.lines().filter(|line| !line.starts_with('#'))
}

/// All of it as `sluice filter test` reads it: each phrase is to be found, and nothing in the text.
pub fn known() -> String {
    let found = patterns().map(|text| json!({ "text": text, "labels": ["listed"] }));
    let passed = BENIGN.lines().map(|text| json!({ "text": text, "labels": [] }));
    found.chain(passed).flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::mock::said::{Pieces, Said};
    use crate::mock::script::TOKENS_MAX;

    /// As a filter compares it: without case, one space for white space.
    fn plain(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    }

    #[test]
    fn there_are_two_thousand_phrases_of_two_to_four_words() {
        let phrases: HashSet<String> = patterns().map(plain).collect();
        assert_eq!((patterns().count(), phrases.len()), (2_000, 2_000));
        assert!(phrases.iter().all(|phrase| (2..=4).contains(&phrase.split(' ').count())));
    }

    #[test]
    fn the_text_has_their_beginnings_and_none_of_them() {
        let text = plain(BENIGN);
        assert!((45_000..60_000).contains(&text.len()));
        assert_eq!(patterns().find(|phrase| text.contains(&plain(phrase))), None);
        let begins =
            |phrase: &str| plain(phrase).get(..3).is_some_and(|three| text.contains(three));
        assert_eq!(patterns().find(|phrase| !begins(phrase)), None);
    }

    #[test]
    fn every_tenth_word_at_least_must_wait() {
        let mut beginnings = HashSet::new();
        for phrase in patterns().map(plain) {
            beginnings
                .extend((1..phrase.len()).filter_map(|to| phrase.get(..to).map(str::to_owned)));
        }
        let text = plain(BENIGN);
        let words = text.split(' ');
        let waits = words.clone().filter(|word| beginnings.contains(*word)).count();
        assert!(waits * 10 > words.count(), "{waits}");
    }

    #[test]
    fn all_of_the_text_is_said() {
        for pieces in [Pieces::Words, Pieces::Bytes] {
            assert!((8_000..TOKENS_MAX).contains(&Said::cut(BENIGN, pieces).unwrap().turn()));
        }
    }
}
