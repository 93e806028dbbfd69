//! What was found in one text, or missed.

use super::texts::Text;
use serde::Serialize;
use sluice_stream::VerdictCount;
use sluice_stream::filter::{Span, Tried};
use std::fmt::Write as _;
use std::sync::Arc;

/// Characters of a text that are shown beside what was found in it.
const SHOWN_MAX: usize = 100;

/// What was found in one text, or missed.
#[derive(Serialize)]
pub(super) struct Found {
    /// Where the text stands: file and line.
    at: String,
    /// Whether a filter ends it.
    stopped: bool,
    /// The beginning of what is shown of it.
    shown: String,
    verdicts: Vec<Verdict>,
    /// Categories it is labelled with that were not found.
    missed: Vec<String>,
    spans: Vec<Matched>,
    /// How many more spans there are.
    more_spans: usize,
}

/// What a filter said of a text.
#[derive(Serialize)]
struct Verdict {
    filter: &'static str,
    category: Arc<str>,
    action: &'static str,
    shadow: bool,
    count: u64,
    /// Whether the text has labels, and this category is none of them.
    odd: bool,
}

/// Something that was matched.
#[derive(Serialize)]
struct Matched {
    /// The bytes of the text, from the first to behind the last.
    start: usize,
    end: usize,
    /// The place of the filter in the profile.
    place: usize,
    filter: &'static str,
    category: Arc<str>,
    action: &'static str,
    shadow: bool,
    /// What is shown in its place; `null` if it is shown as it is.
    shown: Option<Arc<str>>,
}

impl Found {
    /// Nothing of a text in which nothing was found or missed.
    pub(super) fn of(text: Text, tried: &Tried, spans: Vec<Span>, most: usize) -> Option<Self> {
        let Text { at, labels, .. } = text;
        let known = labels.is_some();
        let labels = labels.unwrap_or_default();
        let has = |verdict: &VerdictCount| labels.iter().any(|it| **it == *verdict.category);
        let verdicts: Vec<_> =
            tried.verdicts.iter().map(|said| Verdict::of(said, known && !has(said))).collect();
        let found = |label: &String| verdicts.iter().any(|it| *it.category == **label);
        let missed: Vec<_> = labels.iter().filter(|label| !found(label)).cloned().collect();
        if verdicts.is_empty() && missed.is_empty() {
            return None;
        }
        let more_spans = spans.len().saturating_sub(most);
        let spans = spans.into_iter().take(most).map(Matched::of).collect();
        let shown = beginning(&tried.shown);
        Some(Self { at, stopped: tried.stopped, shown, verdicts, missed, spans, more_spans })
    }

    /// For people.
    pub(super) fn lines(&self) -> String {
        let Self { at, shown, spans, more_spans, .. } = self;
        let missed = self.missed.iter().map(|category| format!("missed {category}"));
        let said: Vec<_> = self.verdicts.iter().map(Verdict::words).chain(missed).collect();
        let end = if self.stopped { " ■" } else { "" };
        let mut lines = format!("{at}: {}\n    {shown}{end}\n", said.join(", "));
        for span in spans {
            span.line(&mut lines);
        }
        if *more_spans > 0 && !spans.is_empty() {
            // Writing to a string does not fail.
            let _written = writeln!(lines, "    and {more_spans} more").is_ok();
        }
        lines
    }
}

impl Verdict {
    fn of(said: &VerdictCount, odd: bool) -> Self {
        let VerdictCount { filter, category, action, shadow, count } = said;
        let (category, action) = (Arc::clone(category), action.as_str());
        Self { filter, category, action, shadow: *shadow, count: *count, odd }
    }

    fn words(&self) -> String {
        let Self { category, action, .. } = self;
        let shadow = if self.shadow { "shadow " } else { "" };
        let odd = if self.odd { " (not labelled)" } else { "" };
        format!("{shadow}{action} {category}{odd}")
    }
}

impl Matched {
    fn of(span: Span) -> Self {
        let Span { bytes, place, filter, category, action, shadow, shown } = span;
        let (start, end, action) = (bytes.start, bytes.end, action.as_str());
        Self { start, end, place, filter, category, action, shadow, shown }
    }

    fn line(&self, lines: &mut String) {
        let Self { start, end, filter, category, .. } = self;
        let shown = match self.shown.as_deref() {
            Some("") => "■",
            Some(mask) => mask,
            None => "as it is",
        };
        // Writing to a string does not fail.
        let _written = writeln!(lines, "    {start}..{end} {filter} {category}: {shown}").is_ok();
    }
}

/// The beginning of a text.
fn beginning(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
