//! What filters match in a text that one knows, by where it stands in it.
//!
//! Each filter reads what the one before it let through, so where it finds something is a place in
//! a text with masks in it. A [`Draft`] knows what of the first text each byte stands for.

use super::chain::{Chain, Member};
use super::findings::{Findings, Mask};
use super::lane::Script;
use super::rule::{Manner, Place};
use crate::report::Action;
use std::ops::Range;
use std::sync::Arc;

/// Something that a filter matched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Span {
    /// Where it stands in the text, in bytes. Of what was masked before, all that is masked.
    pub bytes: Range<usize>,
    /// The place of the filter in its profile.
    pub place: usize,
    /// The kind of filter.
    pub filter: &'static str,
    /// What it is, a word of the profile.
    pub category: Arc<str>,
    /// What is done about it, or would have been.
    pub action: Action,
    /// Whether the filter only tried.
    pub shadow: bool,
    /// What is shown in its place, which is nothing where the text ends before it; `None` if it is
    /// shown as it is.
    pub shown: Option<Arc<str>>,
}

impl Chain {
    /// What its filters match in a text there, by where it begins. What stands behind the end that
    /// a filter makes is not in it.
    pub fn spans(&self, text: &str, place: Place) -> Vec<Span> {
        self.walk(text, place).1
    }

    /// What is left of a text, and what was matched in it.
    fn walk(&self, text: &str, place: Place) -> (Draft, Vec<Span>) {
        let strategy = self.strategy().whole();
        let (mut draft, mut spans) = (Draft::new(text), Vec::new());
        for (at, member) in self.members.iter().enumerate() {
            if !member.rule.places.contains(&place) {
                continue;
            }
            let acts = member.rule.manner(strategy) != Manner::Watches;
            let mut found = member.find(&draft.text);
            if acts && member.rule.action.ends() {
                found.truncate(1);
            }
            spans.extend(found.iter().map(|(span, mask)| Span {
                bytes: draft.origin(span),
                place: at,
                filter: member.kind,
                category: Arc::clone(&mask.category),
                action: member.rule.action,
                shadow: member.rule.shadow,
                shown: if acts { instead(member.rule.action, mask) } else { None },
            }));
            match found.first() {
                Some((first, _)) if acts && member.rule.action.ends() => draft.end_at(first.start),
                Some(_) if acts && member.rule.redacts() => draft.mask(&found),
                _ => {}
            }
        }
        spans.retain(|span| span.bytes.start <= draft.end);
        spans.sort_by_key(|span| (span.bytes.start, span.place));
        (draft, spans)
    }
}

/// What is shown in the place of something that is acted on.
fn instead(action: Action, mask: &Mask) -> Option<Arc<str>> {
    match action {
        Action::Redact => Some(Arc::clone(&mask.text)),
        Action::Block | Action::Fallback => Some(Arc::from("")),
        Action::Score | Action::Annotate | Action::Hold => None,
    }
}

impl Member {
    /// What the filter finds in a text. What overlaps is one, and is what the first is.
    fn find(&self, text: &str) -> Vec<(Range<usize>, Mask)> {
        let (mut judge, mut findings) = (self.filter.judge(Script::Prose), Findings::default());
        judge.feed(text, &mut findings);
        judge.end(&mut findings);
        let mut all: Vec<(Range<usize>, Mask)> = Vec::new();
        while let Some(found) = findings.take() {
            let span = found.span;
            let last = all.last_mut().filter(|(last, _)| span.start <= last.end);
            match (last, found.mask) {
                (Some((last, _)), mask) if mask.is_none() || span.start < last.end => {
                    last.end = last.end.max(span.end);
                }
                (_, Some(mask)) => all.push((span, mask)),
                (_, None) => {}
            }
        }
        all
    }
}

/// A text as filters left it.
#[derive(Debug)]
struct Draft {
    text: String,
    /// What its bytes stand for, in order and without a gap.
    pieces: Vec<Piece>,
    /// Up to where the first text is read.
    end: usize,
}

/// Bytes of a draft from `start` on, up to the next piece.
#[derive(Debug)]
struct Piece {
    start: usize,
    /// What of the first text they stand for.
    origin: Range<usize>,
    /// Whether they are a mask for it, not a copy.
    mask: bool,
}

impl Draft {
    fn new(text: &str) -> Self {
        let whole = Piece { start: 0, origin: 0..text.len(), mask: false };
        Self { text: text.to_owned(), pieces: vec![whole], end: text.len() }
    }

    /// What of the first text a span of this one stands for.
    fn origin(&self, span: &Range<usize>) -> Range<usize> {
        let (first, last) = (self.piece(span.start), self.piece(span.end.saturating_sub(1)));
        let start = first.map_or(0, |piece| {
            piece.origin.start + if piece.mask { 0 } else { span.start - piece.start }
        });
        let end = last.map_or(start, |piece| {
            if piece.mask { piece.origin.end } else { piece.origin.start + span.end - piece.start }
        });
        start..end
    }

