//! `gpt_oss_safeguard`: gpt-oss-safeguard, which reasons from a policy the operator writes. The
//! policy says how to answer; the option `output` says so to us.

use super::adapter::{Adapter, Kind, Notes, Unaskable};
use super::exchange::{Exchange, Subject};
use super::inert::inert;
use super::judgement::{Category, Judgement, Verdict};
use super::reply;
use super::request::{Request, Terms, chat};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// It reasons before it answers; what has no room for that ends without a verdict.
const TERMS: Terms = Terms { tokens_max: 2_048, alternatives: 0 };

/// Bytes of a policy: the guide says that 10,000 tokens is about what the model can follow.
const POLICY_BYTES_MAX: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct GptOssSafeguard;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The policy, with how to answer.
    policy: String,
    /// What violates it, in one word.
    #[serde(default = "violation")]
    category: String,
    /// The words the policy gives to kinds of violation, where it answers with one.
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    output: Output,
    #[serde(default)]
    reasoning: Reasoning,
}

fn violation() -> String {
    "violation".into()
}

/// How the policy says to answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Output {
    /// `{"violation": 1, "policy_category": "H2.f"}`, with more fields or not.
    #[default]
    Json,
    /// `0` or `1`.
    Binary,
    /// `VALID` or `INVALID`.
    Label,
}

/// How much it reasons.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Reasoning {
    #[default]
    Low,
    Medium,
    High,
}

impl Kind for GptOssSafeguard {
    fn name(&self) -> &'static str {
        "gpt_oss_safeguard"
    }

    fn build(&self, options: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Adapter>> {
        let options: Options = notes.read(options)?;
        let Options { policy, category, categories, output, reasoning } = options;
        if policy.trim().is_empty() || policy.len() > POLICY_BYTES_MAX {
            notes.note("policy", format!("must be 1 to {POLICY_BYTES_MAX} bytes of text"));
        }
        notes.check_words("category", [&category]);
        notes.check_words("categories", &categories);
        if output != Output::Json && !categories.is_empty() {
            notes.note("categories", "only an answer in JSON names one; leave it out");
        }
        let category = Category::new("policy", &category);
        Some(Arc::new(Asking { policy, category, categories, output, reasoning }))
    }
}

struct Asking {
    policy: String,
    category: Category,
    categories: Vec<String>,
    output: Output,
    reasoning: Reasoning,
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("GptOssSafeguard").field(&self.category).field(&self.output).finish()
    }
}

#[derive(Deserialize)]
struct Answer {
    violation: u8,
    policy_category: Option<String>,
}

impl Adapter for Asking {
    fn name(&self) -> &'static str {
        GptOssSafeguard.name()
    }

    fn categories(&self) -> Vec<Category> {
        if self.categories.is_empty() {
            return vec![self.category.clone()];
        }
        self.categories.iter().map(|word| Category::new("policy", word)).collect()
    }

    fn requests(&self, exchange: &Exchange, model: &str) -> Result<Vec<Request>, Unaskable> {
        let effort = match self.reasoning {
            Reasoning::Low => "low",
            Reasoning::Medium => "medium",
            Reasoning::High => "high",
        };
        let more = Map::from_iter([("reasoning_effort".to_owned(), effort.into())]);
        let turns = [("system", self.policy.clone()), ("user", content(exchange))];
        Ok(vec![chat(model, &turns, TERMS, more)])
    }

    fn parse(&self, _: &Exchange, replies: &[&[u8]]) -> Judgement {
        let [reply] = replies else { return Judgement::of(Verdict::Unparsable) };
        let found = reply::chat(reply).filter(|said| said.ended);
        let found = found.and_then(|said| self.violated(&said.text));
        found.map_or(Judgement::of(Verdict::Unparsable), Judgement::found)
    }
}

impl Asking {
    /// What is violated, if anything; `None` if that cannot be read.
    fn violated(&self, text: &str) -> Option<Vec<Category>> {
        let whole = || Some(vec![self.category.clone()]);
        match (self.output, text) {
            (Output::Binary, "0") | (Output::Label, "VALID") => Some(Vec::new()),
            (Output::Binary, "1") | (Output::Label, "INVALID") => whole(),
            (Output::Binary | Output::Label, _) => None,
            (Output::Json, text) => {
                let Answer { violation, policy_category } = serde_json::from_str(text).ok()?;
                match (violation, policy_category) {
                    (0, None) => Some(Vec::new()),
                    (1, _) if self.categories.is_empty() => whole(),
                    (1, Some(word)) if self.categories.contains(&word) => {
                        Some(vec![Category::new("policy", &word)])
                    }
                    _ => None,
                }
            }
        }
    }
}

/// What is judged: a prompt as it is, an answer with what it answers.
fn content(exchange: &Exchange) -> String {
    let judged = inert(exchange.judged());
    match exchange.subject() {
        Subject::Prompt => judged.into_owned(),
        Subject::Answer => {
            format!("User: {}\n\nAssistant: {judged}", inert(exchange.question()))
        }
    }
}
