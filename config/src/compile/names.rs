//! Names: well-formed, and no two that a person would read as one.

use crate::Problems;
use crate::file::{File, NAME_RULE, Named, is_name};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// Checks every name of the file.
pub(crate) fn check(file: &File, problems: &mut Problems) {
    let mut tiers = Kind::new("tier");
    for name in file.tiers.iter().flat_map(Named::names) {
        tiers.take(name, format!("tiers.{name}"), problems);
    }
    let mut upstreams = Kind::new("upstream");
    for name in file.upstreams.iter().flat_map(Named::names) {
        upstreams.take(name, format!("upstreams.{name}"), problems);
    }
    let mut filters = Kind::new("filter profile");
    for name in file.filters.names() {
        filters.take(name, format!("filters.{name}"), problems);
    }
    let mut guards = Kind::new("guard");
    for name in file.guards.names() {
        guards.take(name, format!("guards.{name}"), problems);
    }
    let mut licences = Kind::new("licence");
    for name in file.licences.names() {
        licences.take(name, format!("licences.{name}"), problems);
    }
    models(file, problems);
    some(file, problems);
}

/// A section that must not be empty, for then nobody could call anything.
fn some(file: &File, problems: &mut Problems) {
    let empty = [
        ("tiers", file.tiers.as_ref().is_some_and(|tiers| tiers.0.is_empty())),
        ("models", file.models.as_ref().is_some_and(|models| models.0.is_empty())),
        ("upstreams", file.upstreams.as_ref().is_some_and(|upstreams| upstreams.0.is_empty())),
        ("listeners", file.listeners.as_ref().is_some_and(|listeners| listeners.0.is_empty())),
    ];
    for (section, _) in empty.iter().filter(|(_, empty)| *empty) {
        problems.note(section, "there must be at least one");
    }
}

/// Models and their aliases share one space: a caller must not be able to tell them apart.
fn models(file: &File, problems: &mut Problems) {
    let Some(models) = &file.models else { return };
    let mut kind = Kind::new("model or alias");
    for name in models.names() {
        kind.take(name, format!("models.{name}"), problems);
    }
    for name in file.aliases.names() {
        kind.take(name, format!("aliases.{name}"), problems);
    }
    for (name, model) in models.iter() {
        for (index, alias) in model.aliases.iter() {
            kind.take(&alias.0, format!("models.{name}.aliases[{index}]"), problems);
        }
    }
}

/// The names of one kind of thing.
struct Kind {
    what: &'static str,
    taken: HashMap<String, String>,
}

impl Kind {
    fn new(what: &'static str) -> Self {
        Self { what, taken: HashMap::new() }
    }

    fn take(&mut self, name: &str, path: String, problems: &mut Problems) {
        if !is_name(name) {
            problems.note(&path, NAME_RULE);
        }
        let what = self.what;
        let folded = name.nfkc().collect::<String>().to_lowercase();
        if let Some(first) = self.taken.get(&folded) {
            problems.note(&path, format!("reads like the {what} at `{first}`; choose another"));
        } else {
            self.taken.insert(folded, path);
        }
    }
}