    fn piece(&self, at: usize) -> Option<&Piece> {
        let next = self.pieces.partition_point(|piece| piece.start <= at);
        self.pieces.get(next.checked_sub(1)?)
    }

    /// Nothing is read from here on.
    fn end_at(&mut self, at: usize) {
        self.end = self.origin(&(at..at)).start;
        self.text.truncate(at);
        self.pieces.retain(|piece| piece.start < at);
    }

    /// Puts masks in.
    fn mask(&mut self, found: &[(Range<usize>, Mask)]) {
        let mut next = Self { text: String::new(), pieces: Vec::new(), end: self.end };
        let mut at = 0;
        for (span, mask) in found {
            self.copy(at..span.start, &mut next);
            let start = next.text.len();
            next.pieces.push(Piece { start, origin: self.origin(span), mask: true });
            next.text.push_str(&mask.text);
            at = span.end;
        }
        self.copy(at..self.text.len(), &mut next);
        *self = next;
    }

    /// Copies a span to the end of another.
    fn copy(&self, span: Range<usize>, to: &mut Self) {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.start).chain([self.text.len()]);
        for (piece, end) in self.pieces.iter().zip(ends) {
            let part = piece.start.max(span.start)..end.min(span.end);
            if part.is_empty() {
                continue;
            }
            let origin = if piece.mask { piece.origin.clone() } else { self.origin(&part) };
            to.pieces.push(Piece { start: to.text.len(), origin, mask: piece.mask });
            to.text.push_str(self.text.get(part).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::tests::chain;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn told(filters: &[Value], text: &str) -> Vec<String> {
        let told = |span: Span| {
            let Span { bytes, category, shown, .. } = span;
            format!(
                "{} {category} {shown:?} {}",
                text.get(bytes.clone()).unwrap_or("?"),
                bytes.start
            )
        };
        chain(filters).unwrap().spans(text, Place::Answer).into_iter().map(told).collect()
    }

    #[test]
    fn a_later_filter_finds_its_place_in_the_first_text() {
        let filters = [
            json!({ "kind": "redact", "classes": ["email"] }),
            json!({ "kind": "patterns", "literals": ["dark recipe", "[email] now"], "category": "word",
                "action": "redact" }),
            json!({ "kind": "patterns", "literals": ["end"], "category": "last" }),
            json!({ "kind": "patterns", "literals": ["never"], "category": "read" }),
        ];
        let text = "to ada@example.com and dark recipe: é bob@example.com now, the end, never";
        assert_eq!(
            told(&filters, text),
            [
                "ada@example.com email Some(\"[email]\") 3",
                "dark recipe word Some(\"[removed]\") 23",
                "bob@example.com email Some(\"[email]\") 39",
                "bob@example.com now word Some(\"[removed]\") 39",
                "end last Some(\"\") 64",
            ]
        );
    }

    #[test]
    fn what_is_only_counted_is_shown_as_it_is() {
        let filters = [
            json!({ "kind": "redact", "classes": ["email"], "shadow": true }),
            json!({ "kind": "patterns", "literals": ["ada"], "action": "score" }),
        ];
        assert_eq!(
            told(&filters, "ada@example.com"),
            ["ada@example.com email None 0", "ada listed None 0"]
        );
    }

    fn profiles() -> [Vec<Value>; 2] {
        let masks = |literals: &[&str], mask: &str| json!({ "kind": "patterns", "literals": literals, "action": "redact", "mask": mask });
        [
            vec![
                json!({ "kind": "redact", "classes": ["email", "secrets", "phone"] }),
                masks(&["bomb", "mbo", "[email]m"], "<x>"),
            ],
            vec![
                masks(&["bo", "bomb", "mbo m"], "*"),
                masks(&["*@", "*m"], "+"),
                json!({ "kind": "patterns",
                    "regexes": ["[+]{3}", { "start": "ada", "then": "[a-z]" }] }),
            ],
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn what_is_left_is_what_is_shown(
            words in prop::collection::vec(
                prop::sample::select(&["bo", "mb", "o m", " ", "ada@example.com", "é", "@", "+49 30 1234567 "][..]),
                0..30,
            ),
            nth in 0..2_usize,
        ) {
            let (text, chain) = (words.concat(), chain(&profiles()[nth]).unwrap());
            let (draft, spans) = chain.walk(&text, Place::Answer);
            let tried = chain.try_on(&text, Place::Answer);
            prop_assert_eq!(&draft.text, &tried.shown);
            for span in &spans {
                prop_assert!(text.get(span.bytes.clone()).is_some_and(|it| !it.is_empty()));
            }
            prop_assert_eq!(spans.is_empty(), tried.verdicts.is_empty());
        }
    }
}
