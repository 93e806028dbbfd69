//! `redact`: finds secrets and personal data.
//!
//! Each class is a few automata that begin wherever a thing of the class may begin, as a scout that
//! looks for all of them at once says. A place is held back while one that began there may still
//! match, and every shape is bounded.

mod check;
mod judge;
mod lead;
mod machine;
mod scout;
mod set;
mod shapes;
mod thread;

use super::Script;
use super::kind::{Filter, Judge, Kind, Notes};
use crate::report::Action;
use judge::Reading;
use serde::Deserialize;
use serde_json::Value;
use set::Shapes;
use shapes::CLASSES;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Redact;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    classes: Vec<String>,
}

impl Kind for Redact {
    fn name(&self) -> &'static str {
        "redact"
    }

    fn action(&self) -> Action {
        Action::Redact
    }

    fn build(&self, settings: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Filter>> {
        let Settings { classes } = notes.read(settings)?;
        let known = || CLASSES.iter().map(|class| class.name).collect::<Vec<_>>().join(", ");
        let mut sound = true;
        if classes.is_empty() {
            notes.note("classes", format!("must name one of {}", known()));
            sound = false;
        }
        for (index, class) in classes.iter().enumerate() {
            if !CLASSES.iter().any(|known| known.name == class) {
                let what = format!("there is no class {class}; there are {}", known());
                notes.note(&format!("classes[{index}]"), what);
                sound = false;
            }
        }
        match Shapes::compile(&classes) {
            Ok(shapes) => sound.then(|| Arc::new(Redacting(Arc::new(shapes))) as Arc<dyn Filter>),
            Err(error) => {
                notes.note("classes", format!("cannot be compiled: {error}"));
                None
            }
        }
    }
}

#[derive(Debug)]
struct Redacting(Arc<Shapes>);

impl Filter for Redacting {
    fn masks(&self) -> Vec<&str> {
        self.0.masks()
    }

    fn judge(&self, script: Script) -> Box<dyn Judge> {
        Box::new(Reading::new(Arc::clone(&self.0), script))
    }
}

#[cfg(test)]
mod tests;
