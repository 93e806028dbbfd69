//! `llama_guard`: Llama Guard 3 and 4. The server's template makes the prompt from the conversation;
//! the answer is `safe`, or `unsafe` and a line of categories. Its score is the probability of the
//! first token, as the model card says.

use super::adapter::{Adapter, Kind, Notes, Unaskable};
use super::exchange::Exchange;
use super::judgement::{Category, Judgement, Verdict};
use super::odds::unsafe_or_safe;
use super::reply;
use super::request::{Request, Terms, chat};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The hazards of MLCommons that the model was trained on.
const HAZARDS: [&str; 14] =
    ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S14"];

/// `unsafe` and all fourteen hazards, with room.
const TERMS: Terms = Terms { tokens_max: 64, alternatives: 5 };

#[derive(Debug)]
pub(super) struct LlamaGuard;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// From which score on a text is unsafe; what the guard says, if absent.
    #[serde(default)]
    threshold: Option<f64>,
    /// Hazards the guard is not to look for.
    #[serde(default)]
    excluded: Vec<String>,
    /// Hazards of the operator's own in place of the model's, and what they are.
    #[serde(default)]
    categories: BTreeMap<String, String>,
}

impl Kind for LlamaGuard {
    fn name(&self) -> &'static str {
        "llama_guard"
    }

    fn build(&self, options: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Adapter>> {
        let Options { threshold, excluded, categories } = notes.read(options)?;
        notes.check_threshold(threshold);
        notes.check_words("categories", categories.keys());
        let own: Vec<&str> = categories.keys().map(String::as_str).collect();
        let (taxonomy, known) = match own.as_slice() {
            [] => ("mlc", HAZARDS.as_slice()),
            own => ("policy", own),
        };
        notes.check_known("excluded", &excluded, known);
        let looked_for = known.iter().filter(|word| !excluded.iter().any(|out| out == *word));
        let hazards: Vec<_> =
            looked_for.map(|word| ((*word).to_owned(), Category::new(taxonomy, word))).collect();
        if hazards.is_empty() {
            notes.note("excluded", "leaves nothing to look for");
        }
        let mut template = Map::new();
        if !categories.is_empty() {
            template.insert("categories".into(), json!(categories));
        }
        if !excluded.is_empty() {
            template.insert("excluded_category_keys".into(), json!(excluded));
        }
        Some(Arc::new(Asking { threshold, hazards, template }))
    }
}

#[derive(Debug)]
struct Asking {
    threshold: Option<f64>,
    hazards: Vec<(String, Category)>,
    /// What the server's template is told.
    template: Map<String, Value>,
}

impl Adapter for Asking {
    fn name(&self) -> &'static str {
        LlamaGuard.name()
    }

    fn reads_before(&self) -> bool {
        true
    }

    fn categories(&self) -> Vec<Category> {
        self.hazards.iter().map(|(_, category)| category.clone()).collect()
    }

    fn requests(&self, exchange: &Exchange, model: &str) -> Result<Vec<Request>, Unaskable> {
        let mut more = Map::new();
        if !self.template.is_empty() {
            more.insert("chat_template_kwargs".into(), Value::Object(self.template.clone()));
        }
        Ok(vec![chat(model, &exchange.dialogue(), TERMS, more)])
    }

    fn parse(&self, _: &Exchange, replies: &[&[u8]]) -> Judgement {
        let [reply] = replies else { return Judgement::of(Verdict::Unparsable) };
        self.judged(reply).unwrap_or(Judgement::of(Verdict::Unparsable))
    }
}

impl Asking {
    fn judged(&self, reply: &[u8]) -> Option<Judgement> {
        let said = reply::chat(reply).filter(|said| said.ended)?;
        let mut lines = said.text.lines().map(str::trim);
        let found = match (lines.next()?, lines.next(), lines.next()) {
            ("safe", None, None) => Judgement::of(Verdict::Safe),
            ("unsafe", Some(words), None) => Judgement::found(self.words(words)?),
            _ => return None,
        };
        let score = said.odds.first(unsafe_or_safe);
        match (self.threshold, score) {
            (None, score) => Some(Judgement { score, ..found }),
            // A threshold that cannot be held against anything decides nothing.
            (Some(_), None) => None,
            (Some(threshold), Some(sure)) if sure >= threshold => {
                Some(Judgement { verdict: Verdict::Unsafe, score, ..found })
            }
            (Some(_), Some(_)) => Some(Judgement { score, ..Judgement::of(Verdict::Safe) }),
        }
    }

    /// The hazards of a line such as `S1,S10`; each must be known, and be named once.
    fn words(&self, line: &str) -> Option<Vec<Category>> {
        let mut found = Vec::new();
        for word in line.split(',').map(str::trim) {
            let (_, category) = self.hazards.iter().find(|(known, _)| known == word)?;
            if found.contains(category) {
                return None;
            }
            found.push(category.clone());
        }
        Some(found)
    }
}
