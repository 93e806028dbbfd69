//! Text as it stands in JSON: read without a copy where that is safe, written with its escapes.

use crate::scan;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A string of the backend's JSON.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Text<'a> {
    // INVARIANT: stood between quotes without an escape, so it can be written as it is.
    Plain(&'a str),
    Made(String),
}

impl<'a> Text<'a> {
    /// Reads what is between the quotes of a JSON string: its end is known, so no quote or control
    /// stands in it but behind a backslash.
    pub(crate) fn read(inside: &'a str) -> Option<Self> {
        let Some(plain) = memchr::memchr(b'\\', inside.as_bytes()) else {
            return Some(Self::Plain(inside));
        };
        let made = unescaped(inside, plain);
        made.or_else(|| serde_json::from_str(&["\"", inside, "\""].concat()).ok()).map(Self::Made)
    }
}

/// Reads what has simple escapes only, of which the first stands at `first`.
fn unescaped(inside: &str, first: usize) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let (mut rest, mut next) = (inside, Some(first));
    while let Some(at) = next {
        let (plain, escape) = rest.split_at_checked(at)?;
        text.push_str(plain);
        text.push(match escape.as_bytes().get(1)? {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            sign @ (b'"' | b'\\' | b'/') => char::from(*sign),
            _ => return None,
        });
        rest = escape.get(2..)?;
        next = memchr::memchr(b'\\', rest.as_bytes());
    }
    text.push_str(rest);
    Some(text)
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Made(text) => text,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.as_str().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    /// Adds text at its end.
    pub(crate) fn push(&mut self, more: &str) {
        match self {
            Self::Plain(text) => *self = Self::Made([*text, more].concat()),
            Self::Made(text) => text.push_str(more),
        }
    }

    pub(crate) fn into_string(self) -> String {
        match self {
            Self::Plain(text) => text.to_owned(),
            Self::Made(text) => text,
        }
    }

    /// Writes it as a JSON string.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Plain(text) => plain(text, out),
            Self::Made(text) => string(text, out),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    // serde_json lends a string of its input only if no escape stands in it.
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text::Plain(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text::Made(text.to_owned()))
    }
}

/// Writes text that needs no escape as a JSON string.
pub(crate) fn plain(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Writes `text` as a JSON string.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, tail) = rest.split_at(scan::until_escape(rest));
        out.extend_from_slice(plain);
        let Some((byte, tail)) = tail.split_first() else { break };
        escape(*byte, out);
        rest = tail;
    }
    out.push(b'"');
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            out.extend_from_slice(b"\\u00");
            out.push(hex(byte >> 4));
            out.push(hex(byte & 0xf));
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn hex(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

/// Writes a number.
pub(crate) fn number(value: u64, out: &mut Vec<u8>) {
    // As nearly every index is.
    if let Ok(digit @ 0..10) = u8::try_from(value) {
        return out.push(b'0' + digit);
    }
    let (mut digits, mut rest) = ([b'0'; DIGITS_MAX], value);
    let mut free = digits.iter_mut();
    while let Some(digit) = free.next_back() {
        *digit += (rest % 10).to_le_bytes().first().copied().unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let unused = free.len();
    out.extend_from_slice(digits.get(unused..).unwrap_or_default());
}

/// Digits of the greatest number there is.
const DIGITS_MAX: usize = 20;

/// A number, kept as it was written.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "&RawValue")]
pub(crate) struct Number<'a>(&'a str);

impl<'a> TryFrom<&'a RawValue> for Number<'a> {
    type Error = &'static str;

    fn try_from(raw: &'a RawValue) -> Result<Self, Self::Error> {
        match raw.get().as_bytes() {
            [b'-' | b'0'..=b'9', ..] => Ok(Self(raw.get())),
            _ => Err("not a number"),
        }
    }
}

impl Number<'_> {
    /// Whether it is one that readers of JSON take for a number, and not for infinity.
    pub(crate) fn is_finite(self) -> bool {
        self.0.parse().is_ok_and(f64::is_finite)
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }
}

/// Writes `[…]`.
pub(crate) fn list<T>(
    items: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    item: impl Fn(T, &mut Vec<u8>),
) {
    out.push(b'[');
    for (index, value) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        item(value, out);
    }
    out.push(b']');
}

/// Writes a value, or `null`.
pub(crate) fn or_null<T>(value: Option<T>, out: &mut Vec<u8>, write: impl Fn(T, &mut Vec<u8>)) {
    match value {
        Some(value) => write(value, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// Writes `[…]`, or `null`.
pub(crate) fn list_or_null<T>(
    items: Option<&[T]>,
    out: &mut Vec<u8>,
    item: impl Fn(&T, &mut Vec<u8>),
) {
    or_null(items, out, |items, out| list(items, out, &item));
}

/// Writes the fields of an object.
pub(crate) struct Fields<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Fields<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, first: true }
    }

    /// Writes more fields behind those that are there.
    pub(crate) fn more(out: &'o mut Vec<u8>) -> Self {
        Self { out, first: false }
    }

    /// Writes one field. The key needs no escape.
    pub(crate) fn key(&mut self, key: &'static str, value: impl FnOnce(&mut Vec<u8>)) {
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        value(self.out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_serde_json_reads_back() {
        let all: String =
            (0..0x250).filter_map(char::from_u32).chain("😀\u{2028}".chars()).collect();
        let mut out = Vec::new();
        string(&all, &mut out);
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), all);
        assert!(out.iter().all(|byte| *byte >= 0x20));
    }

    #[test]
    fn writes_numbers() {
        for value in [0, 7, 10, 99, 1_234_567, u64::MAX] {
            let mut out = Vec::new();
            number(value, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }

    #[test]
    fn borrows_only_what_needs_no_escape() {
        assert!(matches!(serde_json::from_str(r#""é x""#).unwrap(), Text::Plain("é x")));
        assert!(
            matches!(serde_json::from_str(r#""a\nb""#).unwrap(), Text::Made(text) if text == "a\nb")
        );
        assert!(serde_json::from_str::<Text<'_>>(r#""\ud83d""#).is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_inside_of_a_string_reads_as_the_string(
            inside in r#"([a é"]|\\[nrtbf/x"u\\]|\\u00e9|\\ud83d|\\ude00|\\u12){0,9}"#,
        ) {
            let bytes = [&inside, "\""].concat();
            let known = scan::until_quote(bytes.as_bytes());
            let read = known.filter(|end| *end == inside.len()).and_then(|_| Text::read(&inside));
            let quoted = format!("\"{inside}\"");
            let strict = serde_json::from_str::<Text<'_>>(&quoted).ok();
            proptest::prop_assert_eq!(read, strict);
        }
    }
}
