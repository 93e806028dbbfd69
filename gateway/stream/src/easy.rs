//! JSON as backends nearly always write it, read without the general reader.
//!
//! Whatever is not written the easy way is not read here, and the caller turns to the general
//! reader, which alone decides what is a fault. What is read here must read the same there.

use crate::scan;
use crate::wire::Text;

/// Objects and lists in each other that are passed over; the general reader takes more.
const DEPTH_MAX: u32 = 16;

/// A reader of one text; every `None` means that it is not easy.
#[derive(Debug)]
pub(crate) struct Easy<'a> {
    data: &'a str,
    /// What is not read yet: an end of the data.
    rest: &'a [u8],
}

impl<'a> Easy<'a> {
    pub(crate) fn new(data: &'a str) -> Self {
        Self { data, rest: data.as_bytes() }
    }

    /// Reads an object: `field` is called behind each key, and reads its value.
    pub(crate) fn fields(
        &mut self,
        mut field: impl FnMut(&mut Self, &'a [u8]) -> Option<()>,
    ) -> Option<()> {
        self.sign(b'{')?;
        if self.sign(b'}').is_some() {
            return Some(());
        }
        loop {
            let key = self.plain()?;
            self.sign(b':')?;
            field(self, key)?;
            if self.sign(b',').is_none() {
                return self.sign(b'}');
            }
        }
    }

    /// Reads a list: `item` reads each of its values.
    pub(crate) fn items(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.sign(b'[')?;
        if self.sign(b']').is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.sign(b',').is_none() {
                return self.sign(b']');
            }
        }
    }

    /// Reads a string into `slot`, or `null`, which leaves it as it is.
    pub(crate) fn text(&mut self, slot: &mut Option<Text<'a>>) -> Option<()> {
        if self.null().is_some() {
            return Some(());
        }
        let before = self.rest;
        let text = if let Some(text) = self.plain() {
            let end = self.place().checked_sub(1)?;
            Text::Plain(self.data.get(end.checked_sub(text.len())?..end)?)
        } else {
            self.rest = before;
            Text::read(self.escaped()?)?
        };
        *slot = Some(text);
        Some(())
    }

    /// Reads a whole number that is not negative.
    pub(crate) fn number(&mut self) -> Option<u64> {
        self.space();
        let before = self.rest;
        let mut value = 0_u64;
        while let [digit @ b'0'..=b'9', rest @ ..] = self.rest {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            self.rest = rest;
        }
        let count = before.len() - self.rest.len();
        let zeros = count > 1 && before.first() == Some(&b'0');
        let more = matches!(self.rest, [b'.' | b'e' | b'E', ..]);
        (count > 0 && !zeros && !more).then_some(value)
    }

    /// Reads `null`.
    pub(crate) fn null(&mut self) -> Option<()> {
        self.word(b"null")
    }

    /// Passes over a value.
    pub(crate) fn skip(&mut self) -> Option<()> {
        self.skip_within(DEPTH_MAX)
    }

    /// Reads to the end of the text.
    pub(crate) fn end(&mut self) -> Option<()> {
        self.space();
        self.rest.is_empty().then_some(())
    }

    fn skip_within(&mut self, depth: u32) -> Option<()> {
        self.space();
        match self.rest.first()? {
            b'"' => self.plain().map(|_| ()),
            b'n' => self.null(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'0'..=b'9' => self.skip_number(),
            b'{' => {
                let depth = depth.checked_sub(1)?;
                self.fields(|easy, _| easy.skip_within(depth))
            }
            b'[' => {
                let depth = depth.checked_sub(1)?;
                self.items(|easy| easy.skip_within(depth))
            }
            _ => None,
        }
    }

    fn skip_number(&mut self) -> Option<()> {
        if matches!(self.digits()?, [b'0', _, ..]) {
            return None;
        }
        if let [b'.', rest @ ..] = self.rest {
            self.rest = rest;
            self.digits()?;
        }
        (!matches!(self.rest, [b'e' | b'E', ..])).then_some(())
    }

    /// Reads digits, one at least.
    fn digits(&mut self) -> Option<&'a [u8]> {
        let count = scan::until_slowly(self.rest, |byte| !byte.is_ascii_digit());
        let (digits, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        (!digits.is_empty()).then_some(digits)
    }

    /// Reads a string in which nothing is escaped.
    fn plain(&mut self) -> Option<&'a [u8]> {
        self.sign(b'"')?;
        let (text, rest) = self.rest.split_at_checked(scan::until_escape(self.rest))?;
        self.rest = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// Passes over a string; gives what is between its quotes, as it is written.
    fn escaped(&mut self) -> Option<&'a str> {
        self.sign(b'"')?;
        let start = self.place();
        let end = start + scan::until_quote(self.rest)?;
        self.rest = self.data.as_bytes().get(end + 1..)?;
        self.data.get(start..end)
    }

