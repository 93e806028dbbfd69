//! How long text waits for filters, counted in tokens, on a text that one knows.

use super::chain::Chain;
use super::lane::{Flow, Script};
use super::rule::Place;
use crate::report::Report;
use sluice_config::words::Strategy;
use std::collections::BTreeMap;
use std::ops::Range;

/// Cuts a text into what may be its tokens: a word with the white space before it, or a piece of
/// one, of so many bytes at most. A character is never cut.
pub fn tokens(text: &str, bytes_max: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut in_word = false;
        let end = rest.char_indices().find(|(at, c)| {
            let begins = in_word && c.is_whitespace();
            in_word |= !c.is_whitespace();
            *at > 0 && (begins || at + c.len_utf8() > bytes_max)
        });
        let (token, later) = rest.split_at_checked(end.map_or(rest.len(), |(at, _)| at))?;
        rest = later;
        (!token.is_empty()).then_some(token)
    })
}

/// How long the bytes that are shown have waited.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Delay {
    /// Bytes by how many tokens each waited for beyond its own.
    waited: BTreeMap<usize, u64>,
    /// The most bytes that one filter held back at once of a text, or that waited for its end.
    pub held_bytes: usize,
}

impl Delay {
    /// The bytes that are shown.
    pub fn bytes(&self) -> u64 {
        self.waited.values().sum()
    }

    /// The most tokens that one of them waited for.
    pub fn max(&self) -> usize {
        self.waited.last_key_value().map_or(0, |(tokens, _)| *tokens)
    }

    /// The tokens that all but so many of a hundred bytes waited for at most.
    pub fn all_but(&self, percent: u64) -> usize {
        let left = self.bytes() * percent / 100;
        let mut longer = 0;
        for (tokens, bytes) in self.waited.iter().rev() {
            longer += bytes;
            if longer > left {
                return *tokens;
            }
        }
        0
    }

    /// Adds that of another text.
    pub fn join(&mut self, other: &Self) {
        for (tokens, bytes) in &other.waited {
            *self.waited.entry(*tokens).or_default() += bytes;
        }
        self.held_bytes = self.held_bytes.max(other.held_bytes);
    }
}

impl Chain {
    /// How long a text would wait there that comes token by token. What is shown last is shown
    /// with the event behind the last token. A mask counts from the first byte it stands for.
    pub fn delay(&self, text: &str, place: Place, strategy: Strategy, token_bytes: usize) -> Delay {
        let mut lane = self.lane(Script::Prose, place, usize::MAX, strategy);
        let (mut report, mut times) = (Report::default(), Times::default());
        let mut shown = String::new();
        let mut held = (strategy == Strategy::FullBuffer).then_some(0);
        let mut stopped = false;
        for token in tokens(text, token_bytes) {
            let flow = lane.feed(token, &mut shown, &mut report);
            times.came.push(times.came.last().unwrap_or(&0) + token.len());
            times.shown.push(shown.len());
            if let Flow::Hold(from) = flow {
                held.get_or_insert(from);
            }
            stopped = flow == Flow::Stop;
            if stopped {
                break;
            }
        }
        if !stopped {
            stopped = lane.end(&mut shown, &mut report) == Flow::Stop;
        }
        let queued = held.map_or(0, |from| shown.len() - from);
        times.held = held.unwrap_or(usize::MAX);
        if stopped {
            shown.truncate(times.held);
        }
        let mut delay = Delay { held_bytes: report.held_bytes.max(queued), ..Delay::default() };
        self.trace(text, place, &shown, |at, byte| {
            *delay.waited.entry(times.wait(at, byte)).or_default() += 1;
        });
        delay
    }

    /// Calls `note` with the place of each byte that is shown, and of that in the text for which
    /// it stands.
    fn trace(&self, text: &str, place: Place, shown: &str, mut note: impl FnMut(usize, usize)) {
        let mut masked = self.masked(text, place).into_iter().peekable();
        let (mut at, mut from) = (0, 0);
        while let Some(rest) = shown.get(at..).filter(|rest| !rest.is_empty()) {
            while masked.next_if(|(span, _)| span.end <= from).is_some() {}
            let inside = masked.peek().filter(|(span, _)| span.contains(&from));
            let mask = inside.and_then(|(span, masks)| {
                Some((span, masks.iter().find(|mask| rest.starts_with(**mask))?))
            });
            let (bytes, next) = match mask {
                Some((span, mask)) => (mask.len(), span.end),
                None => (1, from + 1),
            };
            (at..at + bytes).for_each(|at| note(at, from.min(text.len())));
            (at, from) = (at + bytes, next);
            while !shown.is_char_boundary(at) {
                note(at, from.min(text.len()));
                (at, from) = (at + 1, from + 1);
            }
        }
    }

    /// What of a text may have a mask for it, and which.
    fn masked(&self, text: &str, place: Place) -> Vec<(Range<usize>, Vec<&str>)> {
        let mut blocks: Vec<(Range<usize>, Vec<&str>)> = Vec::new();
        for span in self.spans(text, place) {
            let members = self.members.get(span.place).into_iter();
            let masks = members.filter(|member| member.rule.redacts());
            let masks: Vec<_> = masks.flat_map(|member| member.filter.masks()).collect();
            match blocks.last_mut() {
                _ if masks.is_empty() => {}
                Some((last, more)) if span.bytes.start < last.end => {
                    last.end = last.end.max(span.bytes.end);
                    more.extend(masks);
                }
                _ => blocks.push((span.bytes, masks)),
            }
        }
        blocks
    }
}

/// When bytes came and were shown: by token, how many had by then.
#[derive(Debug, Default)]
struct Times {
    came: Vec<usize>,
    shown: Vec<usize>,
    /// What is shown from here on waits for the end.
    held: usize,
}

