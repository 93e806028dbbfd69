//! Which model answers instead of another, if a filter asks for that.

use crate::Problems;
use crate::file::{self, File, Model, Named};
use crate::words::{ModelId, Operation};
use std::collections::HashMap;

/// Steps that a way from model to model is followed, to see whether it is a circle. A call takes
/// one of them: a longer circle does no more harm than a short one.
const STEPS_MAX: usize = 64;

/// Every model that can be read, by each of its names, with its canonical one.
pub(super) struct Fallbacks<'f> {
    named: HashMap<&'f str, (&'f str, &'f Model)>,
    /// Every canonical name, whether or not the model can be read.
    known: Vec<&'f str>,
}

impl<'f> Fallbacks<'f> {
    pub(super) fn new(file: &'f File) -> Self {
        let models = || file.models.iter();
        let named = models().flat_map(Named::iter).flat_map(|(name, model)| {
            let aliases = model.aliases.iter().map(|(_, alias)| alias.0.as_str());
            aliases.chain([name]).map(move |written| (written, (name, model)))
        });
        Self { named: named.collect(), known: models().flat_map(Named::names).collect() }
    }

    /// The canonical name of the model that `name` falls back to. What could never answer is a
    /// problem: a model that is not there, itself, a circle, one that is asked for other things.
    pub(super) fn of(&self, name: &str, model: &Model, problems: &mut Problems) -> Option<ModelId> {
        let written = model.fallback.as_ref()?.0.as_str();
        let path = format!("models.{name}.fallback");
        let Some((other, to)) = self.named.get(written) else {
            // What is wrong with one that is there is noted already.
            if !self.known.contains(&written) {
                let hint = file::near(written, &self.known);
                problems.note(&path, format!("no model or alias is called `{written}`{hint}"));
            }
            return None;
        };
        let circle = self.circle(name, model);
        if *other == name {
            problems.note(&path, "a model cannot answer instead of itself");
        } else if !circle.is_empty() {
            let way = circle.join("`, `");
            problems.note(&path, format!("goes round in a circle: `{name}`, `{way}`"));
        } else if !model.operations.iter().any(|(_, operation)| offers(to, *operation)) {
            problems.note(&path, format!("`{other}` offers no operation of this model"));
        }
        Some(ModelId::new(other))
    }

    /// The models on the way from one back to itself; none if it does not lead there.
    fn circle(&self, from: &str, model: &Model) -> Vec<&'f str> {
        let mut way = Vec::new();
        let mut next = self.next(model);
        while let Some((name, model)) = next.filter(|_| way.len() < STEPS_MAX) {
            way.push(name);
            if name == from {
                return way;
            }
            next = self.next(model);
        }
        Vec::new()
    }

    fn next(&self, model: &Model) -> Option<(&'f str, &'f Model)> {
        self.named.get(model.fallback.as_ref()?.0.as_str()).copied()
    }
}

/// Whether a model offers an operation; one whose words cannot all be read may.
fn offers(model: &Model, operation: Operation) -> bool {
    let operations = &model.operations;
    operations.0.iter().any(Option::is_none) || operations.iter().any(|(_, it)| *it == operation)
}