    fn sign(&mut self, sign: u8) -> Option<()> {
        self.space();
        let (first, rest) = self.rest.split_first()?;
        (*first == sign).then(|| self.rest = rest)
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.space();
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn space(&mut self) {
        // Most have none at all between their signs, and every sign is beyond all white space.
        while let [b'\0'..=b' ', ..] = self.rest {
            let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest else { return };
            self.rest = rest;
        }
    }

    /// How much of the data was read.
    fn place(&self) -> usize {
        self.data.len() - self.rest.len()
    }
}

/// The fields of an object that have come: one that comes again is not easy.
#[derive(Debug, Default)]
pub(crate) struct Once(u32);

impl Once {
    /// Notes the field of this number.
    pub(crate) fn note(&mut self, field: u32) -> Option<()> {
        let bit = 1_u32.checked_shl(field)?;
        let new = self.0 & bit == 0;
        self.0 |= bit;
        new.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::IgnoredAny;

    const VALUES: &[&str] = &[
        "null",
        "true",
        "false",
        "0",
        "7",
        "10.25",
        "\"a\"",
        "\"\"",
        "[]",
        "{}",
        "[1, {\"a\":[]}]",
        " { \"a\" : 1 , \"b\":\t2 } ",
        "01",
        "1.",
        ".5",
        "-1",
        "1e5",
        "1.5E3",
        "nul",
        "tru",
        "[1,]",
        "[,]",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{1:2}",
        "{\"a\":1,}",
        "\"a",
        "\"\\n\"",
        "\"\n\"",
        "",
        "[",
        "{",
        "\u{b}1",
        "1 2",
        "[1 2]",
        "\"é😀\"",
    ];

    #[test]
    fn what_is_passed_over_is_json() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        for value in VALUES.iter().copied().chain([&*deep]) {
            let mut easy = Easy::new(value);
            let passed = easy.skip().and_then(|()| easy.end()).is_some();
            let sound = serde_json::from_str::<IgnoredAny>(value).is_ok();
            assert!(sound || !passed, "{value}");
        }
    }

    #[test]
    fn a_text_or_a_number_reads_as_in_the_general_reader() {
        let texts = [r#""a\nb\"""#, r#""\ud83d\ude00""#, r#""\ud83d""#, r#""\x""#, r#""a\\" "#];
        for value in VALUES.iter().chain(&texts) {
            let (mut easy, mut text) = (Easy::new(value), None);
            if easy.text(&mut text).and_then(|()| easy.end()).is_some() {
                assert_eq!(serde_json::from_str::<Option<Text<'_>>>(value).unwrap(), text);
            }
            let mut easy = Easy::new(value);
            if let Some(number) = easy.number().filter(|_| easy.end().is_some()) {
                assert_eq!(serde_json::from_str::<u64>(value).unwrap(), number);
            }
        }
        let mut text = None;
        assert!(Easy::new(r#""a\"b\\""#).text(&mut text).is_some());
        assert_eq!(text.unwrap().as_str(), "a\"b\\");
        assert_eq!(Easy::new("18446744073709551615").number(), Some(u64::MAX));
        assert_eq!(Easy::new("18446744073709551616").number(), None);
    }

    #[test]
    fn a_field_comes_once() {
        let mut once = Once::default();
        assert!(once.note(0).is_some() && once.note(31).is_some());
        assert!(once.note(0).is_none() && once.note(32).is_none());
    }
}
