//! What was found in texts, as OpenAI's moderation says it: of a text that was sent to be looked
//! at, and of a prompt and its answer.
//!
//! What is found has a category of ours; what it is in OpenAI's taxonomy, the crosswalk says. A
//! category that OpenAI has no word for flags a text all the same. Every category of ours stands
//! in `sluice_categories` besides, with its score.

use crate::filter::{Chain, Place};
use crate::guard::{OPENAI, openai};
use crate::report::{Finish, Report, VerdictCount};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the name is that nobody gave.
pub const OURS: &str = "sluice";

/// The names of moderation models that callers give: those of OpenAI's clients, and ours. Whichever
/// it is, the same filters look.
pub const MODELS: &[&str] = &[
    OURS,
    "omni-moderation-latest",
    "omni-moderation-2024-09-26",
    "text-moderation-latest",
    "text-moderation-stable",
];

/// The places whose filters look at a text that is sent by itself.
pub const BY_ITSELF: &[Place] = &[Place::Prompt, Place::Answer];

/// The places that an answer has.
const OF_ANSWERS: &[Place] = &[Place::Answer, Place::Reasoning, Place::ToolCalls];

/// The score of what is found by who gives none.
const CERTAIN: f64 = 1.0;

/// What was looked for in a text, and what was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// The categories of OpenAI that something looked for.
    looked_for: Vec<&'static str>,
    /// What was found, in an order that does not depend on which came first.
    found: BTreeMap<Arc<str>, f64>,
}

impl Scores {
    /// Nothing is found yet of what the filters of these places look for; `None` if none looks
    /// there, and so nothing can be said.
    pub fn of(chain: &Chain, places: &[Place]) -> Option<Self> {
        let mut scores = Self::default();
        chain.categories(places).for_each(|category| scores.looks_for(category));
        chain.is_watched(places).then_some(scores)
    }

    /// Something looks for this category.
    pub fn looks_for(&mut self, category: &str) {
        let new = openai(category).iter().filter(|word| !self.looked_for.contains(word));
        let new: Vec<_> = new.copied().collect();
        self.looked_for.extend(new);
    }

    /// Something of this category was found. The highest score counts.
    pub fn add(&mut self, category: &Arc<str>, score: f64) {
        self.looks_for(category);
        let known = self.found.entry(Arc::clone(category)).or_default();
        *known = known.max(score);
    }

    /// What filters found. What they only tried is nothing they say.
    #[must_use]
    pub fn with<'v>(mut self, verdicts: impl IntoIterator<Item = &'v VerdictCount>) -> Self {
        for said in verdicts.into_iter().filter(|said| !said.shadow) {
            self.add(&said.category, CERTAIN);
        }
        self
    }

    /// Whether anything was found.
    pub fn is_flagged(&self) -> bool {
        !self.found.is_empty()
    }

    /// The score of a category of OpenAI: the highest of what is found that is of it.
    fn score(&self, word: &str) -> f64 {
        let found = self.found.iter().filter(|(category, _)| openai(category).contains(&word));
        found.fold(0.0, |most, (_, score)| score.max(most))
    }

    fn is_found(&self, word: &str) -> bool {
        self.found.keys().any(|category| openai(category).contains(&word))
    }

    fn write<S: SerializeMap>(&self, map: &mut S) -> Result<(), S::Error> {
        map.serialize_entry("flagged", &self.is_flagged())?;
        map.serialize_entry("categories", &Each(|word| self.is_found(word)))?;
        map.serialize_entry("category_scores", &Each(|word| self.score(word)))?;
        let read = |word| if self.looked_for.contains(&word) { TEXT } else { &[] };
        map.serialize_entry("category_applied_input_types", &Each(read))?;
        let ours: BTreeMap<&str, f64> =
            self.found.iter().map(|(it, score)| (&**it, *score)).collect();
        map.serialize_entry("sluice_categories", &ours)
    }
}

/// What is read of an input, where it is.
const TEXT: &[&str] = &["text"];

impl Serialize for Scores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

/// Something of each of OpenAI's categories.
struct Each<F>(F);

impl<T: Serialize, F: Fn(&'static str) -> T> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(OPENAI.iter().map(|word| (*word, (self.0)(word))))
    }
}

/// What an answer is to say of what was found in its prompt and in itself.
#[derive(Clone, Debug)]
pub struct Moderation {
    /// The moderation model, by the name the caller used.
    pub model: Box<str>,
    /// What was found in the prompt; `None` if nothing looks at prompts.
    pub prompt: Option<Scores>,
    /// What is looked for in the answer; `None` if nothing looks at answers.
    pub answer: Option<Scores>,
}

impl Moderation {
    /// What was found in the prompt, and nothing yet in the answer that these filters look at.
    pub fn new(chain: Option<&Chain>, model: Box<str>, prompt: Option<Scores>) -> Self {
        Self { model, prompt, answer: chain.and_then(|chain| Scores::of(chain, OF_ANSWERS)) }
    }

