//! How a value is read from the tree: note what is wrong, and go on.

use super::hint;
use super::problem::Problems;
use super::tree::{Mark, Node, Value};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// Things of one kind a file may hold: more than any operator names, few enough to compare.
const ITEMS_MAX: usize = 10_000;

/// Something that can stand in a file. What reads it and what describes it lie side by side.
pub(crate) trait Read: JsonSchema + Serialize + Sized {
    /// Reads the value at `at`. `None` only if a problem was noted.
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self>;
}

/// A value, and how the file got there.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) node: &'a Node,
    mark: Mark,
    step: Step<'a>,
    parent: Option<&'a Self>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The whole file.
    pub(crate) fn root(node: &'a Node) -> Self {
        Self { node, mark: node.mark, step: Step::Root, parent: None }
    }

    /// The path, for example `tiers.public.limits[0]`.
    pub(crate) fn path(&self) -> String {
        let before = self.parent.map(At::path).unwrap_or_default();
        match self.step {
            Step::Root => before,
            Step::Key(key) if before.is_empty() => key.into(),
            Step::Key(key) => format!("{before}.{key}"),
            Step::Index(index) => format!("{before}[{index}]"),
        }
    }

    /// Notes a problem with the value.
    pub(crate) fn note(&self, what: impl Into<String>, problems: &mut Problems) {
        let path = if problems.is_full() { String::new() } else { self.path() };
        problems.note_at(self.mark, path, what.into());
    }

    /// Notes that something else was expected here. `None`, to be returned.
    pub(crate) fn expected<T>(&self, what: &str, problems: &mut Problems) -> Option<T> {
        let message = match self.node.value {
            Value::Empty => format!("expected {what}; nothing is written here"),
            Value::Text(_) | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => {
                format!("expected {what}, not {}", self.node.kind())
            }
        };
        self.note(message, problems);
        None
    }

    fn many<T>(&self, problems: &mut Problems) -> Option<T> {
        self.note(format!("more than {ITEMS_MAX}"), problems);
        None
    }

    /// The text written here; what is not text is noted.
    pub(crate) fn text(&self, what: &str, problems: &mut Problems) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Bool(_) => {
                let quoted = format!("{what}, in quotes since it looks like {}", self.node.kind());
                self.note(format!("expected {quoted}"), problems);
                None
            }
            Value::Empty | Value::List(_) | Value::Map(_) => self.expected(what, problems),
        }
    }

    /// The entries of a section, each with its key.
    pub(crate) fn entries<'b>(
        &'b self,
        problems: &mut Problems,
    ) -> Option<impl ExactSizeIterator<Item = (&'b str, At<'b>)> + use<'a, 'b>> {
        let Value::Map(entries) = &self.node.value else {
            return self.expected("a section (`name: value`)", problems);
        };
        Some(entries.iter().map(move |entry| {
            let mark = match entry.node.value {
                Value::Empty | Value::List(_) | Value::Map(_) => entry.mark,
                Value::Bool(_) | Value::Number(_) | Value::Text(_) => entry.node.mark,
            };
            let step = Step::Key(&entry.key);
            (entry.key.as_str(), At { node: &entry.node, mark, step, parent: Some(self) })
        }))
    }

    /// The items of a list.
    pub(crate) fn items<'b>(
        &'b self,
        problems: &mut Problems,
    ) -> Option<impl ExactSizeIterator<Item = At<'b>> + use<'a, 'b>> {
        let Value::List(nodes) = &self.node.value else {
            return self.expected("a list (`[a, b]`)", problems);
        };
        Some(nodes.iter().enumerate().map(move |(index, node)| At {
            node,
            mark: node.mark,
            step: Step::Index(index),
            parent: Some(self),
        }))
    }

    /// Notes every key that is not one of `known`. `None` if this is no section.
    pub(crate) fn only(&self, known: &[&str], problems: &mut Problems) -> Option<()> {
        let Value::Map(entries) = &self.node.value else {
            return self.expected("a section (`name: value`)", problems);
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let hint =
                if problems.is_full() { String::new() } else { hint::near(&entry.key, known) };
            let (step, mark, parent) = (Step::Key(&entry.key), entry.mark, Some(self));
            let at = At { node: &entry.node, mark, step, parent };
            at.note(format!("unknown field{hint}"), problems);
        }
        Some(())
    }

    /// The value of `key`, if it is written and can be read.
    pub(crate) fn optional<T: Read>(&self, key: &str, problems: &mut Problems) -> Option<T> {
        let (_, at) = self.entries(problems)?.find(|(name, _)| *name == key)?;
        T::read(at, problems)
    }

    /// The value of `key`; that it is missing is noted.
    pub(crate) fn required<T: Read>(&self, key: &str, problems: &mut Problems) -> Option<T> {
        let found = self.entries(problems)?.find(|(name, _)| *name == key);
        let Some((_, at)) = found else {
            self.note(format!("`{key}` is missing"), problems);
            return None;
        };
        T::read(at, problems)
    }
}

/// A list. An item that could not be read keeps its place.
#[derive(Clone, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<Option<T>>);

impl<T> List<T> {
    /// The items that could be read, each with its place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        self.0.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_ref()?)))
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items.into_iter().map(Some).collect())
    }
}

impl<T: Read> Read for List<T> {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        let items = at.items(problems)?;
        if items.len() > ITEMS_MAX {
            return at.many(problems);
        }
        Some(Self(items.map(|item| T::read(item, problems)).collect()))
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().flatten())
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> schemars::Schema {
        Vec::<T>::json_schema(generator)
    }
}

/// Things by name, in the order written. One that could not be read keeps its name.
#[derive(Clone, Debug)]
pub(crate) struct Named<T>(pub(crate) Vec<(String, Option<T>)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Named<T> {
    /// Whether there is something of that name, readable or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Every name.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Those that could be read.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().filter_map(|(name, item)| Some((name.as_str(), item.as_ref()?)))
    }
}

impl<T: Read> Read for Named<T> {
    fn read(at: At<'_>, problems: &mut Problems) -> Option<Self> {
        let entries = at.entries(problems)?;
        if entries.len() > ITEMS_MAX {
            return at.many(problems);
        }
        Some(Self(entries.map(|(name, item)| (name.into(), T::read(item, problems))).collect()))
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // By name, so that their order in the file has no meaning.
        let mut sorted: Vec<_> = self.iter().collect();
        sorted.sort_by_key(|(name, _)| *name);
        serializer.collect_map(sorted)
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Named_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "propertyNames": { "pattern": super::leaf::NAME_PATTERN },
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}
