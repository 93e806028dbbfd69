//! `moderations`: anything that answers `/v1/moderations` in OpenAI's form.

use super::adapter::{Adapter, Inputs, Kind, Notes, Unaskable};
use super::crosswalk::OPENAI;
use super::exchange::Exchange;
use super::judgement::{Category, Judgement, Verdict};
use super::request::Request;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Moderations;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// From which score on a category is found; what the guard flags, if absent.
    #[serde(default)]
    threshold: Option<f64>,
    /// Categories of the server beside OpenAI's.
    #[serde(default)]
    categories: Vec<String>,
    /// Whether the server takes lists.
    #[serde(default)]
    inputs: Inputs,
}

impl Kind for Moderations {
    fn name(&self) -> &'static str {
        "moderations"
    }

    fn build(&self, options: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Adapter>> {
        let Options { threshold, categories, inputs } = notes.read(options)?;
        notes.check_threshold(threshold);
        notes.check_words("categories", &categories);
        let own = categories.iter().map(|word| (word.clone(), Category::new("policy", word)));
        let theirs = OPENAI.iter().map(|word| ((*word).to_owned(), Category::new("oai", word)));
        Some(Arc::new(Asking { threshold, hazards: own.chain(theirs).collect(), inputs }))
    }
}

#[derive(Debug)]
struct Asking {
    threshold: Option<f64>,
    hazards: BTreeMap<String, Category>,
    inputs: Inputs,
}

#[derive(Deserialize)]
struct Reply {
    results: Vec<Moderation>,
}

#[derive(Deserialize)]
struct Moderation {
    flagged: bool,
    categories: BTreeMap<String, bool>,
    #[serde(default)]
    category_scores: BTreeMap<String, f64>,
}

impl Adapter for Asking {
    fn name(&self) -> &'static str {
        Moderations.name()
    }

    fn categories(&self) -> Vec<Category> {
        self.hazards.values().cloned().collect()
    }

    fn requests(&self, exchange: &Exchange, model: &str) -> Result<Vec<Request>, Unaskable> {
        let body = json!({ "model": model, "input": exchange.judged() });
        Ok(vec![Request::new("/v1/moderations", &body)])
    }

    fn parse(&self, exchange: &Exchange, replies: &[&[u8]]) -> Judgement {
        let judged = match replies {
            [reply] => self.split(&[exchange], reply).pop(),
            _ => None,
        };
        judged.unwrap_or(Judgement::of(Verdict::Unparsable))
    }

    fn inputs(&self, _: &Exchange) -> Option<usize> {
        (self.inputs == Inputs::List).then_some(1)
    }

    fn joined(&self, exchanges: &[&Exchange], model: &str) -> Option<Request> {
        let input: Vec<&str> = exchanges.iter().map(|it| it.judged()).collect();
        Some(Request::new("/v1/moderations", &json!({ "model": model, "input": input })))
    }

    fn split(&self, exchanges: &[&Exchange], reply: &[u8]) -> Vec<Judgement> {
        let read = serde_json::from_slice::<Reply>(reply).ok();
        let told = read.map(|it| it.results).filter(|told| told.len() == exchanges.len());
        let mut told = told.unwrap_or_default().into_iter();
        let judged = exchanges.iter().map(|_| {
            let judged = told.next().and_then(|moderation| self.judged(&moderation));
            judged.unwrap_or(Judgement::of(Verdict::Unparsable))
        });
        judged.collect()
    }
}

impl Asking {
    fn judged(&self, moderation: &Moderation) -> Option<Judgement> {
        let Moderation { flagged, categories, category_scores } = moderation;
        if *flagged != categories.values().any(|found| *found) {
            return None;
        }
        let mut scores = Vec::new();
        for (word, score) in category_scores {
            // A hazard nobody named is passed over unless it is what was found.
            let Some(category) = self.hazards.get(word) else { continue };
            scores.push((category.clone(), Some(*score).filter(|it| (0.0..=1.0).contains(it))?));
        }
        let flags = categories.iter().filter(|(_, found)| **found);
        let flagged = flags.map(|(word, _)| self.hazards.get(word).cloned());
        let flagged: Vec<Category> = flagged.collect::<Option<_>>()?;
        let found = match self.threshold {
            None => flagged,
            Some(_) if scores.is_empty() => return None,
            Some(threshold) => {
                let over = scores.iter().filter(|(_, score)| *score >= threshold);
                over.map(|(category, _)| category.clone()).collect()
            }
        };
        let highest = |most: Option<f64>, score: f64| Some(most.map_or(score, |it| it.max(score)));
        let score = scores.iter().map(|(_, score)| *score).fold(None, highest);
        Some(Judgement { score, scores, ..Judgement::found(found) })
    }
}
