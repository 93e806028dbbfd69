//! `hash_list`: finds names and strings of which only salted hashes are known, from a list that
//! somebody publishes.
//!
//! A text is compared word by word: every run of as many words as an entry may have is hashed and
//! looked up. What is held back is the latest words, one less than that, and the word under way.

mod judge;
mod published;

use super::Script;
use super::findings::Mask;
use super::kind::{Dated, Filter, Judge, Kind, Notes};
use crate::report::Action;
use judge::Reading;
use published::Published;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Days after which a list may be called old, at most.
const AGE_DAYS_MAX: u32 = 3650;

#[derive(Debug)]
pub(super) struct HashList;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    hashes: Vec<String>,
    max_age_days: Option<u32>,
    #[serde(default = "removed")]
    mask: String,
    #[serde(default = "category")]
    category: String,
}

fn removed() -> String {
    "[removed]".into()
}

fn category() -> String {
    "deletion_request".into()
}

impl Kind for HashList {
    fn name(&self) -> &'static str {
        "hash_list"
    }

    fn action(&self) -> Action {
        Action::Redact
    }

    fn build(&self, settings: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Filter>> {
        let settings: Settings = notes.read(settings)?;
        let mut sound = notes.check_mask(&settings.mask) & notes.check_category(&settings.category);
        if settings.max_age_days.is_some_and(|days| !(1..=AGE_DAYS_MAX).contains(&days)) {
            notes.note("max_age_days", format!("must be from 1 to {AGE_DAYS_MAX}"));
            sound = false;
        }
        let mask = Mask { category: settings.category.into(), text: settings.mask.into() };
        match Published::read(&settings.hashes) {
            Ok(published) => {
                let days = settings.max_age_days;
                let dated = Dated { at_seconds: published.produced_at, max_age_days: days };
                sound.then(|| {
                    Arc::new(Subscribed { published: Arc::new(published), mask, dated }) as _
                })
            }
            Err((line, what)) => {
                let at = line.map_or("hashes".to_owned(), |line| format!("hashes[{line}]"));
                notes.note(&at, what);
                None
            }
        }
    }
}

#[derive(Debug)]
struct Subscribed {
    published: Arc<Published>,
    mask: Mask,
    dated: Dated,
}

impl Filter for Subscribed {
    fn masks(&self) -> Vec<&str> {
        vec![&self.mask.text]
    }

    fn categories(&self) -> Vec<&str> {
        vec![&self.mask.category]
    }

    fn judge(&self, script: Script) -> Box<dyn Judge> {
        Box::new(Reading::new(Arc::clone(&self.published), self.mask.clone(), script))
    }

    fn dated(&self) -> Option<Dated> {
        Some(self.dated)
    }
}

#[cfg(test)]
mod tests;
