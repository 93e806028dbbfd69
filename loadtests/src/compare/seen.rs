//! What the rounds brought, by figure and contestant.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::figure::Figure;
use crate::drive::Outcome;
use crate::figures::Middle;

/// Values in the order of the rounds.
#[derive(Debug, Default)]
pub struct Seen {
    values: BTreeMap<(Figure, &'static str), Vec<f64>>,
    /// Calls that failed, processes that did not start.
    pub trouble: Vec<String>,
}

impl Seen {
    /// One more value.
    pub fn note(&mut self, figure: Figure, name: &'static str, value: f64) {
        self.values.entry((figure, name)).or_default().push(value);
    }

    /// Notes what a run had that must not be.
    pub fn check(&mut self, name: &str, outcome: &Outcome) {
        if outcome.errors.total() > 0 || outcome.calls == 0 {
            let (calls, errors) = (outcome.calls, outcome.errors);
            self.trouble.push(format!("{name}: {calls} good calls, {errors:?}"));
        }
    }

    /// The middle of one contestant's rounds.
    pub fn middle(&self, figure: Figure, name: &'static str) -> Option<Middle> {
        Middle::of(self.values.get(&(figure, name))?.iter().copied())
    }

    /// The middle of the ratios, each of two values of the same round.
    pub fn ratio(&self, figure: Figure, name: &'static str, peer: &'static str) -> Option<Middle> {
        let ours = self.values.get(&(figure, name))?;
        let theirs = self.values.get(&(figure, peer))?;
        // A difference that noise turned over has no ratio.
        let told = |pair: &(&f64, &f64)| *pair.0 > 0.0 && *pair.1 > 0.0;
        let pairs = ours.iter().zip(theirs).filter(told);
        Middle::of(pairs.map(|(ours, theirs)| ours / theirs))
    }

    /// Everything, for a file.
    pub fn json(&self, rows: &[Figure], names: &[&'static str], ours: &[&'static str]) -> Value {
        let mut figures = Map::new();
        for figure in rows.iter().copied() {
            let mut by_name = Map::new();
            for name in names {
                let rounds = self.values.get(&(figure, *name));
                let ratios: Map<String, Value> = ours
                    .iter()
                    .filter(|ours| figure.compares() && *ours != name)
                    .map(|ours| ((*ours).to_owned(), json!(self.ratio(figure, ours, name))))
                    .collect();
                let middle = self.middle(figure, name);
                let told = json!({ "rounds": rounds, "middle": middle, "ratio_of": ratios });
                by_name.insert((*name).to_owned(), told);
            }
            figures.insert(figure.title().to_owned(), Value::Object(by_name));
        }
        json!({ "figures": figures, "trouble": self.trouble })
    }
}
