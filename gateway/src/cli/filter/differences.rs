//! Where two profiles differ.

use super::super::out;
use super::score::Score;
use serde::Serialize;
use sluice_stream::filter::Tried;
use sluice_stream::{Replayed, VerdictCount};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Characters that are shown of what differs.
const SHOWN_MAX: usize = 100;
/// Characters before them, that are the same.
const BEFORE_MAX: usize = 20;

/// What a profile made of one text or answer.
#[derive(Debug)]
pub(super) struct Played {
    stopped: bool,
    /// What is shown, by what it is.
    shown: BTreeMap<String, String>,
    verdicts: Vec<VerdictCount>,
}

impl Played {
    pub(super) fn text(tried: Tried) -> Self {
        let shown = [(String::new(), tried.shown)].into();
        Self { stopped: tried.stopped, shown, verdicts: tried.verdicts }
    }

    pub(super) fn stream(replayed: Replayed) -> Self {
        let Replayed { shown, report } = replayed;
        Self { stopped: report.ended_after.is_some(), shown, verdicts: report.verdicts }
    }

    /// What it found, a word each.
    fn words(&self) -> Vec<String> {
        let word = |said: &VerdictCount| {
            let shadow = if said.shadow { "shadow " } else { "" };
            format!("{shadow}{} {}", said.action.as_str(), said.category)
        };
        self.verdicts.iter().map(word).collect()
    }
}

/// How two profiles differ on one text or answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum How {
    OnlyFirstStops,
    OnlySecondStops,
    MaskedOtherwise,
}

/// One text or answer on which two profiles differ.
#[derive(Debug, Serialize)]
struct Difference {
    /// Where it stands.
    at: String,
    how: How,
    /// What each found.
    found: [Vec<String>; 2],
    /// What each shows, from where they differ.
    shown: [String; 2],
}

/// Where two profiles differ on what was recorded.
#[derive(Debug, Serialize)]
pub(super) struct Differences {
    profiles: [String; 2],
    /// Texts and answers in all.
    texts: u64,
    same: u64,
    only_first_stops: u64,
    only_second_stops: u64,
    masked_otherwise: u64,
    scores: [Score; 2],
    found: Vec<Difference>,
    /// How many more there are.
    more: u64,
    #[serde(skip)]
    most: usize,
}

impl Differences {
    pub(super) fn new(profiles: [String; 2], most: usize) -> Self {
        Self {
            profiles,
            texts: 0,
            same: 0,
            only_first_stops: 0,
            only_second_stops: 0,
            masked_otherwise: 0,
            scores: [Score::default(), Score::default()],
            found: Vec::new(),
            more: 0,
            most,
        }
    }

    /// Compares what each made of a text or an answer.
    pub(super) fn note(&mut self, at: &str, labels: Option<&[String]>, played: &[Played; 2]) {
        for (score, played) in self.scores.iter_mut().zip(played) {
            score.note(labels, &played.verdicts);
        }
        self.texts += 1;
        let [first, second] = played;
        let (how, count) = match (first.stopped, second.stopped) {
            (true, false) => (How::OnlyFirstStops, &mut self.only_first_stops),
            (false, true) => (How::OnlySecondStops, &mut self.only_second_stops),
            _ if first.shown != second.shown => (How::MaskedOtherwise, &mut self.masked_otherwise),
            _ => {
                self.same += 1;
                return;
            }
        };
        *count += 1;
        if self.found.len() >= self.most {
            self.more += 1;
            return;
        }
        let found = [first.words(), second.words()];
        self.found.push(Difference { at: at.to_owned(), how, found, shown: apart(played) });
    }

