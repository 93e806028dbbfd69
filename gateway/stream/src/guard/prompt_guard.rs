//! `prompt_guard`: Prompt Guard 2, served as a classifier. It reads 512 tokens, so a longer prompt
//! is read in windows that overlap; the most suspicious one counts.

use super::adapter::{Adapter, Inputs, Kind, LIST_MAX, Notes, REQUESTS_MAX, Unaskable};
use super::exchange::{Exchange, Subject};
use super::inert::inert;
use super::judgement::{Category, Judgement, Verdict};
use super::request::Request;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Characters of a window. Without the guard's tokeniser the bound is that a token has at least one
/// character; two of the 512 tokens mark the beginning and the end.
const WINDOW: usize = 510;
/// Characters that a window has in common with the next, so that an attack is whole in one.
const OVERLAP: usize = 128;

/// What servers call the two classes: in their configuration, or by number.
const BENIGN: [&str; 2] = ["BENIGN", "LABEL_0"];
const MALICIOUS: [&str; 2] = ["MALICIOUS", "LABEL_1"];

#[derive(Debug)]
pub(super) struct PromptGuard;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// From which score on a prompt is an attack.
    #[serde(default = "half")]
    threshold: f64,
    /// Whether the server takes lists.
    #[serde(default)]
    inputs: Inputs,
    /// Where it classifies.
    #[serde(default)]
    path: At,
}

fn half() -> f64 {
    0.5
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
enum At {
    /// vLLM.
    #[default]
    #[serde(rename = "/classify")]
    Root,
    /// SGLang.
    #[serde(rename = "/v1/classify")]
    V1,
}

impl Kind for PromptGuard {
    fn name(&self) -> &'static str {
        "prompt_guard"
    }

    fn build(&self, options: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Adapter>> {
        let Options { threshold, inputs, path } = notes.read(options)?;
        notes.check_threshold(Some(threshold));
        let path = match path {
            At::Root => "/classify",
            At::V1 => "/v1/classify",
        };
        let list = match inputs {
            Inputs::List => LIST_MAX,
            Inputs::Single => 1,
        };
        Some(Arc::new(Asking { threshold, list, path }))
    }
}

#[derive(Debug)]
struct Asking {
    threshold: f64,
    /// Windows of one request.
    list: usize,
    path: &'static str,
}

#[derive(Deserialize)]
struct Reply {
    data: Vec<Class>,
}

#[derive(Deserialize)]
struct Class {
    index: usize,
    label: String,
    probs: Vec<f64>,
}

impl Adapter for Asking {
    fn name(&self) -> &'static str {
        PromptGuard.name()
    }

    fn judges(&self, subject: Subject) -> bool {
        subject == Subject::Prompt
    }

    fn categories(&self) -> Vec<Category> {
        vec![category()]
    }

    fn requests(&self, exchange: &Exchange, model: &str) -> Result<Vec<Request>, Unaskable> {
        if exchange.subject() != Subject::Prompt {
            return Err(Unaskable::Subject);
        }
        let windows = windows(&inert(exchange.judged()));
        if windows.len() > self.list * REQUESTS_MAX {
            return Err(Unaskable::TooLong);
        }
        let ask = |windows: &[String]| {
            let input = match (windows, self.list) {
                ([window], 1) => json!(window),
                _ => json!(windows),
            };
            Request::new(self.path, &json!({ "model": model, "input": input }))
        };
        Ok(windows.chunks(self.list).map(ask).collect())
    }

    fn parse(&self, exchange: &Exchange, replies: &[&[u8]]) -> Judgement {
        let windows = windows(&inert(exchange.judged()));
        let asked = windows.chunks(self.list);
        if asked.len() != replies.len() {
            return Judgement::of(Verdict::Unparsable);
        }
        Judgement::joined(asked.zip(replies).map(|(windows, reply)| {
            let told = told(windows.len(), reply);
            told.map_or(Judgement::of(Verdict::Unparsable), |told| self.judged(&told))
        }))
    }

    fn inputs(&self, exchange: &Exchange) -> Option<usize> {
        let count = windows(&inert(exchange.judged())).len();
        (self.judges(exchange.subject()) && count <= self.list && self.list > 1).then_some(count)
    }

    fn joined(&self, exchanges: &[&Exchange], model: &str) -> Option<Request> {
        let input: Vec<String> =
            exchanges.iter().flat_map(|it| windows(&inert(it.judged()))).collect();
        Some(Request::new(self.path, &json!({ "model": model, "input": input })))
    }

    fn split(&self, exchanges: &[&Exchange], reply: &[u8]) -> Vec<Judgement> {
        let counts = || exchanges.iter().map(|it| windows(&inert(it.judged())).len());
        let mut told = told(counts().sum(), reply).map(Vec::into_iter);
        let judged = counts().map(|count| match &mut told {
            Some(told) => self.judged(&told.take(count).collect::<Vec<_>>()),
            None => Judgement::of(Verdict::Unparsable),
        });
        judged.collect()
    }
}

impl Asking {
    /// What is said of the windows of one text.
    fn judged(&self, told: &[f64]) -> Judgement {
        let score = told.iter().copied().fold(0.0, f64::max);
        let found = if score >= self.threshold { vec![category()] } else { Vec::new() };
        let scores = vec![(category(), score)];
        Judgement { score: Some(score), scores, ..Judgement::found(found) }
    }
}

/// What a reply says of so many windows: it must say it of each, once.
fn told(windows: usize, reply: &[u8]) -> Option<Vec<f64>> {
    let Reply { data } = serde_json::from_slice(reply).ok()?;
    let mut told = vec![None; windows];
    for class in data {
        let place = told.get_mut(class.index).filter(|place| place.is_none())?;
        *place = Some(attack(&class)?);
    }
    told.into_iter().collect()
}

fn category() -> Category {
    Category::new("pg", "malicious")
}

/// How likely an attack is, if label and probabilities agree.
fn attack(class: &Class) -> Option<f64> {
    let [benign, malicious] = class.probs.as_slice() else { return None };
    let whole = (benign + malicious - 1.0).abs() < 0.01;
    let each = [benign, malicious].into_iter().all(|share| (0.0..=1.0).contains(share));
    let label = class.label.to_uppercase();
    let agrees = if MALICIOUS.contains(&label.as_str()) {
        malicious >= benign
    } else {
        BENIGN.contains(&label.as_str()) && benign >= malicious
    };
    (whole && each && agrees).then_some(*malicious)
}

/// The text in windows that overlap; at least one.
fn windows(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().collect();
    let mut windows = Vec::new();
    let mut from = 0;
    loop {
        windows.push(signs.iter().skip(from).take(WINDOW).collect());
        if from + WINDOW >= signs.len() {
            return windows;
        }
        from += WINDOW - OVERLAP;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_stretch_shorter_than_the_overlap_is_whole_in_some_window(
            length in 1..4_000_u32,
            at in 0..4_000_u32,
        ) {
            // Every character another, so that a stretch is found where it is.
            let text: String = ('\u{4e00}'..).take(length as usize).collect();
            let at = (at % length) as usize;
            let stretch: String = text.chars().skip(at).take(OVERLAP).collect();
            let windows = windows(&text);
            prop_assert!(windows.iter().any(|window| window.contains(&stretch)));
            prop_assert!(windows.iter().all(|window| window.chars().count() <= WINDOW));
        }
    }
}
