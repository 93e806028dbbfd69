//! What an adapter is.

use super::exchange::{Exchange, Subject};
use super::judgement::{Category, Judgement, Verdict};
use super::registry;
use super::request::Request;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sluice_config::Problems;
use std::fmt;
use std::sync::Arc;

/// A kind of guard, as the file names it.
pub(super) trait Kind: fmt::Debug + Sync {
    /// The word of `kind:`.
    fn name(&self) -> &'static str;

    /// Reads options, once. What is wrong with them is noted, and then there is no adapter.
    fn build(&self, options: &Value, notes: &mut Notes<'_>) -> Option<Arc<dyn Adapter>>;
}

/// What knows the words of one guard.
pub trait Adapter: fmt::Debug + Send + Sync {
    /// The word of `kind:`.
    fn name(&self) -> &'static str;

    /// Whether the guard can judge such a text at all.
    fn judges(&self, _: Subject) -> bool {
        true
    }

    /// Whether the guard reads what was said before a prompt together with it; if not, it knows of
    /// each text only what it is asked about that one.
    fn reads_before(&self) -> bool {
        false
    }

    /// Every hazard it may find, so that labels are bounded and others can be told as unknown.
    fn categories(&self) -> Vec<Category>;

    /// What to ask `model`, in at most [`REQUESTS_MAX`] requests.
    ///
    /// # Errors
    ///
    /// The guard cannot be asked about it.
    fn requests(&self, exchange: &Exchange, model: &str) -> Result<Vec<Request>, Unaskable>;

    /// What the replies say, in the order of the requests.
    fn parse(&self, exchange: &Exchange, replies: &[&[u8]]) -> Judgement;

    /// The exchange to ask about if the guard has not read of it what it is said to have; `None` if
    /// it always gets all.
    fn again(&self, _: &Exchange) -> Option<Exchange> {
        None
    }

    /// How much of a list of [`LIST_MAX`] an exchange takes, so that others may be asked about in
    /// the same request; `None` if it cannot share one.
    fn inputs(&self, _: &Exchange) -> Option<usize> {
        None
    }

    /// What to ask about several exchanges at once that together take no more than a list.
    fn joined(&self, _: &[&Exchange], _model: &str) -> Option<Request> {
        None
    }

    /// What a reply to [`Self::joined`] says of each, in their order.
    fn split(&self, exchanges: &[&Exchange], _reply: &[u8]) -> Vec<Judgement> {
        exchanges.iter().map(|_| Judgement::of(Verdict::Unparsable)).collect()
    }
}

/// Texts of one request, where a guard takes lists.
pub const LIST_MAX: usize = 16;

/// Whether a guard may be asked about several texts at once.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Inputs {
    /// It takes lists.
    #[default]
    List,
    /// It does not.
    Single,
}

/// Requests of one judgement: each waits for a place at the guard.
pub(super) const REQUESTS_MAX: usize = 16;

/// Why a guard cannot be asked about a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unaskable {
    /// It is longer than the guard can read in full.
    #[error("the text is longer than the guard can read")]
    TooLong,
    /// The guard judges no such texts.
    #[error("the guard judges no such texts")]
    Subject,
}

/// The adapter of a guard that is written with this kind and these options at `path`; what is wrong
/// is noted, and then there is none.
pub fn build(
    kind: &str,
    options: &Value,
    path: &str,
    problems: &mut Problems,
) -> Option<Arc<dyn Adapter>> {
    let Some(found) = registry::find(kind) else {
        let known = registry::names().collect::<Vec<_>>().join(", ");
        problems
            .note(&format!("{path}.kind"), format!("there is no guard {kind}; there are {known}"));
        return None;
    };
    let mut notes = Notes { path, problems, sound: true };
    let adapter = found.build(options, &mut notes)?;
    notes.sound.then_some(adapter)
}

/// Where problems with the options of a guard are noted.
#[derive(Debug)]
pub(super) struct Notes<'n> {
    path: &'n str,
    problems: &'n mut Problems,
    sound: bool,
}

impl Notes<'_> {
    /// Notes a problem with an option, such as `threshold`.
    pub(super) fn note(&mut self, option: &str, what: impl Into<String>) {
        let dot = if option.is_empty() { "" } else { "." };
        self.problems.note(&format!("{}.options{dot}{option}", self.path), what);
        self.sound = false;
    }

    /// Reads options, or notes why they cannot be read.
    pub(super) fn read<T: DeserializeOwned>(&mut self, options: &Value) -> Option<T> {
        match T::deserialize(options) {
            Ok(options) => Some(options),
            Err(error) => {
                self.note("", error.to_string());
                None
            }
        }
    }

    /// Checks a threshold: a probability, and not one that is always reached.
    pub(super) fn check_threshold(&mut self, threshold: Option<f64>) {
        if threshold.is_some_and(|threshold| !(threshold > 0.0 && threshold <= 1.0)) {
            self.note("threshold", "must be above 0 and at most 1");
        }
    }

    /// Checks words of an operator's own: they become categories, which are labels.
    pub(super) fn check_words<'w>(
        &mut self,
        option: &str,
        words: impl IntoIterator<Item = &'w String>,
    ) {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
        let word =
            |word: &String| (1..=WORD_BYTES_MAX).contains(&word.len()) && word.bytes().all(fine);
        let mut count = 0;
        for each in words {
            count += 1;
            if !word(each) || count > WORDS_MAX {
                let what = format!(
                    "must be at most {WORDS_MAX} words of 1 to {WORD_BYTES_MAX} letters, digits or \
                     any of `. _ - /`"
                );
                self.note(option, what);
                return;
            }
        }
    }

    /// Checks that each word is one that the guard knows.
    pub(super) fn check_known(&mut self, option: &str, words: &[String], known: &[&str]) {
        for (index, word) in words.iter().enumerate() {
            if !known.contains(&word.as_str()) {
                let what = format!("there is no {word}; there are {}", known.join(", "));
                self.note(&format!("{option}[{index}]"), what);
            }
        }
    }
}

/// Words of one list: each may become a label.
const WORDS_MAX: usize = 64;
/// A category is a word, not a text.
const WORD_BYTES_MAX: usize = 64;
