//! One strict pass over JSON (RFC 8259), for text that two readers must not read differently.
//!
//! Refused beyond the grammar: a key twice in one object, after unescaping; surrogates without
//! their other half; numbers that are not finite; anything before or after the one value; more
//! depth or more values than the limits. The result is a flat tape of spans; nothing is copied.

pub(crate) use super::tape::{Kind, Tape, View};
use super::tape::{Node, unescape};
use memchr::memchr2;
use std::borrow::Cow;
use std::fmt;

/// How large the JSON may be, beside its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Objects and arrays within each other.
    pub depth_max: usize,
    /// Keys and values in all.
    pub keys_max: usize,
}

/// Why a text is not strict JSON, and where (a byte offset).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    what: &'static str,
    at: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

/// Scans a whole text.
///
/// # Errors
///
/// The first fault found.
pub(crate) fn scan(bytes: &[u8], limits: Limits) -> Result<Tape<'_>, Fault> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Fault { what: "not UTF-8", at: error.valid_up_to() })?;
    let mut scanner = Scanner { text, at: 0, nodes: Vec::new(), open: Vec::new(), limits };
    scanner.nodes.reserve(32);
    scanner.run()?;
    Ok(Tape { text, nodes: scanner.nodes })
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    nodes: Vec<Node>,
    open: Vec<Open<'t>>,
    limits: Limits,
}

/// An object or array that has not ended.
struct Open<'t> {
    node: usize,
    keys: Option<Vec<Cow<'t, str>>>,
}

