//! `redact`: finds secrets and personal data.
//!
//! Each class is a few shapes, and every shape is bounded.

mod check;
mod shapes;

use super::Script;
use super::kind::{Filter, Judge, Kind, Notes};
use super::normal::View;
use super::shape::{Reading, Shapes};
use crate::report::Action;
use serde::Deserialize;
use serde_json::Value;
use shapes::{CLASSES, Known, SHAPES};
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
        sound.then(|| Arc::new(Redacting(Arc::new(compile(&classes)))) as Arc<dyn Filter>)
    }
}

fn compile(classes: &[String]) -> Shapes {
    let wanted = SHAPES.iter().filter(|shape| classes.iter().any(|class| class == shape.class));
    Shapes::new(wanted.filter_map(Known::machine).collect())
}

#[derive(Debug)]
struct Redacting(Arc<Shapes>);

impl Filter for Redacting {
    fn masks(&self) -> Vec<&str> {
        self.0.masks()
    }

    fn categories(&self) -> Vec<&str> {
        self.0.categories()
    }

    fn judge(&self, script: Script) -> Box<dyn Judge> {
        Box::new(Reading::new(Arc::clone(&self.0), View::Exact, script))
    }
}

#[cfg(test)]
mod tests;
