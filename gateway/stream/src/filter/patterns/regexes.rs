//! Regular expressions: what they must be, and as what they are looked for.

use super::lists::Rule;
use crate::filter::normal::fold_pattern;
use crate::filter::shape::{self, Edges, Machine, Pattern, Shape, Shapes, Tail};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};
use serde::Deserialize;
use serde_json::Value;

/// Bytes of a regular expression as written.
const WRITTEN_BYTES_MAX: usize = 4096;

/// Bytes one may match: they may have to be held back.
const MATCH_BYTES_MAX: usize = 2048;

/// How deep one may be.
const DEPTH_MAX: u32 = 64;

/// Characters of a class, or left out of it, up to which each is taken as it is compared.
const FOLDED_MAX: usize = 4096;

/// A regular expression, and the list it is of.
#[derive(Debug)]
pub(super) struct Regex {
    start: Hir,
    /// What else belongs to a match.
    then: Option<ClassUnicode>,
    list: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Certain {
    start: String,
    then: String,
}

/// Reads one; says what is wrong with it.
pub(super) fn read(written: &Value, list: usize) -> Result<Regex, String> {
    if let Value::String(text) = written {
        return Ok(Regex { start: bounded(text)?, then: None, list });
    }
    let Certain { start, then } = Certain::deserialize(written)
        .map_err(|error| format!("must be text, or `{{start: …, then: …}}`: {error}"))?;
    let class = match parsed(&then)?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        HirKind::Literal(literal) => single(&literal.0),
        _ => None,
    };
    let Some(class) = class else {
        return Err("`then` must be a class of characters, such as `[a-z0-9_-]`".into());
    };
    Ok(Regex { start: bounded(&start)?, then: Some(class), list })
}

/// A class of one character.
fn single(literal: &[u8]) -> Option<ClassUnicode> {
    let mut chars = std::str::from_utf8(literal).ok()?.chars();
    let (first, None) = (chars.next()?, chars.next()) else { return None };
    Some(ClassUnicode::new([ClassUnicodeRange::new(first, first)]))
}

fn bounded(text: &str) -> Result<Hir, String> {
    let hir = parsed(text)?;
    let properties = hir.properties();
    match (properties.minimum_len(), properties.maximum_len()) {
        (None, _) => Err("matches nothing that can be seen".into()),
        (Some(0), _) => {
            Err("matches where there is nothing; what it looks for must be there".into())
        }
        (_, None) => Err("has no bound of length; write it with one, as `[a-z]{1,40}`, or as \
            `{start: \"sk-[a-z0-9]{20}\", then: \"[a-z0-9_-]\"}`: all of the class after a certain \
            start belongs to the match"
            .into()),
        (_, Some(most)) if most > MATCH_BYTES_MAX => {
            Err(format!("may match {most} bytes; {MATCH_BYTES_MAX} at most can be held back"))
        }
        _ if !shape::is_long_enough(&hir) => {
            let least = shape::SCOUT_BYTES;
            Err(format!("may match less than {least} bytes; list what is so short in `literals`"))
        }
        _ => Ok(hir),
    }
}

/// A regular expression over text as it is compared.
fn parsed(text: &str) -> Result<Hir, String> {
    if text.len() > WRITTEN_BYTES_MAX {
        return Err(format!("is longer than {WRITTEN_BYTES_MAX} bytes"));
    }
    let mut parser = ParserBuilder::new().nest_limit(DEPTH_MAX).build();
    folded(&parser.parse(text).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "is no regular expression".to_owned(),
    })?)
}

fn folded(hir: &Hir) -> Result<Hir, String> {
    let all = |parts: &[Hir]| parts.iter().map(folded).collect::<Result<Vec<_>, _>>();
    Ok(match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| "is not UTF-8")?;
            Hir::literal(fold_pattern(text).into_bytes())
        }
        HirKind::Class(Class::Unicode(class)) => folded_class(class),
        HirKind::Class(Class::Bytes(class)) => {
            folded_class(&class.to_unicode_class().ok_or("is not UTF-8")?)
        }
        HirKind::Look(_) => {
            let what = "what stands beside a match cannot be looked at (`^ $ \\b`); a list may say \
                `word: true`";
            return Err(what.into());
        }
        HirKind::Repetition(Repetition { min, max, greedy, sub }) => {
            let sub = Box::new(folded(sub)?);
            Hir::repetition(Repetition { min: *min, max: *max, greedy: *greedy, sub })
        }
        HirKind::Capture(capture) => folded(&capture.sub)?,
        HirKind::Concat(parts) => Hir::concat(all(parts)?),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)?),
    })
}

