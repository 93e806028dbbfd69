//! `blocklist`: ends a choice that says a listed phrase, or masks the phrase.
//!
//! Thousands of phrases cost one look at the next few bytes, and one step of an automaton a byte
//! where a phrase may begin. What is held back is what the state
//! of the automaton says: the longest end of the text that begins a listed phrase.

mod glance;
mod judge;
mod list;

use super::Script;
use super::findings::Mask;
use super::kind::{Filter, Judge, Kind, Notes};
use super::normal::{View, normalise};
use crate::report::Action;
use aho_corasick::{MatchKind, dfa, nfa::contiguous};
use judge::Reading;
use list::List;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Phrases of all lists of one filter.
const LITERALS_MAX: usize = 200_000;

/// Bytes of one phrase: it may have to be held back in full.
const LITERAL_BYTES_MAX: usize = 1024;

/// Bytes of all phrases up to which the fastest automaton is worth its memory (some 300 a byte).
const FAST_BYTES_MAX: usize = 50_000;

#[derive(Debug)]
pub(super) struct Blocklist;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    literals: Vec<String>,
    #[serde(default = "removed")]
    mask: String,
    #[serde(default)]
    word: bool,
    #[serde(default = "category")]
    category: String,
}

fn removed() -> String {
    "[removed]".into()
}

fn category() -> String {
    "listed".into()
}

/// What a listed phrase is.
#[derive(Debug)]
struct Rule {
    /// Whether letters and digits beside a phrase make it another one.
    word: bool,
    mask: Mask,
}

impl Kind for Blocklist {
    fn name(&self) -> &'static str {
        "blocklist"
    }

    fn action(&self) -> Action {
        Action::Block
    }

    fn build(&self, settings: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Filter>> {
        let settings: Settings = notes.read(settings)?;
        let sound = notes.check_mask(&settings.mask) & notes.check_category(&settings.category);
        let phrases = phrases(&settings.literals, notes)?;
        let (category, text) = (settings.category.into(), settings.mask.into());
        let mask = Mask { category, text };
        let rule = Rule { word: settings.word, mask };
        match compile(&phrases, rule) {
            Ok(filter) => sound.then_some(filter),
            Err(error) => {
                notes.note("literals", format!("are too many to compile: {error}"));
                None
            }
        }
    }
}

fn phrases(literals: &[String], notes: &mut Notes<'_>) -> Option<Vec<String>> {
    if literals.is_empty() || literals.len() > LITERALS_MAX {
        notes.note("literals", format!("must be 1 to {LITERALS_MAX} phrases"));
        return None;
    }
    let mut sound = true;
    let mut phrases = Vec::with_capacity(literals.len());
    for (index, literal) in literals.iter().enumerate() {
        let phrase = normalise(literal, View::Loose);
        if phrase.is_empty() || phrase.len() > LITERAL_BYTES_MAX {
            let what = format!("must be 1 to {LITERAL_BYTES_MAX} bytes that can be seen");
            notes.note(&format!("literals[{index}]"), what);
            sound = false;
        }
        phrases.push(phrase);
    }
    phrases.sort_unstable();
    phrases.dedup();
    sound.then_some(phrases)
}

fn compile(phrases: &[String], rule: Rule) -> Result<Arc<dyn Filter>, String> {
    let kind = MatchKind::Standard;
    if phrases.iter().map(String::len).sum::<usize>() <= FAST_BYTES_MAX {
        let start = aho_corasick::StartKind::Unanchored;
        let mut builder = dfa::Builder::new();
        let builder = builder.match_kind(kind).start_kind(start).prefilter(false);
        return listed(builder.build(phrases), phrases, rule);
    }
    let mut builder = contiguous::Builder::new();
    listed(builder.match_kind(kind).prefilter(false).build(phrases), phrases, rule)
}

fn listed<A: list::Machine>(
    machine: Result<A, aho_corasick::BuildError>,
    phrases: &[String],
    rule: Rule,
) -> Result<Arc<dyn Filter>, String> {
    let machine = machine.map_err(|error| error.to_string())?;
    let list = List::new(machine, phrases, rule).map_err(|error| error.to_string())?;
    Ok(Arc::new(Listed(Arc::new(list))))
}

#[derive(Debug)]
struct Listed<A>(Arc<List<A>>);

impl<A: list::Machine> Filter for Listed<A> {
    fn masks(&self) -> Vec<&str> {
        vec![&self.0.rule.mask.text]
    }

    fn judge(&self, script: Script) -> Box<dyn Judge> {
        Box::new(Reading::new(Arc::clone(&self.0), script))
    }
}

#[cfg(test)]
mod tests;
