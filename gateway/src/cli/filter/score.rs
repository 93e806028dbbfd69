//! How well a profile finds what is labelled, and how much it touches that is not.

use super::super::out;
use serde::Serialize;
use sluice_stream::VerdictCount;
use std::collections::{BTreeMap, BTreeSet};

/// What came of all texts.
#[derive(Debug, Default, Serialize)]
pub(super) struct Score {
    /// Texts in all.
    texts: u64,
    /// Texts in which something was found.
    touched: u64,
    /// Texts that are labelled with nothing.
    clean: u64,
    /// Those of them in which something was found all the same.
    over_blocked: u64,
    categories: BTreeMap<String, Tally>,
}

/// What came of one category.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Tally {
    /// Texts in which it was found, labelled or not.
    found: u64,
    /// Texts that are labelled with it.
    labelled: u64,
    /// Texts that are labelled, with it or not, in which it was found.
    judged: u64,
    /// Texts that are labelled with it and in which it was found.
    right: u64,
}

impl Score {
    /// Notes what was found in a text, and what was to be found if that is known.
    pub(super) fn note(&mut self, labels: Option<&[String]>, verdicts: &[VerdictCount]) {
        let found: BTreeSet<&str> = verdicts.iter().map(|said| &*said.category).collect();
        let wanted: BTreeSet<&str> = labels.unwrap_or_default().iter().map(|l| &**l).collect();
        self.texts += 1;
        self.touched += u64::from(!found.is_empty());
        if labels.is_some() && wanted.is_empty() {
            self.clean += 1;
            self.over_blocked += u64::from(!found.is_empty());
        }
        for category in found.union(&wanted) {
            let tally = self.categories.entry((*category).to_owned()).or_default();
            let (is_found, is_wanted) = (found.contains(category), wanted.contains(category));
            tally.found += u64::from(is_found);
            tally.labelled += u64::from(is_wanted);
            tally.judged += u64::from(is_found && labels.is_some());
            tally.right += u64::from(is_found && is_wanted);
        }
    }

    /// Whether each category that is labelled at all is found in at least this share.
    pub(super) fn recalls(&self, least: f64) -> bool {
        let mut recalls = self.categories.values().filter_map(|it| share(it.right, it.labelled));
        recalls.all(|recall| recall >= least)
    }

    /// Whether at most this share of the clean texts is touched.
    pub(super) fn spares(&self, most: f64) -> bool {
        share(self.over_blocked, self.clean).is_none_or(|touched| touched <= most)
    }

    /// For people: what two profiles found of each category, side by side.
    pub(super) fn beside(scores: &[Self; 2], profiles: &[String; 2]) -> String {
        let [one, other] = profiles;
        let heads = [
            "category".to_owned(),
            "labelled".to_owned(),
            format!("found: {one}"),
            other.clone(),
            format!("precision: {one}"),
            other.clone(),
            format!("recall: {one}"),
            other.clone(),
        ];
        let heads = heads.each_ref().map(String::as_str);
        let known: BTreeSet<_> = scores.iter().flat_map(|score| score.categories.keys()).collect();
        let row = |category: &String| {
            let both = scores.each_ref().map(|score| score.tally(category));
            let labelled = both.map(|it| it.labelled).into_iter().max().unwrap_or_default();
            let mut row = vec![category.clone(), labelled.to_string()];
            row.extend(both.map(|it| it.found.to_string()));
            row.extend(both.map(|it| percent(it.right, it.judged)));
            row.extend(both.map(|it| percent(it.right, it.labelled)));
            row
        };
        let rows: Vec<_> = known.into_iter().map(row).collect();
        let spared = scores
            .iter()
            .zip(profiles)
            .map(|(score, profile)| score.spared(&format!(" by {profile}")));
        format!("{}{}", out::columns(&heads, &rows), spared.collect::<String>())
    }

    fn tally(&self, category: &str) -> Tally {
        self.categories.get(category).copied().unwrap_or_default()
    }

    /// How many of the texts that are labelled with nothing were touched, if there are any.
    fn spared(&self, by: &str) -> String {
        let Self { clean, over_blocked, .. } = self;
        let blocked = percent(*over_blocked, *clean);
        match clean {
            0 => String::new(),
            _ => format!("over-blocking{by}: {over_blocked} of {clean} clean texts ({blocked})\n"),
        }
    }

    /// For people.
    pub(super) fn table(&self) -> String {
        let row = |(category, it): (&String, &Tally)| {
            let Tally { found, labelled, judged, right } = *it;
            let (precision, recall) = (percent(right, judged), percent(right, labelled));
            vec![category.clone(), found.to_string(), labelled.to_string(), precision, recall]
        };
        let rows: Vec<_> = self.categories.iter().map(row).collect();
        let heads = ["category", "found in", "labelled", "precision", "recall"];
        let Self { texts, touched, .. } = self;
        let spared = self.spared("");
        let table = out::columns(&heads, &rows);
        format!("{table}{texts} texts, {touched} of them touched\n{spared}")
    }
}

/// A part of all in percent; nothing of nothing.
fn percent(part: u64, all: u64) -> String {
    share(part, all).map_or_else(String::new, |share| format!("{:.1} %", share * 100.0))
}

/// A part of all; nothing of nothing.
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 texts")]
fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_stream::Action;

    fn said(categories: &[&str]) -> Vec<VerdictCount> {
        let said = |category: &&str| VerdictCount {
            filter: "redact",
            category: (*category).into(),
            action: Action::Redact,
            shadow: false,
            count: 1,
        };
        categories.iter().map(said).collect()
    }

    #[test]
    fn precision_recall_and_over_blocking_by_category() {
        let mut score = Score::default();
        for (labels, found) in [
            (Some(&["email"][..]), &["email"][..]),
            (Some(&["email", "iban"]), &["email"]),
            (Some(&["email"]), &[]),
            (Some(&[]), &["card"]),
            (Some(&[]), &[]),
            (None, &["card"]),
        ] {
            let labels: Option<Vec<String>> =
                labels.map(|labels| labels.iter().map(|label| (*label).to_owned()).collect());
            score.note(labels.as_deref(), &said(found));
        }
        let expected = "category  found in  labelled  precision  recall\n\
                        card             2         0  0.0 %\n\
                        email            2         3  100.0 %    66.7 %\n\
                        iban             0         1             0.0 %\n\
                        6 texts, 4 of them touched\n\
                        over-blocking: 1 of 2 clean texts (50.0 %)\n";
        assert_eq!(score.table(), expected);
        assert!(!score.recalls(0.01) && score.recalls(0.0));
        assert!(!score.spares(0.4) && score.spares(0.5));
    }
}