    /// It, with what was found in the answer, in this form.
    pub(crate) fn json(&self, form: Form, report: &Report) -> Vec<u8> {
        // How far others had read where a filter ended it depends on how the backend cut it.
        let all = report.finish != Finish::ContentFilter;
        let said = report.verdicts.iter().filter(|said| all || said.action.acts());
        // What nobody could look at is not called fine.
        let unheard = |said: &VerdictCount| !said.shadow && said.is_silence();
        let heard = !report.verdicts.iter().any(unheard);
        let answer = self.answer.clone().filter(|_| heard).map(|scores| scores.with(said));
        let side = |scores, none| Side { model: &self.model, form, scores, none };
        let both = Both {
            input: side(
                self.prompt.as_ref(),
                "no filter of this tier looks at prompts here, or one could not be heard",
            ),
            output: side(
                answer.as_ref(),
                "no filter of this tier looks at answers here, or one could not be heard",
            ),
        };
        serde_json::to_vec(&both).unwrap_or_default()
    }
}

/// How one side of an exchange is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// As a list of results: of chat.
    Listed,
    /// As one result: of responses.
    One,
}

#[derive(Serialize)]
struct Both<'m> {
    input: Side<'m>,
    output: Side<'m>,
}

struct Side<'m> {
    model: &'m str,
    form: Form,
    scores: Option<&'m Scores>,
    /// What is said where there are none.
    none: &'static str,
}

impl Serialize for Side<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match (self.scores, self.form) {
            (None, _) => {
                map.serialize_entry("type", "error")?;
                map.serialize_entry("code", "moderation_unavailable")?;
                map.serialize_entry("message", self.none)?;
            }
            (Some(_), Form::Listed) => {
                map.serialize_entry("type", "moderation_results")?;
                map.serialize_entry("model", self.model)?;
                map.serialize_entry("results", &[Self { form: Form::One, ..*self }])?;
            }
            (Some(scores), Form::One) => {
                map.serialize_entry("type", "moderation_result")?;
                map.serialize_entry("model", self.model)?;
                scores.write(&mut map)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn found(categories: &[(&str, f64)]) -> Value {
        let mut scores = Scores::default();
        scores.looks_for("mlc:S9");
        for (category, score) in categories {
            scores.add(&Arc::from(*category), *score);
        }
        serde_json::to_value(&scores).unwrap()
    }

    #[test]
    fn what_is_found_is_told_in_openais_words_and_in_ours() {
        let told = found(&[("mlc:S4", 0.4), ("gemma:sexually_explicit", 0.9), ("mlc:S4", 0.2)]);
        assert_eq!(told["flagged"], true);
        for (word, flagged, score) in
            [("sexual/minors", true, 0.4), ("sexual", true, 0.9), ("hate", false, 0.0)]
        {
            assert_eq!(told["categories"][word], flagged, "{word}");
            assert_eq!(told["category_scores"][word], score, "{word}");
        }
        let ours = json!({ "mlc:S4": 0.4, "gemma:sexually_explicit": 0.9 });
        assert_eq!(told["sluice_categories"], ours);
        for part in ["categories", "category_scores", "category_applied_input_types"] {
            let words: Vec<_> = told[part].as_object().unwrap().keys().collect();
            assert_eq!(words.len(), OPENAI.len(), "{part}");
        }
    }

    #[test]
    fn what_openai_has_no_word_for_flags_all_the_same() {
        let told = found(&[("secrets", 1.0)]);
        assert_eq!(told["flagged"], true);
        assert!(told["categories"].as_object().unwrap().values().all(|flag| flag == false));
        assert_eq!(told["sluice_categories"], json!({ "secrets": 1.0 }));
    }

    #[test]
    fn only_what_was_looked_for_has_a_score_that_means_something() {
        let told = found(&[("oai:hate", 1.0)]);
        let read = &told["category_applied_input_types"];
        assert_eq!(read["illicit/violent"], json!(["text"]), "looked for and not found");
        assert_eq!(read["hate"], json!(["text"]));
        assert_eq!(read["sexual"], json!([]));
        assert_eq!(found(&[])["flagged"], false);
    }

    #[test]
    fn a_side_that_nothing_looks_at_is_an_error_and_no_good_news() {
        let prompt = Some(Scores::default());
        let moderation = Moderation { model: "m".into(), prompt, answer: None };
        let read = |form| -> Value {
            serde_json::from_slice(&moderation.json(form, &Report::default())).unwrap()
        };
        let listed = read(Form::Listed);
        assert_eq!(listed["input"]["type"], "moderation_results");
        assert_eq!(listed["input"]["results"][0]["type"], "moderation_result");
        assert_eq!(listed["output"]["type"], "error");
        assert_eq!(listed["output"]["code"], "moderation_unavailable");
        let one = read(Form::One);
        assert_eq!(one["input"], listed["input"]["results"][0]);
        assert_eq!(one["output"], listed["output"]);
    }
}