/// A class as characters are compared. One that is large, and leaves many out, stays as it is.
fn folded_class(class: &ClassUnicode) -> Hir {
    let mut others = class.clone();
    others.negate();
    if size(class) <= FOLDED_MAX {
        let (chars, texts) = folds(class, |_| true);
        let texts = texts.into_iter().map(|text| Hir::literal(text.into_bytes()));
        let class = Hir::class(Class::Unicode(chars));
        return Hir::alternation(std::iter::once(class).chain(texts).collect());
    }
    if size(&others) <= FOLDED_MAX {
        // White space is compared as one space: that a line end is left out leaves out nothing.
        let (mut chars, _) = folds(&others, |c| c == ' ' || !c.is_whitespace());
        chars.negate();
        return Hir::class(Class::Unicode(chars));
    }
    Hir::class(Class::Unicode(class.clone()))
}

fn size(class: &ClassUnicode) -> usize {
    class.ranges().iter().map(ClassUnicodeRange::len).sum()
}

/// What the characters of a class are compared as: one character each, or a text.
fn folds(class: &ClassUnicode, counts: impl Fn(char) -> bool) -> (ClassUnicode, Vec<String>) {
    let (mut chars, mut texts) = (Vec::new(), Vec::new());
    let all = class.ranges().iter().flat_map(|range| range.start()..=range.end());
    for c in all.filter(|c| counts(*c)) {
        let text = fold_pattern(c.encode_utf8(&mut [0; 4]));
        let mut parts = text.chars();
        match (parts.next(), parts.next()) {
            (Some(one), None) => chars.push(ClassUnicodeRange::new(one, one)),
            (Some(_), Some(_)) => texts.push(text),
            (None, _) => {}
        }
    }
    (ClassUnicode::new(chars), texts)
}

/// How regular expressions end and go on: as words, and through what.
type Alike = (bool, Option<ClassUnicode>);

/// Compiles regular expressions to shapes: those that end and go on alike to one, if it is not too
/// large.
pub(super) fn compile(regexes: Vec<Regex>, rules: &[Rule]) -> Result<Shapes, String> {
    let mut groups: Vec<(Alike, Vec<Pattern>)> = Vec::new();
    for Regex { start, then, list } in regexes {
        let Some(rule) = rules.get(list) else { continue };
        let (key, pattern) = ((rule.word, then), Pattern { hir: start, mask: rule.mask.clone() });
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, patterns)) => patterns.push(pattern),
            None => groups.push((key, vec![pattern])),
        }
    }
    let mut machines = Vec::new();
    for ((word, then), patterns) in groups {
        let edges = match (word, &then) {
            (false, _) => Edges::Open,
            (true, None) => Edges::Words,
            (true, Some(_)) => Edges::WordBegins,
        };
        let tail = then.map_or(Tail::None, Tail::Chars);
        let longest = patterns.iter().filter_map(|it| it.hir.properties().maximum_len()).max();
        let bytes_max = longest.unwrap_or(MATCH_BYTES_MAX);
        let shape = Shape { bytes_max, edges, check: |_| true, tail, sign: None };
        grouped(&shape, patterns, &mut machines)?;
    }
    Ok(Shapes::new(machines))
}

/// Compiles patterns of one shape, together or else in halves.
fn grouped(
    shape: &Shape,
    mut patterns: Vec<Pattern>,
    machines: &mut Vec<Machine>,
) -> Result<(), String> {
    if machines.len() >= shape::SHAPES_MAX {
        let most = shape::SHAPES_MAX;
        return Err(format!(
            "need more than {most} automata; use fewer, shorter ones, smaller classes, or fewer \
             kinds of `then`"
        ));
    }
    match Machine::compile(shape.clone(), patterns.clone()) {
        Ok(machine) => {
            machines.push(machine);
            Ok(())
        }
        Err(error) if patterns.len() < 2 => Err(error.to_string()),
        Err(_) => {
            let later = patterns.split_off(patterns.len() / 2);
            grouped(shape, patterns, machines)?;
            grouped(shape, later, machines)
        }
    }
}