impl Times {
    /// For how many tokens a byte waited that was shown at `at` and is the one at `byte` of the text.
    fn wait(&self, at: usize, byte: usize) -> usize {
        let came = self.came.partition_point(|end| *end <= byte);
        let shown = if at < self.held {
            self.shown.partition_point(|end| *end <= at)
        } else {
            self.came.len()
        };
        shown.saturating_sub(came)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::chain;
    use super::*;
    use proptest::prelude::{ProptestConfig, prop, prop_assert_eq, proptest};
    use serde_json::json;

    #[test]
    fn a_token_is_a_piece_of_a_word_and_the_space_before_it() {
        let cut = |text| tokens(text, 4).collect::<Vec<_>>();
        assert_eq!(cut("the  quick fox"), ["the", "  qu", "ick", " fox"]);
        assert_eq!(cut("ééé \n\n\n\n x"), ["éé", "é", " \n\n\n", "\n x"]);
        assert_eq!(cut("😀😀"), ["😀", "😀"]);
        assert_eq!(tokens("é", 1).collect::<Vec<_>>(), ["é"]);
        assert_eq!(cut(""), [""; 0]);
    }

    fn stops_at_bomb() -> std::sync::Arc<Chain> {
        chain(&[json!({ "kind": "patterns", "literals": ["bomb", "bob"] })]).unwrap()
    }

    #[test]
    fn what_may_become_a_match_waits_for_the_token_that_clears_it() {
        let chain = stops_at_bomb();
        let waits = |text, strategy| {
            let delay = chain.delay(text, Place::Answer, strategy, 1);
            (delay.waited.into_iter().collect::<Vec<_>>(), delay.held_bytes)
        };
        // `b` waits for `o` and `a`, `o` for `a`.
        assert_eq!(waits("aboa", Strategy::Window), (vec![(0, 2), (1, 1), (2, 1)], 2));
        assert_eq!(waits("aboa", Strategy::DetectOnly), (vec![(0, 4)], 0));
        assert_eq!(waits("aboa", Strategy::TokenDebounce), (vec![(0, 4)], 0));
        assert_eq!(waits("aboa", Strategy::FullBuffer), (vec![(1, 1), (2, 1), (3, 1), (4, 1)], 4));
        // The end shows what waits; a stop shows nothing more, and nothing of what is buffered.
        assert_eq!(waits("abo", Strategy::Window), (vec![(0, 1), (1, 1), (2, 1)], 2));
        assert_eq!(waits("abob", Strategy::Window), (vec![(0, 1)], 2));
        assert_eq!(waits("abob", Strategy::FullBuffer), (vec![], 2));
        assert_eq!(waits("abob", Strategy::TokenDebounce), (vec![(0, 3)], 0));
    }

    #[test]
    fn a_mask_counts_from_the_first_byte_it_stands_for() {
        let mask =
            json!({ "kind": "patterns", "literals": ["bob"], "action": "redact", "mask": "*" });
        let delay = chain(&[mask]).unwrap().delay("abobcd", Place::Answer, Strategy::Window, 1);
        assert_eq!(delay.waited.into_iter().collect::<Vec<_>>(), [(0, 3), (2, 1)]);
    }

    #[test]
    fn what_waits_for_the_end_is_told() {
        let hold = json!({ "kind": "patterns", "literals": ["bo"], "action": "hold" });
        let delay = chain(&[hold]).unwrap().delay("abocd", Place::Answer, Strategy::Window, 1);
        assert_eq!(delay.held_bytes, 4);
        assert_eq!(
            delay.waited.into_iter().collect::<Vec<_>>(),
            [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)]
        );
    }

    #[test]
    fn quantiles_are_of_bytes() {
        let mut delay = Delay { waited: [(0, 97), (5, 2)].into(), held_bytes: 3 };
        delay.join(&Delay { waited: [(9, 1)].into(), held_bytes: 2 });
        assert_eq!((delay.bytes(), delay.max(), delay.held_bytes), (100, 9, 3));
        assert_eq!((delay.all_but(50), delay.all_but(1), delay.all_but(0)), (0, 5, 9));
        assert_eq!(Delay::default().all_but(50), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn a_byte_that_is_shown_is_one_that_came(
            words in prop::collection::vec(
                prop::sample::select(&["bo", "mb", "ob", " ", "ada@example.com", "é", "[email]"][..]), 0..20,
            ),
            token_bytes in 1..9_usize,
        ) {
            let masks = json!({ "kind": "redact", "classes": ["email"] });
            let words_of = json!({ "kind": "patterns", "literals": ["bomb", "bob", "[email]b"], "action": "redact" });
            let (chain, text) = (chain(&[masks, words_of]).unwrap(), words.concat());
            for strategy in Strategy::ALL {
                let shown = chain.once(&text, Place::Answer, strategy, &mut Report::default()).0;
                if strategy == Strategy::TokenDebounce { continue; }
                let mut right = 0;
                chain.trace(&text, Place::Answer, &shown, |at, byte| {
                    let copied = shown.as_bytes().get(at) == text.as_bytes().get(byte);
                    let mask = ["[email]", "[removed]"].iter().any(|it| {
                        (at.saturating_sub(it.len() - 1)..=at).any(|from| {
                            shown.get(from..).is_some_and(|rest| rest.starts_with(it))
                        })
                    });
                    right += usize::from(copied || mask);
                });
                prop_assert_eq!(right, shown.len(), "{:?}", strategy);
                prop_assert_eq!(
                    chain.delay(&text, Place::Answer, strategy, token_bytes).bytes(),
                    shown.len() as u64,
                );
            }
        }
    }
}
