//! One strict pass over JSON (RFC 8259), for text that two readers must not read differently.
//!
//! Refused beyond the grammar: a key twice in one object, after unescaping; surrogates without
//! their other half; numbers that are not finite; anything before or after the one value; more
//! depth or more values than the limits. The result is a flat tape of spans; nothing is copied.

pub(crate) use super::cursor::Fault;
use super::cursor::{Cursor, Spelling};
use super::tape::Node;
pub(crate) use super::tape::{Kind, Tape, View};
use super::twins::has_twins;

/// How large the JSON may be, beside its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Objects and arrays within each other.
    pub depth_max: usize,
    /// Keys and values in all.
    pub keys_max: usize,
}

/// Scans a whole text.
pub(crate) fn scan(bytes: &[u8], limits: Limits) -> Result<Tape<'_>, Fault> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Fault { what: "not UTF-8", at: error.valid_up_to() })?;
    let mut scanner = Scanner {
        cursor: Cursor::new(text),
        // Enough for most calls. Powers of two, in bytes: the allocator has those at hand.
        nodes: Vec::with_capacity(32),
        open: Vec::with_capacity(8),
        keys: Vec::with_capacity(16),
        keys_spelling: Spelling::Plain,
        limits,
    };
    scanner.run()?;
    Ok(Tape { text, nodes: scanner.nodes })
}

struct Scanner<'t> {
    cursor: Cursor<'t>,
    nodes: Vec<Node>,
    open: Vec<Open>,
    /// The keys of the objects that are open, with their quotes, the innermost last.
    keys: Vec<&'t [u8]>,
    /// Whether any key so far has a backslash.
    keys_spelling: Spelling,
    limits: Limits,
}

/// An object or array that has not ended.
struct Open {
    node: usize,
    /// How many of the keys are those of the objects around it.
    keys_before: usize,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        self.cursor.space();
        self.value()?;
        while let Some((node, kind)) = self.innermost() {
            let is_object = kind == Kind::Object;
            let is_empty = node + 1 == self.nodes.len();
            self.cursor.space();
            if self.cursor.take(if is_object { b'}' } else { b']' }) {
                self.close()?;
                continue;
            }
            if !is_empty {
                self.cursor.expect(b',', "expected a comma")?;
                self.cursor.space();
            }
            if is_object {
                self.key()?;
            }
            self.value()?;
        }
        self.cursor.space();
        let ended = self.cursor.peek().is_none();
        if ended { Ok(()) } else { Err(self.cursor.fault("more than one value")) }
    }

    /// The node of the object or array that is open, and which of the two it is.
    fn innermost(&self) -> Option<(usize, Kind)> {
        let open = self.open.last()?;
        Some((open.node, self.nodes.get(open.node)?.kind))
    }

    /// Whether another node may be noted.
    fn room(&self) -> Result<(), Fault> {
        let room = self.nodes.len() < self.limits.keys_max;
        if room { Ok(()) } else { Err(self.cursor.fault("too many keys and values")) }
    }

    /// Notes what began at `start` and has just ended.
    fn note(&mut self, kind: Kind, spelling: Spelling, start: usize) {
        self.nodes.push(Node { kind, spelling, start, end: self.cursor.at(), size: 1 });
    }

    fn key(&mut self) -> Result<(), Fault> {
        self.room()?;
        let start = self.cursor.at();
        let spelling = self.cursor.string("expected a key")?;
        self.note(Kind::Key, spelling, start);
        self.keys.push(self.cursor.since(start));
        if spelling == Spelling::Escaped {
            self.keys_spelling = spelling;
        }
        self.cursor.space();
        self.cursor.expect(b':', "expected a colon")?;
        self.cursor.space();
        Ok(())
    }

    fn value(&mut self) -> Result<(), Fault> {
        let kind = match self.cursor.peek() {
            Some(b'{') => return self.begin(Kind::Object),
            Some(b'[') => return self.begin(Kind::Array),
            Some(b'"') => Kind::String,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => return Err(self.cursor.fault("expected a value")),
        };
        self.room()?;
        let start = self.cursor.at();
        let mut spelling = Spelling::Plain;
        match kind {
            Kind::String => spelling = self.cursor.string("expected a string")?,
            Kind::Number => self.cursor.number()?,
            _ => self.cursor.word()?,
        }
        self.note(kind, spelling, start);
        Ok(())
    }

    fn begin(&mut self, kind: Kind) -> Result<(), Fault> {
        if self.open.len() >= self.limits.depth_max {
            return Err(self.cursor.fault("nested too deeply"));
        }
        self.room()?;
        self.open.push(Open { node: self.nodes.len(), keys_before: self.keys.len() });
        // Its end and size are set when they are known.
        self.note(kind, Spelling::Plain, self.cursor.at());
        self.cursor.take(if kind == Kind::Object { b'{' } else { b'[' });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let size = self.nodes.len() - open.node;
        if let Some(node) = self.nodes.get_mut(open.node) {
            (node.end, node.size) = (self.cursor.at(), size);
        }
        let keys = self.keys.get_mut(open.keys_before..).unwrap_or_default();
        if has_twins(keys, self.keys_spelling) {
            return Err(self.cursor.fault("a key twice in the object that ends"));
        }
        self.keys.truncate(open.keys_before);
        Ok(())
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

        #[test]
        fn reads_what_serde_json_writes(
            written in proptest::collection::btree_map(
                ".{0,12}",
                (".{0,20}", -1e300..1e300, any::<bool>()),
                0..12,
            ),
        ) {
            let text = serde_json::to_string(&written).expect("JSON");
            let limits = Limits { depth_max: 2, keys_max: 1000 };
            let tape = scan(text.as_bytes(), limits).expect("strict");
            let mut read = std::collections::BTreeMap::new();
            for (key, value) in tape.root().members() {
                let items: Vec<_> = value.items().collect();
                let said = items[0].text().expect("text").into_owned();
                let number = items[1].number().expect("a number");
                read.insert(key.into_owned(), (said, number, items[2].flag().expect("a flag")));
            }
            prop_assert_eq!(read, written);
        }
    }
}
