//! What is wrong with a file, and where.

use super::tree::{Mark, Node};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Problems told apart; a file with more is beyond a list, and the rest is only counted.
const PROBLEMS_MAX: usize = 200;

/// One thing to put right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// What it is about, for example `tiers.public.limits[0].ceiling`; empty is the whole file.
    pub path: String,
    /// The line, from 1; 0 if the file could not be read at all.
    pub line: usize,
    /// The column, from 1; 0 if the file could not be read at all.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// Everything to put right, by position.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    positions: Positions,
    noted: Vec<Problem>,
    more: usize,
    warnings: Vec<Problem>,
}

/// Where in a file each path is.
#[derive(Clone, Default)]
pub struct Positions {
    file: PathBuf,
    root: Option<Arc<Node>>,
}

impl fmt::Debug for Positions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Positions").field(&self.file).finish()
    }
}

impl Positions {
    /// Those of `file`, as far as it could be read.
    pub(crate) fn new(file: &Path, root: Option<Arc<Node>>) -> Self {
        Self { file: file.into(), root }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// An empty list of problems with this file.
    pub fn problems(&self) -> Problems {
        Problems { positions: self.clone(), ..Problems::default() }
    }

    /// The line and column of `path`, or of the nearest place around it that is written.
    pub fn locate(&self, path: &str) -> (usize, usize) {
        let Mark { line, column } = self.mark(path);
        (line, column)
    }

    fn mark(&self, path: &str) -> Mark {
        self.root.as_deref().map_or_else(Mark::default, |root| root.locate(path))
    }
}

impl Problems {
    /// Notes a problem at a path such as `tiers.trusted.limits[0]`.
    pub fn note(&mut self, path: &str, what: impl Into<String>) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        self.note_at(self.positions.mark(path), path.into(), what.into());
    }

    /// Says something that keeps no file from being used. Of very many, the first are kept.
    pub(crate) fn warn(&mut self, path: &str, what: impl Into<String>) {
        if self.warnings.len() < PROBLEMS_MAX {
            let Mark { line, column } = self.positions.mark(path);
            self.warnings.push(Problem { path: path.into(), line, column, message: what.into() });
        }
    }

    /// Takes what was said besides.
    pub(crate) fn warnings(&mut self) -> Vec<Problem> {
        self.warnings.sort_by_key(|warning| (warning.line, warning.column));
        std::mem::take(&mut self.warnings)
    }

    /// Notes a problem at a place that has no path of its own.
    pub(crate) fn note_at(&mut self, mark: Mark, path: String, message: String) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let Mark { line, column } = mark;
        let place = (line, column);
        let at = self.noted.partition_point(|noted| (noted.line, noted.column) <= place);
        let problem = Problem { path, line, column, message };
        if !self.noted.contains(&problem) {
            self.noted.insert(at, problem);
        }
    }

    /// Whether more are only counted; then their words need not be found.
    pub(crate) fn is_full(&self) -> bool {
        self.noted.len() >= PROBLEMS_MAX
    }

    /// Learns where things are, once that is known.
    pub(crate) fn place(&mut self, positions: Positions) {
        self.positions = positions;
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.noted.is_empty()
    }

    /// How many problems there are.
    pub fn len(&self) -> usize {
        self.noted.len() + self.more
    }

    /// The problems, by position. At most 200; see [`Self::len`].
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Problem> {
        self.noted.iter()
    }

    /// The file they are about.
    pub fn file(&self) -> &Path {
        self.positions.file()
    }

    /// `value`, if nothing is wrong with it.
    pub fn clear<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.positions.file.display();
        for (index, problem) in self.noted.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{file}:")?;
            let Problem { path, line, column, message } = problem;
            if *line > 0 {
                write!(f, "{line}:{column}:")?;
            }
            if !path.is_empty() {
                write!(f, " {path}:")?;
            }
            write!(f, " {message}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\n{file}: and {more} more; put these right first"),
        }
    }
}

impl std::error::Error for Problems {}
