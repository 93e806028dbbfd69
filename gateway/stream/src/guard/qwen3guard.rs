//! `qwen3guard`: Qwen3Guard-Gen. The server's template makes the prompt; the answer is two lines,
//! `Safety:` and `Categories:`, and for answers a third, `Refusal:`.

use super::adapter::{Adapter, Kind, Notes, Unaskable};
use super::exchange::{Exchange, Subject};
use super::judgement::{Category, Judgement, Verdict};
use super::reply;
use super::request::{Request, Terms, chat};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The hazards, as the guard writes them. The last is found in prompts only.
const HAZARDS: [&str; 9] = [
    "Violent",
    "Non-violent Illegal Acts",
    "Sexual Content or Sexual Acts",
    "PII",
    "Suicide & Self-Harm",
    "Unethical Acts",
    "Politically Sensitive Topics",
    "Copyright Violation",
    JAILBREAK,
];
const JAILBREAK: &str = "Jailbreak";

/// What the model card gives an answer.
const TERMS: Terms = Terms { tokens_max: 128, alternatives: 0 };

#[derive(Debug)]
pub(super) struct Qwen3Guard;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(default)]
    controversial: Middle,
}

/// What becomes of the middle verdict.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Middle {
    /// It stays, for the filter that asked to decide.
    #[default]
    Kept,
    /// Unsafe.
    Strict,
    /// Safe.
    Loose,
}

impl Kind for Qwen3Guard {
    fn name(&self) -> &'static str {
        "qwen3guard"
    }

    fn build(&self, options: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Adapter>> {
        let Options { controversial } = notes.read(options)?;
        Some(Arc::new(Asking(controversial)))
    }
}

#[derive(Debug)]
struct Asking(Middle);

impl Adapter for Asking {
    fn name(&self) -> &'static str {
        Qwen3Guard.name()
    }

    fn reads_before(&self) -> bool {
        true
    }

    fn categories(&self) -> Vec<Category> {
        HAZARDS.iter().map(|word| Category::new("q3g", word)).collect()
    }

    fn requests(&self, exchange: &Exchange, model: &str) -> Result<Vec<Request>, Unaskable> {
        Ok(vec![chat(model, &exchange.dialogue(), TERMS, Map::new())])
    }

    fn parse(&self, exchange: &Exchange, replies: &[&[u8]]) -> Judgement {
        let [reply] = replies else { return Judgement::of(Verdict::Unparsable) };
        let judged = self.judged(exchange.subject(), reply);
        judged.unwrap_or(Judgement::of(Verdict::Unparsable))
    }
}

impl Asking {
    fn judged(&self, subject: Subject, reply: &[u8]) -> Option<Judgement> {
        let said = reply::chat(reply).filter(|said| said.ended)?;
        let mut lines = said.text.lines().map(str::trim);
        let safety = lines.next()?.strip_prefix("Safety: ")?;
        let words = lines.next()?.strip_prefix("Categories: ")?;
        let refusal = match subject {
            Subject::Prompt => None,
            Subject::Answer => Some(yes(lines.next()?.strip_prefix("Refusal: ")?)?),
        };
        if lines.next().is_some() {
            return None;
        }
        let categories = categories(words, subject)?;
        let verdict = match (safety, categories.is_empty()) {
            ("Safe", true) => Verdict::Safe,
            ("Unsafe", false) => Verdict::Unsafe,
            ("Controversial", false) => Verdict::Controversial,
            _ => return None,
        };
        let judged = Judgement { categories, refusal, ..Judgement::of(verdict) };
        Some(match (verdict, self.0) {
            (Verdict::Controversial, Middle::Strict) => {
                Judgement { verdict: Verdict::Unsafe, ..judged }
            }
            (Verdict::Controversial, Middle::Loose) => {
                Judgement { refusal, ..Judgement::of(Verdict::Safe) }
            }
            _ => judged,
        })
    }
}

/// The hazards of a line; none for `None`. Each must be known, and be named once.
fn categories(line: &str, subject: Subject) -> Option<Vec<Category>> {
    if line == "None" {
        return Some(Vec::new());
    }
    let mut found = Vec::new();
    for word in line.split(',').map(str::trim) {
        let known = HAZARDS.contains(&word) && (subject == Subject::Prompt || word != JAILBREAK);
        let category = Category::new("q3g", word);
        if !known || found.contains(&category) {
            return None;
        }
        found.push(category);
    }
    Some(found)
}

fn yes(word: &str) -> Option<bool> {
    match word {
        "Yes" => Some(true),
        "No" => Some(false),
        _ => None,
    }
}
