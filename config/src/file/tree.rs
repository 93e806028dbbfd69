//! The file as a tree in which every key and value knows its place.

/// A line and a column, both from 1.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A value and where it begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) mark: Mark,
    pub(crate) value: Value,
}

/// What can be written.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    #[default]
    Empty,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key and what it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) mark: Mark,
    pub(crate) node: Node,
}

impl Node {
    /// What the value is, for messages. Never the value itself: it may be a misplaced secret.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Empty => "nothing",
            Value::Bool(_) => "a yes or no",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a section",
        }
    }

    /// The value as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Empty => serde_json::Value::Null,
            Value::Bool(yes) => (*yes).into(),
            Value::Number(number) => number.clone().into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(nodes) => nodes.iter().map(Self::json).collect(),
            Value::Map(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), entry.node.json())).collect()
            }
        }
    }

    /// Where `path` is, or the nearest place around it that is written.
    ///
    /// A section or a list is where its key is, a plain value where it begins itself.
    pub(crate) fn locate(&self, path: &str) -> Mark {
        let (mut here, mut mark, mut rest) = (self, self.mark, path);
        while let Some((next, at, tail)) = here.step(rest) {
            (here, mark, rest) = (next, at, tail);
        }
        mark
    }

    fn step<'n, 'p>(&'n self, path: &'p str) -> Option<(&'n Self, Mark, &'p str)> {
        match &self.value {
            Value::List(nodes) => {
                let (index, tail) = path.strip_prefix('[')?.split_once(']')?;
                let node = nodes.get(index.parse::<usize>().ok()?)?;
                Some((node, node.mark, tail))
            }
            Value::Map(entries) => {
                let path = path.strip_prefix('.').unwrap_or(path);
                // Names may hold dots, so the longest key that fits is meant.
                let fits = |entry: &&Entry| {
                    let tail = path.strip_prefix(entry.key.as_str());
                    tail.is_some_and(|tail| tail.is_empty() || tail.starts_with(['.', '[']))
                };
                let entry = entries.iter().filter(fits).max_by_key(|entry| entry.key.len())?;
                let mark = match entry.node.value {
                    Value::List(_) | Value::Map(_) | Value::Empty => entry.mark,
                    _ => entry.node.mark,
                };
                Some((&entry.node, mark, path.strip_prefix(entry.key.as_str())?))
            }
            _ => None,
        }
    }
}
