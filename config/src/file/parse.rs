//! YAML in, tree out. Bounded in everything: bytes, depth, nodes, keys; no anchors, no tags.

use super::problem::Problems;
use super::scalar;
use super::tree::{Entry, Mark, Node, Value};
use saphyr_parser::{Event, Parser, Span, StrInput};

/// Bytes of a file: far above any that a person wrote.
pub(crate) const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Depth of a file; ours needs six, filters a few more.
const DEPTH_MAX: usize = 64;
/// Keys and values of a file.
const NODES_MAX: usize = 1_000_000;
/// Bytes of a key: names end at 128.
const KEY_BYTES_MAX: usize = 256;

/// Why reading cannot go on.
struct Stop(Mark, String);

/// Reads the one document of `text`. `None` if it is not YAML; then that is noted.
pub(crate) fn parse(text: &str, problems: &mut Problems) -> Option<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = Mark { line: 1, column: 1 };
    let read = if text.len() > FILE_BYTES_MAX {
        Err(Stop(start, format!("the file is larger than {FILE_BYTES_MAX} bytes; split it")))
    } else {
        Reader {
            parser: Parser::new_from_str(text),
            nodes: 0,
            path: String::new(),
            problems: &mut *problems,
        }
        .document()
    };
    match read {
        Ok(node) => Some(node),
        Err(Stop(mut mark, what)) => {
            // The parser counts one line too many where the last one has no end.
            mark.line = mark.line.min(text.matches(['\n', '\r']).count() + 1);
            problems.note_at(mark, String::new(), what);
            None
        }
    }
}

struct Reader<'t, 'p> {
    parser: Parser<'t, StrInput<'t>>,
    nodes: usize,
    path: String,
    problems: &'p mut Problems,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Node, Stop> {
        let mut root = None;
        loop {
            let (event, mark) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => {
                    let what = "a second document begins here; write one file, one document";
                    return Err(Stop(mark, what.into()));
                }
                Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Nothing => {}
                event => root = Some(self.node(event, mark, 0)?),
            }
        }
        root.ok_or_else(|| {
            Stop(Mark { line: 1, column: 1 }, "the file is empty; see `sluice init`".into())
        })
    }

    fn next(&mut self) -> Result<(Event<'t>, Mark), Stop> {
        match self.parser.next_event() {
            Some(Ok((event, Span { start, .. }))) => Ok((event, place(start))),
            Some(Err(error)) => {
                Err(Stop(place(*error.marker()), format!("not YAML: {}", error.info())))
            }
            None => Ok((Event::StreamEnd, Mark::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, mark: Mark, depth: usize) -> Result<Node, Stop> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(Stop(mark, format!("more than {NODES_MAX} values; move lists to files")));
        }
        if depth > DEPTH_MAX {
            return Err(Stop(mark, format!("nested deeper than {DEPTH_MAX}")));
        }
        let value = match event {
            Event::Scalar(text, style, anchor, tag) => {
                plain(mark, anchor, tag.is_some())?;
                scalar::read(&text, style)
            }
            Event::SequenceStart(anchor, tag) => {
                plain(mark, anchor, tag.is_some())?;
                Value::List(self.list(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                plain(mark, anchor, tag.is_some())?;
                Value::Map(self.map(depth)?)
            }
            Event::Alias(_) => {
                return Err(Stop(mark, "aliases (`*name`) are not read; write it out".into()));
            }
            _ => return Err(Stop(mark, "not YAML: a value is missing here".into())),
        };
        Ok(Node { mark, value })
    }

    /// Goes one step down the path. Gives its length before, to go back to.
    fn enter(&mut self, step: &str) -> usize {
        let before = self.path.len();
        self.path.push_str(step);
        before
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Stop> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(nodes),
                (event, mark) => {
                    let before = self.enter(&format!("[{}]", nodes.len()));
                    nodes.push(self.node(event, mark, depth + 1)?);
                    self.path.truncate(before);
                }
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<Entry>, Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = std::collections::HashMap::new();
        loop {
            let (key, mark) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (Event::Scalar(key, _, anchor, tag), mark) => {
                    plain(mark, anchor, tag.is_some())?;
                    (key.into_owned(), mark)
                }
                (_, mark) => return Err(Stop(mark, "a key must be plain text".into())),
            };
            if key.len() > KEY_BYTES_MAX {
                return Err(Stop(mark, format!("a key is longer than {KEY_BYTES_MAX} bytes")));
            }
            let before = self.enter(".");
            self.enter(&key);
            let (event, at) = self.next()?;
            let node = self.node(event, at, depth + 1)?;
            if let Some(first) = seen.insert(key.clone(), mark.line) {
                let what = format!("stands here twice; the first is on line {first}");
                let path = self.path.strip_prefix('.').unwrap_or_default().to_owned();
                self.problems.note_at(mark, path, what);
            } else {
                entries.push(Entry { key, mark, node });
            }
            self.path.truncate(before);
        }
    }
}

fn plain(mark: Mark, anchor: usize, tagged: bool) -> Result<(), Stop> {
    match (anchor, tagged) {
        (0, false) => Ok(()),
        (0, true) => Err(Stop(mark, "tags (`!name`) are not read; quote text instead".into())),
        _ => Err(Stop(mark, "anchors (`&name`) are not read; write it out".into())),
    }
}

fn place(at: saphyr_parser::Marker) -> Mark {
    Mark { line: at.line(), column: at.col() + 1 }
}
