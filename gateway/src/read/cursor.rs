//! A place in a text, and the small things of JSON that can be read there: strings, numbers, words.

use crate::wire::until_odd;
use memchr::memchr2;
use std::fmt;

/// Why a text is not strict JSON, and where (a byte offset).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    pub(super) what: &'static str,
    pub(super) at: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

/// How a string is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spelling {
    /// As it reads.
    Plain,
    /// With a backslash somewhere.
    Escaped,
}

/// A place in a text.
pub(super) struct Cursor<'t> {
    text: &'t str,
    rest: &'t [u8],
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, rest: text.as_bytes() }
    }

    pub(super) fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// What was passed since `start`.
    pub(super) fn since(&self, start: usize) -> &'t [u8] {
        self.text.as_bytes().get(start..self.at()).unwrap_or_default()
    }

    pub(super) fn fault(&self, what: &'static str) -> Fault {
        Fault { what, at: self.at() }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Passes `byte` if it is here.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    pub(super) fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Fault> {
        if self.take(byte) { Ok(()) } else { Err(self.fault(what)) }
    }

    pub(super) fn word(&mut self) -> Result<(), Fault> {
        let words: [&[u8]; 3] = [b"true", b"false", b"null"];
        let rest = words.into_iter().find_map(|word| self.rest.strip_prefix(word));
        self.rest = rest.ok_or_else(|| self.fault("expected a value"))?;
        Ok(())
    }

    #[inline]
    pub(super) fn string(&mut self, what: &'static str) -> Result<Spelling, Fault> {
        if self.plain() { Ok(Spelling::Plain) } else { self.escaped(what) }
    }

    /// Passes a string without escapes, if that is what is here.
    #[inline]
    fn plain(&mut self) -> bool {
        let [b'"', inner @ ..] = self.rest else { return false };
        let Some([b'"', rest @ ..]) = inner.get(until_odd(inner)..) else { return false };
        self.rest = rest;
        true
    }

    /// The same with escapes, or what is wrong with it.
    #[cold]
    fn escaped(&mut self, what: &'static str) -> Result<Spelling, Fault> {
        self.expect(b'"', what)?;
        loop {
            match self.rest.get(until_odd(self.rest)..) {
                Some([b'"', rest @ ..]) => {
                    self.rest = rest;
                    return Ok(Spelling::Escaped);
                }
                Some([b'\\', rest @ ..]) => {
                    self.rest = rest;
                    self.escape()?;
                }
                _ if memchr2(b'"', b'\\', self.rest).is_none() => {
                    return Err(self.fault("a string without end"));
                }
                _ => return Err(self.fault("a control character in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let escaped = self.peek();
        self.rest = self.rest.get(1..).unwrap_or_default();
        match escaped {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => self.unit(),
            _ => Err(self.fault("an unknown escape")),
        }
    }

    /// A code unit of UTF-16, and the one that must follow it if it is half a pair.
    fn unit(&mut self) -> Result<(), Fault> {
        let unit = self.hex()?;
        let whole = match (unit, self.rest) {
            (0xd800..=0xdbff, [b'\\', b'u', rest @ ..]) => {
                self.rest = rest;
                matches!(self.hex()?, 0xdc00..=0xdfff)
            }
            _ => !matches!(unit, 0xd800..=0xdfff),
        };
        if whole { Ok(()) } else { Err(self.fault("half a surrogate pair")) }
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let unit = self.rest.split_first_chunk::<4>().and_then(|(digits, rest)| {
            let digit = |unit, byte: &u8| Some(unit << 4 | char::from(*byte).to_digit(16)?);
            Some((digits.iter().try_fold(0, digit)?, rest))
        });
        let (unit, rest) = unit.ok_or_else(|| self.fault("an unknown escape"))?;
        self.rest = rest;
        Ok(unit)
    }

    /// Passes digits; whether there were any.
    fn digits(&mut self) -> bool {
        let before = self.rest.len();
        while let [b'0'..=b'9', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.rest.len() < before
    }

    pub(super) fn number(&mut self) -> Result<(), Fault> {
        let start = self.at();
        self.take(b'-');
        // Nothing but a point or an exponent follows a zero that comes first.
        let mut sound = if self.take(b'0') { !self.digits() } else { self.digits() };
        if self.take(b'.') {
            sound &= self.digits();
        }
        let raised = self.take(b'e') || self.take(b'E');
        if raised {
            if !self.take(b'+') {
                self.take(b'-');
            }
            sound &= self.digits();
        }
        // What is short and has no exponent is finite.
        let finite = self.at() - start < 18 && !raised || {
            let written = self.text.get(start..self.at()).and_then(|text| text.parse().ok());
            written.is_some_and(f64::is_finite)
        };
        if sound && finite { Ok(()) } else { Err(self.fault("not a finite JSON number")) }
    }
}
