//! What a place in a body may hold: small rules, and the one walk that holds a value to them.

use super::scan::{Kind, View};
use crate::refuse::{Refusal, RefusalCode};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// A member of an object: its name, and what it may be.
pub(super) type Member = (&'static str, Rule);

/// The members of an object whose `type` is this word.
pub(super) type Shape = (&'static str, &'static [Member]);

/// What a value may be. `null` is fine everywhere and means "not given".
#[derive(Debug)]
pub(super) enum Rule {
    /// Any JSON: it is data of the caller's, such as a schema.
    Any,
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// `false` only.
    No,
    /// Nothing but what says nothing: an empty text, array or object, `false`.
    Nothing,
    /// A whole number from the first to the second.
    Count(u64, u64),
    /// A whole number, also a negative one.
    Whole,
    /// A number from the first to the second.
    Number(f64, f64),
    /// One of these strings.
    Word(&'static [&'static str]),
    /// An object with any members: they are data of the caller's.
    Map,
    /// An object with these members and no others.
    Object(&'static [Member]),
    /// An object whose `type` says which members it has. The first is its type if none is written;
    /// without it, one must be.
    Shapes(Option<&'static str>, &'static [Shape]),
    /// An array, each element of which obeys the rule.
    List(&'static Self),
    /// Text, or the rule.
    TextOr(&'static Self),
    /// One of these strings, or the rule.
    WordOr(&'static [&'static str], &'static Self),
}

/// Where in the body a value is. Rendered only when something is wrong there.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Top(&'p str),
    Member(&'p Self, &'p str),
    Item(&'p Self, usize),
}

impl Path<'_> {
    pub(super) fn render(&self) -> String {
        match self {
            Self::Top(name) => (*name).to_owned(),
            Self::Member(of, name) => format!("{}.{name}", of.render()),
            Self::Item(of, nth) => format!("{}[{nth}]", of.render()),
        }
    }
}

impl Rule {
    /// Holds `value` to the rule.
    pub(super) fn check(&self, value: View<'_, '_>, path: &Path<'_>) -> Result<(), Refusal> {
        let sound = match (self, value.kind()) {
            (_, Kind::Null) | (Self::Any, _) | (Self::Text | Self::TextOr(_), Kind::String) => true,
            (Self::Flag, kind) => kind == Kind::Bool,
            (Self::No, _) => value.flag() == Some(false),
            (Self::Nothing, _) => says_nothing(value),
            (Self::Map, kind) => kind == Kind::Object,
            (Self::Count(min, max), _) => value.count().is_some_and(|n| (*min..=*max).contains(&n)),
            (Self::Whole, _) => value.raw().parse::<i64>().is_ok() || value.count().is_some(),
            (Self::Number(min, max), _) => value.number().is_some_and(|n| *min <= n && n <= *max),
            (Self::Word(words), _) | (Self::WordOr(words, _), Kind::String) => {
                value.text().is_some_and(|text| words.contains(&&*text))
            }
            (Self::Object(members), Kind::Object) => return object(members, value, path),
            (Self::Shapes(unsaid, shapes), Kind::Object) => {
                return shaped(*unsaid, shapes, value, path);
            }
            (Self::List(each), Kind::Array) => return list(each, value, path),
            (Self::TextOr(rule) | Self::WordOr(_, rule), _) => return rule.check(value, path),
            (Self::Text | Self::Object(_) | Self::Shapes(..) | Self::List(_), _) => false,
        };
        if sound { Ok(()) } else { Err(invalid(path, &self.wanted())) }
    }

    fn wanted(&self) -> String {
        match self {
            Self::Any => "any JSON".into(),
            Self::Text | Self::TextOr(_) => "text".into(),
            Self::Flag => "true or false".into(),
            Self::No => "false or left out".into(),
            Self::Nothing => "empty or left out".into(),
            Self::Count(min, max) => format!("a whole number from {min} to {max}"),
            Self::Whole => "a whole number".into(),
            Self::Number(min, max) => format!("a number from {min} to {max}"),
            Self::Word(words) | Self::WordOr(words, _) => format!("one of {}", words.join(", ")),
            Self::Map | Self::Object(_) | Self::Shapes(..) => "an object".into(),
            Self::List(_) => "an array".into(),
        }
    }
}

fn object(members: &'static [Member], value: View<'_, '_>, path: &Path<'_>) -> Result<(), Refusal> {
    value.members().try_for_each(|(key, value)| member((members, &[]), (&key, value), path))
}

/// Holds one member of an object to its rule; `also` are names that are known there besides.
fn member(
    (members, also): (&'static [Member], &'static [&'static str]),
    (key, value): (&str, View<'_, '_>),
    path: &Path<'_>,
) -> Result<(), Refusal> {
    let Some((name, rule)) = members.iter().find(|(name, _)| *name == key) else {
        let names = members.iter().map(|(name, _)| *name).chain(also.iter().copied());
        return Err(unknown(&Path::Member(path, key), key, names));
    };
    rule.check(value, &Path::Member(path, name))
}

/// Finds the shape by its word, and holds the other members to it.
fn shaped(
    unsaid: Option<&'static str>,
    shapes: &'static [Shape],
    value: View<'_, '_>,
    path: &Path<'_>,
) -> Result<(), Refusal> {
    let said = value.member(TYPE).filter(|said| said.kind() != Kind::Null);
    let word = match said {
        Some(said) => said.text(),
        None => unsaid.map(Cow::Borrowed),
    };
    let shape = word.and_then(|word| shapes.iter().find(|(known, _)| *known == word));
    let Some((_, members)) = shape else {
        let words: Vec<&str> = shapes.iter().map(|(word, _)| *word).collect();
        return Err(invalid(&Path::Member(path, TYPE), &format!("one of {}", words.join(", "))));
    };
    let mut others = value.members().filter(|(key, _)| key != TYPE);
    others.try_for_each(|(key, value)| member((members, &[TYPE]), (&key, value), path))
}

/// The member that says which shape an object has.
const TYPE: &str = "type";

fn list(each: &'static Rule, value: View<'_, '_>, path: &Path<'_>) -> Result<(), Refusal> {
    value.items().enumerate().try_for_each(|(nth, item)| each.check(item, &Path::Item(path, nth)))
}

/// Whether a value asks for nothing, as clients write what they leave out.
pub(super) fn says_nothing(value: View<'_, '_>) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::String => value.text().is_some_and(|text| text.is_empty()),
        Kind::Bool => value.flag() == Some(false),
        Kind::Array => value.items().next().is_none(),
        Kind::Object => value.members().next().is_none(),
        Kind::Number | Kind::Key => false,
    }
}

/// A field that is served nowhere here, and why.
pub(super) fn refused(path: &Path<'_>, why: &str) -> Refusal {
    let path = path.render();
    let message = format!("`{path}` is not supported: {why}");
    Refusal::new(RefusalCode::UnsupportedParameter, message).param(path)
}

/// A value that cannot be, at a place that is known.
pub(super) fn invalid(path: &Path<'_>, wanted: &str) -> Refusal {
    let path = path.render();
    let message = format!("`{path}` must be {wanted}");
    Refusal::new(RefusalCode::InvalidParameter, message).param(path)
}

/// A field that is not passed on. One that resembles a known field is refused as broken JSON: a
/// backend that folds case would read it as that field.
pub(super) fn unknown(
    path: &Path<'_>,
    key: &str,
    mut known: impl Iterator<Item = &'static str>,
) -> Refusal {
    if let Some(name) = look_alike(key, &mut known) {
        let message = format!("the body has a key that resembles `{name}`; write it as `{name}`");
        return Refusal::new(RefusalCode::InvalidJson, message).param(name);
    }
    let path: String = path.render().chars().filter(|c| !c.is_control()).take(80).collect();
    let message = format!("`{path}` is not supported; leave it out");
    Refusal::new(RefusalCode::UnsupportedParameter, message).param(path)
}

/// The known name that `key` equals under NFKC and case folding.
pub(super) fn look_alike(
    key: &str,
    known: &mut impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let folded: String = key.nfkc().flat_map(char::to_lowercase).nfkc().take(64).collect();
    known.by_ref().find(|name| *name == folded)
}