    /// For people.
    pub(super) fn told(&self) -> String {
        let [first, second] = &self.profiles;
        let mut told: String = self.found.iter().map(|it| self.lines(it)).collect();
        if self.more > 0 {
            // Writing to a string does not fail.
            let _written = writeln!(told, "and {} more", self.more).is_ok();
        }
        told.push_str(&Score::beside(&self.scores, &self.profiles));
        let row = |what: String, count: u64| vec![what, count.to_string()];
        let rows = [
            row("the same".into(), self.same),
            row(format!("only {first} stops"), self.only_first_stops),
            row(format!("only {second} stops"), self.only_second_stops),
            row("masked otherwise".into(), self.masked_otherwise),
            row("in all".into(), self.texts),
        ];
        told + &out::columns(&["texts and answers", "count"], &rows)
    }

    fn lines(&self, difference: &Difference) -> String {
        let Difference { at, how, found, shown } = difference;
        let [first, second] = &self.profiles;
        let how = match how {
            How::OnlyFirstStops => format!("only {first} stops"),
            How::OnlySecondStops => format!("only {second} stops"),
            How::MaskedOtherwise => "masked otherwise".into(),
        };
        let row = |((profile, found), shown): ((&String, &Vec<String>), &String)| {
            let found = if found.is_empty() { "nothing".into() } else { found.join(", ") };
            format!("    {profile}: {found}\n        {shown}\n")
        };
        let rows: String = self.profiles.iter().zip(found).zip(shown).map(row).collect();
        format!("{at}: {how}\n{rows}")
    }
}

/// What each shows of the first text in which they differ, from shortly before the difference.
fn apart(played: &[Played; 2]) -> [String; 2] {
    let [first, second] = played;
    let keys: BTreeSet<_> = first.shown.keys().chain(second.shown.keys()).collect();
    let text = |played: &Played, key: &str| played.shown.get(key).cloned().unwrap_or_default();
    let differs = |key: &&&String| first.shown.get(**key) != second.shown.get(**key);
    let key = keys.iter().find(differs).or(keys.first()).map_or("", |key| key.as_str());
    let (one, other) = (text(first, key), text(second, key));
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(BEFORE_MAX);
    [(one, first.stopped), (other, second.stopped)]
        .map(|(text, stopped)| part(&text, from, stopped))
}

/// A part of a text, from a character on.
fn part(text: &str, from: usize, stopped: bool) -> String {
    let before = if from > 0 { "…" } else { "" };
    let mut rest = text.chars().skip(from);
    let shown: String = rest.by_ref().take(SHOWN_MAX).collect();
    let behind = if rest.next().is_some() { "…" } else { "" };
    let end = if stopped { " ■" } else { "" };
    let shown = shown.replace(['\n', '\r'], " ");
    format!("{before}{shown}{behind}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(shown: &[(&str, &str)], stopped: bool) -> Played {
        let shown = shown.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        Played { stopped, shown: shown.collect(), verdicts: Vec::new() }
    }

    #[test]
    fn what_differs_is_shown_from_shortly_before_it() {
        let same = "é".repeat(30);
        let one = played(&[("0 content 0", "a"), ("0 reasoning 0", &format!("{same}x\ny"))], false);
        let other = played(&[("0 content 0", "a"), ("0 reasoning 0", &same)], true);
        let before = "é".repeat(BEFORE_MAX);
        assert_eq!(apart(&[one, other]), [format!("…{before}x y"), format!("…{before} ■")]);
        let long = played(&[("", &"a".repeat(SHOWN_MAX + 1))], false);
        let none = played(&[], false);
        assert_eq!(apart(&[none, long]), [String::new(), "a".repeat(SHOWN_MAX) + "…"]);
    }

    #[test]
    fn what_both_end_at_one_place_is_the_same() {
        let mut found = Differences::new(["one", "other"].map(str::to_owned), 9);
        found.note("a", None, &[played(&[("", "a")], true), played(&[("", "a")], true)]);
        found.note("b", None, &[played(&[("", "a")], true), played(&[("", "ab")], true)]);
        assert_eq!((found.same, found.masked_otherwise, found.texts), (1, 1, 2));
    }
}
