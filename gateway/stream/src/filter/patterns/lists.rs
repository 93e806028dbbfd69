//! The settings of `patterns`: lists of phrases and regular expressions, one or several.

use super::regexes::{self, Regex};
use crate::filter::findings::Mask;
use crate::filter::kind::Notes;
use crate::filter::normal::{View, normalise};
use serde::Deserialize;
use serde_json::Value;

/// Lists of one filter.
const LISTS_MAX: usize = 64;

/// Phrases of all lists of one filter.
const LITERALS_MAX: usize = 200_000;

/// Bytes of one phrase: it may have to be held back in full.
const LITERAL_BYTES_MAX: usize = 1024;

/// Regular expressions of all lists of one filter.
const REGEXES_MAX: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    literals: Vec<String>,
    #[serde(default)]
    regexes: Vec<Value>,
    #[serde(default = "removed")]
    mask: String,
    #[serde(default)]
    word: bool,
    #[serde(default = "category")]
    category: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Several {
    lists: Vec<Value>,
}

fn removed() -> String {
    "[removed]".into()
}

fn category() -> String {
    "listed".into()
}

/// What all lists of one filter say.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// By list.
    pub(super) rules: Vec<Rule>,
    /// In order, and of those that are the same the first.
    pub(super) phrases: Vec<Phrase>,
    pub(super) regexes: Vec<Regex>,
}

/// What a list says of what is in it.
#[derive(Debug)]
pub(super) struct Rule {
    /// Whether letters and digits beside it make it another thing.
    pub(super) word: bool,
    pub(super) mask: Mask,
}

/// A phrase as it is compared, and the list it is of.
#[derive(Debug)]
pub(super) struct Phrase {
    pub(super) words: String,
    pub(super) list: usize,
}

/// Reads all lists.
pub(super) fn read(settings: &Value, notes: &mut Notes<'_>) -> Option<Listed> {
    let mut listed = Listed::default();
    let mut sound = true;
    if settings.get("lists").is_some() {
        let Several { lists } = notes.read(settings)?;
        if lists.is_empty() || lists.len() > LISTS_MAX {
            notes.note("lists", format!("must be 1 to {LISTS_MAX}"));
            return None;
        }
        for (index, list) in lists.iter().enumerate() {
            let setting = format!("lists[{index}]");
            sound &= notes.within(&setting, |notes| one(list, &mut listed, notes)).is_some();
        }
    } else {
        sound = one(settings, &mut listed, notes).is_some();
    }
    if listed.phrases.len() > LITERALS_MAX || listed.regexes.len() > REGEXES_MAX {
        let most = format!("at most {LITERALS_MAX} phrases and {REGEXES_MAX} regexes fit a filter");
        notes.note("", most);
        return None;
    }
    let key = |phrase: &Phrase| listed.rules.get(phrase.list).is_some_and(|rule| rule.word);
    let phrases = &mut listed.phrases;
    phrases.sort_by(|one, other| one.words.cmp(&other.words).then(key(one).cmp(&key(other))));
    phrases.dedup_by(|one, other| one.words == other.words && key(one) == key(other));
    sound.then_some(listed)
}

fn one(settings: &Value, listed: &mut Listed, notes: &mut Notes<'_>) -> Option<()> {
    let settings: Settings = notes.read(settings)?;
    let mut sound = notes.check_mask(&settings.mask) & notes.check_category(&settings.category);
    if settings.literals.is_empty() && settings.regexes.is_empty() {
        notes.note("literals", "must be one phrase at least, or `regexes` one regular expression");
        sound = false;
    }
    let list = listed.rules.len();
    for (index, literal) in settings.literals.iter().enumerate() {
        let words = normalise(literal, View::Loose);
        if words.is_empty() || words.len() > LITERAL_BYTES_MAX {
            let what = format!("must be 1 to {LITERAL_BYTES_MAX} bytes that can be seen");
            notes.note(&format!("literals[{index}]"), what);
            sound = false;
        }
        listed.phrases.push(Phrase { words, list });
    }
    for (index, regex) in settings.regexes.iter().enumerate() {
        match regexes::read(regex, list) {
            Ok(regex) => listed.regexes.push(regex),
            Err(what) => {
                notes.note(&format!("regexes[{index}]"), what);
                sound = false;
            }
        }
    }
    let mask = Mask { category: settings.category.into(), text: settings.mask.into() };
    listed.rules.push(Rule { word: settings.word, mask });
    sound.then_some(())
}