impl<'t> Scanner<'t> {
    fn run(&mut self) -> Result<(), Fault> {
        self.value()?;
        while let Some(open) = self.open.last() {
            let first = open.node + 1 == self.nodes.len();
            let is_object = open.keys.is_some();
            self.space();
            if self.peek() == Some(if is_object { b'}' } else { b']' }) {
                self.at += 1;
                self.close()?;
                continue;
            }
            if !first {
                self.expect(b',', "expected a comma")?;
                self.space();
            }
            if is_object {
                self.key()?;
            }
            self.value()?;
        }
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.fault("more than one value")) }
    }

    fn fault(&self, what: &'static str) -> Fault {
        Fault { what, at: self.at }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return Err(self.fault(what));
        }
        self.at += 1;
        Ok(())
    }

    /// Notes a node that begins here; containers and strings set its end when they have one.
    fn node(&mut self, kind: Kind) -> Result<usize, Fault> {
        if self.nodes.len() >= self.limits.keys_max {
            return Err(self.fault("too many keys and values"));
        }
        let index = self.nodes.len();
        self.nodes.push(Node { kind, start: self.at, end: self.at, next: index + 1 });
        Ok(index)
    }

    fn end(&mut self, index: usize) {
        let (end, next) = (self.at, self.nodes.len());
        if let Some(node) = self.nodes.get_mut(index) {
            (node.end, node.next) = (end, next);
        }
    }

    fn key(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let index = self.node(Kind::Key)?;
        self.string("expected a key")?;
        self.end(index);
        let key = unescape(self.text.get(start..self.at).unwrap_or_default());
        if let Some(keys) = self.open.last_mut().and_then(|open| open.keys.as_mut()) {
            keys.push(key);
        }
        self.space();
        self.expect(b':', "expected a colon")?;
        self.space();
        Ok(())
    }

    fn value(&mut self) -> Result<(), Fault> {
        self.space();
        let kind = match self.peek() {
            Some(b'{') => return self.begin(Kind::Object),
            Some(b'[') => return self.begin(Kind::Array),
            Some(b'"') => Kind::String,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => return Err(self.fault("expected a value")),
        };
        let index = self.node(kind)?;
        match kind {
            Kind::String => self.string("expected a string")?,
            Kind::Number => self.number()?,
            _ => self.word()?,
        }
        self.end(index);
        Ok(())
    }

    fn begin(&mut self, kind: Kind) -> Result<(), Fault> {
        if self.open.len() >= self.limits.depth_max {
            return Err(self.fault("nested too deeply"));
        }
        let node = self.node(kind)?;
        self.at += 1;
        let keys = (kind == Kind::Object).then(Vec::new);
        self.open.push(Open { node, keys });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        self.end(open.node);
        let mut keys = open.keys.unwrap_or_default();
        keys.sort_unstable();
        let twice = keys.windows(2).any(|pair| pair.first() == pair.last());
        if twice { Err(self.fault("a key twice in the object that ends")) } else { Ok(()) }
    }

    fn word(&mut self) -> Result<(), Fault> {
        let found =
            ["true", "false", "null"].into_iter().find(|w| self.rest().starts_with(w.as_bytes()));
        self.at += found.ok_or_else(|| self.fault("expected a value"))?.len();
        Ok(())
    }

    fn string(&mut self, what: &'static str) -> Result<(), Fault> {
        self.expect(b'"', what)?;
        loop {
            let rest = self.rest();
            let length =
                memchr2(b'"', b'\\', rest).ok_or_else(|| self.fault("a string without end"))?;
            let plain = rest.get(..length).unwrap_or_default();
            if plain.iter().any(|byte| *byte < 0x20) {
                return Err(self.fault("a control character in a string"));
            }
            self.at += length + 1;
            if rest.get(length) == Some(&b'"') {
                return Ok(());
            }
            self.escape()?;
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let escaped = self.peek();
        self.at += 1;
        match escaped {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => match self.hex()? {
                0xd800..=0xdbff if self.rest().starts_with(b"\\u") => {
                    self.at += 2;
                    let low = self.hex()?;
                    if matches!(low, 0xdc00..=0xdfff) {
                        Ok(())
                    } else {
                        Err(self.fault("half a surrogate pair"))
                    }
                }
                0xd800..=0xdfff => Err(self.fault("half a surrogate pair")),
                _ => Ok(()),
            },
            _ => Err(self.fault("an unknown escape")),
        }
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self.rest().get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let value = value.ok_or_else(|| self.fault("an unknown escape"))?;
        self.at += 4;
        Ok(value)
    }

    fn digits(&mut self) -> usize {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        let whole = self.digits();
        let mut sound = whole == 1 || (whole > 1 && !zero);
        if self.peek() == Some(b'.') {
            self.at += 1;
            sound &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            sound &= self.digits() > 0;
        }
        let written = self.text.get(start..self.at).unwrap_or_default();
        let finite = written.len() < 18 && !written.contains(['e', 'E'])
            || written.parse::<f64>().is_ok_and(f64::is_finite);
        if sound && finite { Ok(()) } else { Err(self.fault("not a finite JSON number")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits { depth_max: 8, keys_max: 64 };

    fn fault(text: &str) -> &'static str {
        scan(text.as_bytes(), LIMITS).map_or_else(|fault| fault.what, |_| "none")
    }

    #[test]
    fn reads_what_is_strict() {
        let text = r#" {"a\u0062": [1, -0.5e3, "x\ud83d\ude00", true, null, {}], "c": "d"} "#;
        let tape = scan(text.as_bytes(), LIMITS).expect("strict");
        let members: Vec<_> = tape
            .root()
            .members()
            .map(|(key, value)| (key.into_owned(), value.raw().to_owned()))
            .collect();
        assert_eq!(
            members[0],
            ("ab".to_owned(), r#"[1, -0.5e3, "x\ud83d\ude00", true, null, {}]"#.to_owned())
        );
        assert_eq!(members[1], ("c".to_owned(), "\"d\"".to_owned()));
        assert_eq!(tape.root().members().next().expect("two").1.items().count(), 6);
    }

    #[test]
    fn refuses_what_could_be_read_in_two_ways() {
        for (text, what) in [
            (r#"{"a":1,"a":2}"#, "a key twice in the object that ends"),
            (r#"{"a":1,"\u0061":2}"#, "a key twice in the object that ends"),
            (r#"{"b":{"a":1,"c":[],"a":2}}"#, "a key twice in the object that ends"),
            ("{} {}", "more than one value"),
            ("{},", "more than one value"),
            (r#"["\ud800"]"#, "half a surrogate pair"),
            (r#"["\ud800\u0041"]"#, "half a surrogate pair"),
            (r#"["\udc00"]"#, "half a surrogate pair"),
            ("[1e400]", "not a finite JSON number"),
            ("[01]", "not a finite JSON number"),
            ("[1.]", "not a finite JSON number"),
            ("[-]", "not a finite JSON number"),
            ("[NaN]", "expected a value"),
            ("[+1]", "expected a value"),
            ("[1,]", "expected a value"),
            ("{\"a\":1,}", "expected a key"),
            ("['a']", "expected a value"),
            ("[\"\n\"]", "a control character in a string"),
            (r#"["\x"]"#, "an unknown escape"),
            ("[[[[[[[[[]]]]]]]]]", "nested too deeply"),
            ("\u{feff}{}", "expected a value"),
            ("[1 2]", "expected a comma"),
            ("{\"a\" 1}", "expected a colon"),
            ("[\"", "a string without end"),
            ("", "expected a value"),
            ("[tru]", "expected a value"),
        ] {
            assert_eq!(fault(text), what, "{text}");
        }
        assert_eq!(fault(&format!("[{}1]", "1,".repeat(64))), "too many keys and values");
        assert_eq!(scan(b"\"\xff\"", LIMITS).map(|_| ()).expect_err("not UTF-8").what, "not UTF-8");
    }

    proptest! {
        #[test]
        fn accepts_no_more_than_serde_json(text in r#"[\[\]{}",:0-9a-c\\u\-.eEtrufalsn ]{0,40}"#) {
            if scan(text.as_bytes(), Limits { depth_max: 64, keys_max: 1000 }).is_ok() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
            }
        }
    }
}
