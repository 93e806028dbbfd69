//! A scanned text: spans of its values, in order.

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
    pub(super) start: usize,
    pub(super) end: usize,
    /// The node after this one and all within it.
    pub(super) next: usize,
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
        View { tape: self, index: 0 }
    }
}

/// One value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a, 't> {
    tape: &'a Tape<'t>,
    index: usize,
}

impl<'a, 't> View<'a, 't> {
    fn node(self) -> Node {
        let none = Node { kind: Kind::Null, start: 0, end: 0, next: self.index + 1 };
        self.tape.nodes.get(self.index).copied().unwrap_or(none)
    }

    /// What it is.
    pub(crate) fn kind(self) -> Kind {
        self.node().kind
    }

    /// Where it is.
    pub(crate) fn span(self) -> Range<usize> {
        self.node().start..self.node().end
    }

    /// It, as written.
    pub(crate) fn raw(self) -> &'t str {
        self.tape.text.get(self.span()).unwrap_or_default()
    }

    /// The text of a string, unescaped; `None` if it is not one.
    pub(crate) fn text(self) -> Option<Cow<'t, str>> {
        (self.kind() == Kind::String).then(|| unescape(self.raw()))
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

    fn children(self, of: Kind) -> impl Iterator<Item = View<'a, 't>> {
        let node = self.node();
        let end = if node.kind == of { node.next } else { 0 };
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            let child = View { tape: self.tape, index: at };
            (at < end).then(|| {
                at = child.node().next;
                child
            })
        })
    }

    /// The members of an object; none if it is not one.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'t, str>, View<'a, 't>)> {
        let mut children = self.children(Kind::Object);
        std::iter::from_fn(move || {
            let key = children.next()?;
            Some((unescape(key.raw()), children.next()?))
        })
    }

    /// The member of an object by name.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        self.members().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The elements of an array; none if it is not one.
    pub(crate) fn items(self) -> impl Iterator<Item = View<'a, 't>> {
        self.children(Kind::Array)
    }
}

/// The text of a string that was scanned, without its quotes.
pub(super) fn unescape(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        _ => Cow::Owned(serde_json::from_str(quoted).unwrap_or_default()),
    }
}
