//! A scanned text: spans of its values, in order.

use super::cursor::Spelling;
use std::borrow::Cow;
use std::ops::Range;

/// What a span of the text is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// The name of a member, with its quotes.
    Key,
    /// A string, with its quotes.
    String,
    /// A number.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// How a key or string is written.
    pub(super) spelling: Spelling,
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many nodes it is, with all within it.
    pub(super) size: usize,
}

impl Node {
    /// The text of a key or string, unescaped.
    pub(super) fn unquoted<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.spelling {
            Spelling::Plain => {
                let inner = text.get(self.start + 1..self.end.saturating_sub(1));
                Cow::Borrowed(inner.unwrap_or_default())
            }
            Spelling::Escaped => {
                Cow::Owned(unescape(text.as_bytes().get(self.start..self.end).unwrap_or_default()))
            }
        }
    }
}

/// A whole text that is strict JSON.
#[derive(Debug)]
pub(crate) struct Tape<'t> {
    pub(super) text: &'t str,
    pub(super) nodes: Vec<Node>,
}

impl<'t> Tape<'t> {
    /// The one value of the text.
    pub(crate) fn root(&self) -> View<'_, 't> {
        View { text: self.text, nodes: &self.nodes }
    }
}

/// One value: its node, and the nodes of what is within it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a, 't> {
    text: &'t str,
    nodes: &'a [Node],
}

impl<'a, 't> View<'a, 't> {
    fn node(self) -> Node {
        let (kind, spelling) = (Kind::Null, Spelling::Plain);
        let none = Node { kind, spelling, start: 0, end: 0, size: 1 };
        self.nodes.first().copied().unwrap_or(none)
    }

    /// What it is.
    pub(crate) fn kind(self) -> Kind {
        self.node().kind
    }

    /// Where it is.
    pub(crate) fn span(self) -> Range<usize> {
        self.node().start..self.node().end
    }

    /// How long it is, as written.
    pub(crate) fn bytes(self) -> u64 {
        self.span().len() as u64
    }

    /// It, as written.
    pub(crate) fn raw(self) -> &'t str {
        self.text.get(self.span()).unwrap_or_default()
    }

    /// The text of a string, unescaped; `None` if it is not one.
    pub(crate) fn text(self) -> Option<Cow<'t, str>> {
        let node = self.node();
        (node.kind == Kind::String).then(|| node.unquoted(self.text))
    }

    /// A whole number that fits; `None` if it is anything else. `3.0` is not one.
    pub(crate) fn count(self) -> Option<u64> {
        (self.kind() == Kind::Number).then(|| self.raw().parse().ok()).flatten()
    }

    /// A number; `None` if it is anything else.
    pub(crate) fn number(self) -> Option<f64> {
        (self.kind() == Kind::Number).then(|| self.raw().parse().ok()).flatten()
    }

    /// A truth value; `None` if it is anything else.
    pub(crate) fn flag(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.raw() == "true")
    }

    /// The nodes within, if it is of this kind.
    fn within(self, kind: Kind) -> &'a [Node] {
        match self.nodes.split_first() {
            Some((node, within)) if node.kind == kind => within,
            _ => &[],
        }
    }

    /// The members of an object; none if it is not one.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'t, str>, View<'a, 't>)> {
        let (text, mut rest) = (self.text, self.within(Kind::Object));
        std::iter::from_fn(move || {
            let (key, after) = rest.split_first()?;
            let nodes;
            (nodes, rest) = after.split_at_checked(after.first()?.size)?;
            Some((key.unquoted(text), View { text, nodes }))
        })
    }

    /// The member of an object by name.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        self.members().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The elements of an array; none if it is not one.
    pub(crate) fn items(self) -> impl Iterator<Item = View<'a, 't>> {
        let (text, mut rest) = (self.text, self.within(Kind::Array));
        std::iter::from_fn(move || {
            let nodes;
            (nodes, rest) = rest.split_at_checked(rest.first()?.size)?;
            Some(View { text, nodes })
        })
    }
}

/// The text of a string that was scanned, with its quotes.
pub(super) fn unescape(quoted: &[u8]) -> String {
    serde_json::from_slice(quoted).unwrap_or_default()
}
