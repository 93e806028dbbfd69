//! What a filter is.

use super::Script;
use super::category;
use super::findings::Findings;
use super::ward::Asks;
use crate::report::{Action, VerdictCount};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sluice_config::Problems;
use std::fmt;
use std::sync::Arc;

/// A kind of filter, as profiles name it.
pub(super) trait Kind: fmt::Debug + Sync {
    /// The word of `kind:`.
    fn name(&self) -> &'static str;

    /// What is done about what it finds, if the profile does not say.
    fn action(&self) -> Action;

    /// Compiles settings, once: all but those every filter has. What is wrong with them is noted,
    /// and then there is no filter.
    fn build(&self, settings: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Filter>>;
}

/// One compiled filter of a profile.
pub(super) trait Filter: fmt::Debug + Send + Sync {
    /// What may stand for what it finds.
    fn masks(&self) -> Vec<&str>;

    /// The categories of what it finds.
    fn categories(&self) -> Vec<&str>;

    /// Begins to read a text.
    fn judge(&self, script: Script) -> Box<dyn Judge>;

    /// Whom it asks; what it judges itself is then judged by nobody.
    fn asks(&self) -> Option<&Asks> {
        None
    }

    /// When what it looks for was published, if that is known.
    fn dated(&self) -> Option<Dated> {
        None
    }
}

/// When something was published that should be renewed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dated {
    /// Seconds since 1970.
    pub at_seconds: u64,
    /// Days after which it is too old.
    pub max_age_days: Option<u32>,
}

impl Dated {
    /// How many days old it is, if that is too old.
    pub fn stale_days(&self, now_seconds: u64) -> Option<u64> {
        let days = now_seconds.saturating_sub(self.at_seconds) / (24 * 60 * 60);
        self.max_age_days.filter(|most| days > u64::from(*most)).map(|_| days)
    }
}

/// A filter reading one text. What it finds must not depend on how the text is cut, nor on what is
/// done about it, which it does not know.
pub(super) trait Judge: fmt::Debug + Send {
    /// Reads on, and says up to where the text is clear.
    fn feed(&mut self, text: &str, findings: &mut Findings);

    /// The text has ended.
    fn end(&mut self, findings: &mut Findings);
}

/// Where problems with the settings of one filter are noted.
#[derive(Debug)]
pub(super) struct Notes<'n> {
    path: &'n str,
    problems: &'n mut Problems,
}

impl<'n> Notes<'n> {
    pub(super) fn new(path: &'n str, problems: &'n mut Problems) -> Self {
        Self { path, problems }
    }

    /// Notes a problem with a setting, such as `literals[3]`; with all of them, if it is empty.
    pub(super) fn note(&mut self, setting: &str, what: impl Into<String>) {
        let dot = if setting.is_empty() { "" } else { "." };
        self.problems.note(&format!("{}{dot}{setting}", self.path), what);
    }

    /// Notes what `read` notes within a setting, such as `lists[3]`.
    pub(super) fn within<T>(&mut self, setting: &str, read: impl FnOnce(&mut Notes<'_>) -> T) -> T {
        let path = format!("{}.{setting}", self.path);
        read(&mut Notes::new(&path, self.problems))
    }

    /// Reads settings, or notes why they cannot be read.
    pub(super) fn read<T: DeserializeOwned>(&mut self, settings: &Value) -> Option<T> {
        match T::deserialize(settings) {
            Ok(settings) => Some(settings),
            Err(error) => {
                self.note("", error.to_string());
                None
            }
        }
    }

    /// Checks a mask: it must be something, and be safe inside any JSON string.
    pub(super) fn check_mask(&mut self, mask: &str) -> bool {
        let unsafe_in_json = |c: char| c.is_control() || c == '"' || c == '\\';
        let good =
            !mask.is_empty() && mask.len() <= MASK_BYTES_MAX && !mask.contains(unsafe_in_json);
        if !good {
            self.note(
                "mask",
                format!(
                    "must be 1 to {MASK_BYTES_MAX} bytes without quotes, backslashes or line breaks"
                ),
            );
        }
        good
    }

    /// Checks the name of a category: it is a label in metrics, and what callers are told.
    pub(super) fn check_category(&mut self, category: &str) -> bool {
        let failed = VerdictCount::FAILURES.contains(&category);
        let what = match category::check(category) {
            Ok(()) if failed => {
                format!("`{category}` is what a filter says that failed; choose another")
            }
            Ok(()) => return true,
            Err(what) => what,
        };
        self.note("category", what);
        false
    }
}

/// A mask is a word, not a text.
const MASK_BYTES_MAX: usize = 64;
