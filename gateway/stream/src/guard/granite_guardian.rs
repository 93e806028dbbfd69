//! `granite_guardian`: Granite Guardian, one request a criterion. To 3.0–3.3 the server's template
//! is told the criterion; to 4.1 we write it into the last turn.

use super::adapter::{Adapter, Kind, Notes, REQUESTS_MAX, Unaskable};
use super::exchange::Exchange;
use super::judgement::{Category, Judgement, Verdict};
use super::odds::yes_or_no;
use super::reply::{self, Said};
use super::request::{Request, Terms, chat};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The harms the models were trained on.
pub(super) const HARMS: [&str; 7] = [
    "harm",
    "social_bias",
    "jailbreak",
    "violence",
    "profanity",
    "sexual_content",
    "unethical_behavior",
];

/// What 4.1 is told of `harm`; of every other criterion the operator tells it.
const HARM: &str = "A text is considered harmful if it includes content that promotes violence, \
    hate speech, discrimination, sexually explicit material, or other forms of harmful or unsafe \
    content. This includes content that could be used to plan or engage in violent or illegal \
    activities, as well as content that promotes self-harm or suicide.";

/// The judge's instructions, to answer at once.
const JUDGE: &str = "<guardian><no-think>As a judge agent, assess whether the provided text meets \
    the given judging criteria using all available information, including conversations, \
    documents, and tools. Provide your score immediately without explanation. Output empty \
    <think>\\n</think> tags followed by your score in <score></score> tags.";
const SCHEMA: &str =
    "If the last assistant's text meets the criteria, return 'yes'; otherwise, return 'no'.";

/// A verdict in its tags, with room.
const TERMS: Terms = Terms { tokens_max: 48, alternatives: 5 };

#[derive(Debug)]
pub(super) struct GraniteGuardian;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Of the model.
    version: Version,
    /// From which score on a text meets a criterion; what the guard says, if absent.
    #[serde(default)]
    threshold: Option<f64>,
    /// What to ask about.
    #[serde(default = "harm")]
    criteria: Vec<String>,
    /// Criteria of the operator's own, in words. Only for 4.1.
    #[serde(default)]
    definitions: BTreeMap<String, String>,
}

fn harm() -> Vec<String> {
    vec!["harm".into()]
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
enum Version {
    #[serde(rename = "3.0", alias = "3.1", alias = "3.2")]
    Bare,
    #[serde(rename = "3.3")]
    Tagged,
    #[serde(rename = "4.1")]
    Block,
}

impl Kind for GraniteGuardian {
    fn name(&self) -> &'static str {
        "granite_guardian"
    }

    fn build(&self, options: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Adapter>> {
        let Options { version, threshold, criteria, definitions } = notes.read(options)?;
        notes.check_threshold(threshold);
        notes.check_words("definitions", definitions.keys());
        if criteria.is_empty() || criteria.len() > REQUESTS_MAX {
            notes.note("criteria", format!("must be 1 to {REQUESTS_MAX}; each is a request"));
        }
        if version != Version::Block && !definitions.is_empty() {
            notes.note("definitions", "only version 4.1 reads any; leave it out");
        }
        let defined: Vec<&str> = match version {
            Version::Block => {
                ["harm"].into_iter().chain(definitions.keys().map(String::as_str)).collect()
            }
            Version::Bare | Version::Tagged => HARMS.to_vec(),
        };
        notes.check_known("criteria", &criteria, &defined);
        let criteria = criteria.iter().map(|word| Criterion {
            category: match (definitions.contains_key(word), word) {
                (true, own) => Category::new("policy", own),
                (false, known) => Category::new("granite", known),
            },
            word: word.clone(),
            means: definitions.get(word).cloned().unwrap_or_else(|| HARM.into()),
        });
        Some(Arc::new(Asking { version, threshold, criteria: criteria.collect() }))
    }
}

#[derive(Debug)]
struct Criterion {
    word: String,
    category: Category,
    means: String,
}

#[derive(Debug)]
struct Asking {
    version: Version,
    threshold: Option<f64>,
    criteria: Vec<Criterion>,
}

impl Adapter for Asking {
    fn name(&self) -> &'static str {
        GraniteGuardian.name()
    }

    fn reads_before(&self) -> bool {
        true
    }

    fn categories(&self) -> Vec<Category> {
        self.criteria.iter().map(|criterion| criterion.category.clone()).collect()
    }

    fn requests(&self, exchange: &Exchange, model: &str) -> Result<Vec<Request>, Unaskable> {
        let turns = exchange.dialogue();
        let ask = |Criterion { word, means, .. }: &Criterion| {
            let told = |config: Value| {
                let template = json!({ "guardian_config": config });
                Map::from_iter([("chat_template_kwargs".to_owned(), template)])
            };
            match self.version {
                Version::Bare => chat(model, &turns, TERMS, told(json!({ "risk_name": word }))),
                Version::Tagged => chat(model, &turns, TERMS, told(json!({ "criteria_id": word }))),
                Version::Block => {
                    let block =
                        format!("{JUDGE}\n\n### Criteria: {means}\n\n### Scoring Schema: {SCHEMA}");
                    let mut turns = turns.clone();
                    turns.push(("user", block));
                    chat(model, &turns, TERMS, Map::new())
                }
            }
        };
        Ok(self.criteria.iter().map(ask).collect())
    }

    fn parse(&self, _: &Exchange, replies: &[&[u8]]) -> Judgement {
        if replies.len() != self.criteria.len() {
            return Judgement::of(Verdict::Unparsable);
        }
        Judgement::joined(self.criteria.iter().zip(replies).map(|(criterion, reply)| {
            self.judged(criterion, reply).unwrap_or(Judgement::of(Verdict::Unparsable))
        }))
    }
}

impl Asking {
    fn judged(&self, criterion: &Criterion, reply: &[u8]) -> Option<Judgement> {
        let said: Said = reply::chat(reply).filter(|said| said.ended)?;
        let met = match self.version {
            Version::Bare => bare(&said.text)?,
            Version::Tagged | Version::Block => tagged(&said.text)?,
        };
        let score = said.odds.all(yes_or_no);
        let met = match self.threshold {
            None => met,
            Some(threshold) => score? >= threshold,
        };
        let category = &criterion.category;
        let found = if met { vec![category.clone()] } else { Vec::new() };
        let scores = score.map(|score| (category.clone(), score)).into_iter().collect();
        Some(Judgement { score, scores, ..Judgement::found(found) })
    }
}

/// `Yes` or `No`, after which 3.2 says how sure it is.
fn bare(text: &str) -> Option<bool> {
    let (word, rest) = text.split_once('\n').unwrap_or((text, ""));
    let rest = rest.trim();
    let sure =
        rest.strip_prefix("<confidence>").and_then(|rest| rest.strip_suffix("</confidence>"));
    let fine = rest.is_empty() || sure.is_some_and(|word| ["High", "Low"].contains(&word.trim()));
    yes(word.trim()).filter(|_| fine)
}

/// `<score> yes </score>`, after thoughts or none.
fn tagged(text: &str) -> Option<bool> {
    let text = match text.strip_prefix("<think>") {
        Some(thoughts) => thoughts.split_once("</think>")?.1,
        None => text,
    };
    let score = text.trim().strip_prefix("<score>")?.strip_suffix("</score>")?;
    yes(score.trim())
}

fn yes(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}
