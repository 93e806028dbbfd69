//! What a model is made from, and whose terms hold for it.

use super::{Known, Licences};
use crate::Problems;
use crate::file::{self, File, near};
use crate::words::{Licence, LicenceId};
use std::collections::HashMap;

/// Models that one is made from.
const BASES_MAX: usize = 16;
/// Generations from a model back to its first weights: a merge of fine-tunes of a distillate has
/// four or so.
const GENERATIONS_MAX: usize = 16;

/// The models of a file, and the licences.
pub(crate) struct Lineage<'f> {
    licences: &'f Licences,
    /// Models by every name, each with its own.
    models: HashMap<&'f str, (&'f str, &'f file::Model)>,
    /// What a model passes on, once that was found.
    passed: HashMap<&'f str, Licence>,
}

impl<'f> Lineage<'f> {
    pub(crate) fn new(file: &'f File, licences: &'f Licences) -> Self {
        let mut models = HashMap::new();
        for (name, model) in file.models.iter().flat_map(file::Named::iter) {
            for (_, alias) in model.aliases.iter() {
                models.insert(alias.0.as_str(), (name, model));
            }
            models.insert(name, (name, model));
        }
        Self { licences, models, passed: HashMap::new() }
    }

    /// A licence of which terms are known.
    pub(super) fn known(&self, name: &str) -> Option<&'f Known> {
        self.licences.find(name)
    }

    /// The terms that hold for a model: those of its licence, and those of what it is made from.
    pub(crate) fn terms(
        &mut self,
        name: &'f str,
        model: &'f file::Model,
        problems: &mut Problems,
    ) -> Licence {
        let id = model.licence.as_ref().map_or("", |licence| licence.0.as_str());
        let own = self.own(id);
        if let Some(known) = self.licences.find(id) {
            acceptable(known, &format!("models.{name}.licence"), problems);
        }
        let mut trail = vec![name];
        self.inherited(name, model, (&mut trail, problems), own)
    }

    /// The terms of a licence by a name; that of the model stays as it is written.
    fn own(&self, name: &str) -> Licence {
        let id = LicenceId::new(name);
        match self.licences.find(name) {
            Some(known) => Licence { id, ..known.licence.clone() },
            None => Licence::without_terms(id),
        }
    }

    /// `terms` with those of everything that the model is made from.
    fn inherited(
        &mut self,
        name: &'f str,
        model: &'f file::Model,
        (trail, problems): (&mut Vec<&'f str>, &mut Problems),
        mut terms: Licence,
    ) -> Licence {
        let path = format!("models.{name}.base_models");
        if model.base_models.0.len() > BASES_MAX {
            problems.note(&path, format!("more than {BASES_MAX}"));
            return terms;
        }
        for (index, base) in model.base_models.iter() {
            let path = format!("{path}[{index}]");
            if let Some(passed) = self.base(&base.0, &path, (trail, problems)) {
                terms = terms.strictest(&passed);
            }
        }
        terms
    }

    /// What a model or a licence passes on to those made from it.
    fn base(
        &mut self,
        base: &'f str,
        path: &str,
        (trail, problems): (&mut Vec<&'f str>, &mut Problems),
    ) -> Option<Licence> {
        let Some((name, model)) = self.models.get(base).copied() else {
            let Some(known) = self.licences.find(base) else {
                problems.note(path, self.stranger(base));
                return None;
            };
            acceptable(known, path, problems);
            return known.is_inherited.then(|| known.licence.clone());
        };
        if trail.contains(&name) {
            let what = format!("a model is not made from itself: {} → {name}", trail.join(" → "));
            problems.note(path, what);
            return None;
        }
        if let Some(passed) = self.passed.get(name) {
            return Some(passed.clone());
        }
        if trail.len() >= GENERATIONS_MAX {
            problems.note(path, format!("more than {GENERATIONS_MAX} generations"));
            return None;
        }
        let id = model.licence.as_ref().map_or("", |licence| licence.0.as_str());
        let inherits = self.licences.find(id).is_some_and(|known| known.is_inherited);
        let own = if inherits { self.own(id) } else { Licence::without_terms(LicenceId::new(id)) };
        trail.push(name);
        let passed = self.inherited(name, model, (trail, problems), own);
        trail.pop();
        self.passed.insert(name, passed.clone());
        Some(passed)
    }

    fn stranger(&self, base: &str) -> String {
        let models = self.models.keys().copied();
        let known: Vec<&str> = models.chain(self.licences.ids.keys().map(String::as_str)).collect();
        format!("no model and no known licence is called `{base}`{}", near(base, &known))
    }
}

/// Whoever must accept a licence needs to know its text.
fn acceptable(known: &Known, path: &str, problems: &mut Problems) {
    if known.asks.is_some() && known.licence.accept.is_empty() {
        let id = &known.licence.id;
        let what = format!(
            "callers must accept the licence `{id}`, and no text of it is named; write `licences: \
             {{ \"{id}\": {{ text: FILE }} }}`"
        );
        problems.note(path, what);
    }
}
