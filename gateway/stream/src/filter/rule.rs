//! What is done about what one filter finds: the settings that every kind of filter has.

use super::kind::Notes;
use crate::report::Action;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sluice_config::words::Strategy;

/// Categories a filter may be told to look for.
const CATEGORIES_MAX: usize = 64;

/// What is done about what one filter finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where it looks.
    pub places: Vec<Place>,
    /// What is done about what it finds.
    pub action: Action,
    /// Whether it only tries: it reads what the filters before it let through, and nothing is
    /// done about what it finds.
    pub shadow: bool,
    /// What is done if it fails. A filter that reads here cannot.
    pub on_error: OnError,
    /// What it is to look for, where it knows several things; all of them if none is named.
    pub categories: Vec<String>,
    /// The score from which on something is found, where it gives scores.
    pub threshold: Option<f64>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// What is asked.
    Prompt,
    /// What the model says, and what it says instead of an answer.
    Answer,
    /// What it thinks aloud.
    Reasoning,
    /// What it wants of tools: their names and arguments.
    ToolCalls,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 4] = [Self::Prompt, Self::Answer, Self::Reasoning, Self::ToolCalls];

    /// The word used in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Answer => "answer",
            Self::Reasoning => "reasoning",
            Self::ToolCalls => "tool_calls",
        }
    }
}

/// What is done if a filter fails.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// Nothing is shown.
    #[default]
    Closed,
    /// What it would have looked at is shown.
    Open,
}

/// How a filter goes about one text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Manner {
    /// It sees what passes.
    Watches,
    /// It lets two tokens of what may become a match pass.
    Debounces,
    /// It holds back what may become a match.
    Holds,
}

impl Rule {
    /// Takes the common settings out of what is written for a filter; `kind_action` is what its
    /// kind does if nothing is said.
    pub(super) fn take(
        settings: &mut Map<String, Value>,
        kind_action: Action,
        notes: &mut Notes<'_>,
    ) -> Option<Self> {
        let answers = vec![Place::Answer, Place::Reasoning, Place::ToolCalls];
        if settings.get("action").is_some_and(|action| action == "mask") {
            notes.note("action", "`mask` is called `redact`");
            return None;
        }
        let rule = Self {
            places: word(settings, "in", notes)?.unwrap_or(answers),
            action: word(settings, "action", notes)?.unwrap_or(kind_action),
            shadow: word(settings, "shadow", notes)?.unwrap_or_default(),
            on_error: word(settings, "on_error", notes)?.unwrap_or_default(),
            categories: word(settings, "categories", notes)?.unwrap_or_default(),
            threshold: word(settings, "threshold", notes)?,
        };
        rule.check(notes).then_some(rule)
    }

    fn check(&self, notes: &mut Notes<'_>) -> bool {
        let mut sound = true;
        let mut note = |setting: &str, what: String| {
            notes.note(setting, what);
            sound = false;
        };
        let twice =
            |(at, place): (usize, &Place)| self.places.iter().take(at).any(|it| it == place);
        if self.places.is_empty() || self.places.iter().enumerate().any(twice) {
            note("in", "must name some of prompt, answer, reasoning, tool_calls, each once".into());
        }
        if self.categories.len() > CATEGORIES_MAX {
            note("categories", format!("must be {CATEGORIES_MAX} at most"));
        }
        if self.threshold.is_some_and(|least| !(0.0..=1.0).contains(&least)) {
            note("threshold", "must be from 0 to 1".into());
        }
        sound
    }

    /// How it goes about a text under a strategy.
    pub(super) fn manner(&self, strategy: Strategy) -> Manner {
        match strategy {
            _ if self.shadow || !self.action.acts() => Manner::Watches,
            Strategy::DetectOnly => Manner::Watches,
            // Once something was shown, no other model can answer instead.
            _ if self.action == Action::Fallback => Manner::Holds,
            Strategy::TokenDebounce => Manner::Debounces,
            Strategy::Window | Strategy::FullBuffer => Manner::Holds,
        }
    }

    /// Whether masks of its filter are put into texts.
    pub(super) fn redacts(&self) -> bool {
        self.action == Action::Redact && !self.shadow
    }
}

/// Takes one setting out; `None` if it cannot be read, which is noted.
#[expect(clippy::option_option, reason = "one for what is wrong, one for what is not written")]
fn word<T: DeserializeOwned>(
    settings: &mut Map<String, Value>,
    name: &str,
    notes: &mut Notes<'_>,
) -> Option<Option<T>> {
    let Some(written) = settings.remove(name) else { return Some(None) };
    match T::deserialize(written) {
        Ok(setting) => Some(Some(setting)),
        Err(error) => {
            notes.note(name, error.to_string());
            None
        }
    }
}
