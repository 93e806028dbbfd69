//! `patterns`: finds listed phrases, and what listed regular expressions match.
//!
//! Thousands of phrases cost one look at the next few bytes, and one step of an automaton a byte
//! where a phrase may begin. What is held back is what the state
//! of the automaton says: the longest end of the text that begins a listed phrase. Regular
//! expressions are shapes: held back while one that began may still match.

mod glance;
mod judge;
mod list;
mod lists;
mod regexes;

use super::Script;
use super::kind::{Filter, Judge, Kind, Notes};
use super::normal::View;
use super::shape::{self, Shapes};
use super::twice::Twice;
use crate::report::Action;
use aho_corasick::{MatchKind, dfa, nfa::contiguous};
use judge::Reading;
use list::List;
use lists::{Listed, Phrase};
use serde_json::Value;
use std::sync::Arc;

/// Bytes of all phrases up to which the fastest automaton is worth its memory (some 300 a byte).
const FAST_BYTES_MAX: usize = 50_000;

#[derive(Debug)]
pub(super) struct Patterns;

impl Kind for Patterns {
    fn name(&self) -> &'static str {
        "patterns"
    }

    fn action(&self) -> Action {
        Action::Block
    }

    fn build(&self, settings: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Filter>> {
        let Listed { rules, phrases, regexes } = lists::read(settings, notes)?;
        let shapes = if regexes.is_empty() {
            None
        } else {
            Some(Arc::new(noted(regexes::compile(regexes, &rules), "regexes", notes)?))
        };
        if phrases.is_empty() {
            return Some(Arc::new(Matched(shapes?)));
        }
        let listed = noted(compile(&phrases, rules), "literals", notes)?;
        Some(match shapes {
            None => listed,
            Some(shapes) => Arc::new(Both(listed, Matched(shapes))),
        })
    }
}

fn noted<T>(made: Result<T, String>, setting: &str, notes: &mut Notes<'_>) -> Option<T> {
    made.map_err(|what| notes.note(setting, what)).ok()
}

fn compile(phrases: &[Phrase], rules: Vec<lists::Rule>) -> Result<Arc<dyn Filter>, String> {
    let kind = MatchKind::Standard;
    let words = || phrases.iter().map(|phrase| &phrase.words);
    if words().map(String::len).sum::<usize>() <= FAST_BYTES_MAX {
        let start = aho_corasick::StartKind::Unanchored;
        let mut builder = dfa::Builder::new();
        let builder = builder.match_kind(kind).start_kind(start).prefilter(false);
        return said(builder.build(words()), phrases, rules);
    }
    let mut builder = contiguous::Builder::new();
    said(builder.match_kind(kind).prefilter(false).build(words()), phrases, rules)
}

fn said<A: list::Machine>(
    machine: Result<A, aho_corasick::BuildError>,
    phrases: &[Phrase],
    rules: Vec<lists::Rule>,
) -> Result<Arc<dyn Filter>, String> {
    let machine = machine.map_err(|error| format!("are too many to compile: {error}"))?;
    let list = List::new(machine, phrases, rules).map_err(|error| error.to_string())?;
    Ok(Arc::new(Said(Arc::new(list))))
}

/// Finds phrases.
#[derive(Debug)]
struct Said<A>(Arc<List<A>>);

impl<A: list::Machine> Filter for Said<A> {
    fn masks(&self) -> Vec<&str> {
        self.0.rules.iter().map(|rule| &*rule.mask.text).collect()
    }

    fn categories(&self) -> Vec<&str> {
        self.0.rules.iter().map(|rule| &*rule.mask.category).collect()
    }

    fn judge(&self, script: Script) -> Box<dyn Judge> {
        Box::new(Reading::new(Arc::clone(&self.0), script))
    }
}

/// Finds what regular expressions match.
#[derive(Debug)]
struct Matched(Arc<Shapes>);

impl Filter for Matched {
    fn masks(&self) -> Vec<&str> {
        self.0.masks()
    }

    fn categories(&self) -> Vec<&str> {
        self.0.categories()
    }

    fn judge(&self, script: Script) -> Box<dyn Judge> {
        Box::new(shape::Reading::new(Arc::clone(&self.0), View::Loose, script))
    }
}

#[derive(Debug)]
struct Both(Arc<dyn Filter>, Matched);

impl Filter for Both {
    fn masks(&self) -> Vec<&str> {
        [self.0.masks(), self.1.masks()].concat()
    }

    fn categories(&self) -> Vec<&str> {
        [self.0.categories(), self.1.categories()].concat()
    }

    fn judge(&self, script: Script) -> Box<dyn Judge> {
        Box::new(Twice::new(self.0.judge(script), self.1.judge(script)))
    }
}

#[cfg(test)]
mod regex_tests;
#[cfg(test)]
mod tests;
