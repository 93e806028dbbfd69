//! The one door to standard output, and how a command fails.

use clap::Args;
use serde::Serialize;
use sluice_config::Problems;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// The answer is no; it has been printed.
    No,
    /// The configuration cannot be used.
    Config(Problems),
    /// Something else, in words that say what to do.
    Other(String),
}

/// What a command comes to.
pub(super) type Done = Result<(), Failure>;

impl Failure {
    /// Wraps an error with what was being done.
    pub(super) fn of(doing: &str, error: impl Display) -> Self {
        Self::Other(format!("{doing}: {error}"))
    }

    /// Says it on standard error; the exit code.
    pub(super) fn report(self) -> ExitCode {
        let (text, code) = match self {
            Self::No => return ExitCode::from(1),
            Self::Config(problems) => (problems.to_string(), 78),
            Self::Other(what) => (format!("sluice: {what}"), 1),
        };
        note(text);
        ExitCode::from(code)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Config(problems)
    }
}

/// For whom a command prints.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Output {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Output {
    /// Prints `value` for machines, or whatever `people` prints for people.
    pub(super) fn print(self, value: &impl Serialize, people: impl FnOnce() -> Done) -> Done {
        if self.json { json(value) } else { people() }
    }
}

/// Says something on standard error, where it is in nobody's way.
pub(super) fn note(line: impl Display) {
    // Nobody is left to tell if standard error is gone.
    let _gone = io::stderr().write_all(format!("{line}\n").as_bytes()).is_err();
}

/// Prints text as it is.
pub(super) fn text(text: &str) -> Done {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        // A pager that was closed has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::of("cannot write to standard output", error)),
    }
}

/// Prints a line.
pub(super) fn line(line: impl Display) -> Done {
    text(&format!("{line}\n"))
}

/// Prints a value as JSON.
pub(super) fn json(value: &impl Serialize) -> Done {
    let json = serde_json::to_string_pretty(value);
    line(json.map_err(|error| Failure::of("cannot write JSON", error))?)
}

/// Rows under heads, in columns as wide as they need to be; what is a number stands to the right.
pub(super) fn columns(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).chain(heads.get(column).map(|h| h.len())).max()
    };
    let number = |column: usize| {
        let mut cells = rows.iter().filter_map(|row| row.get(column)).peekable();
        cells.peek().is_some() && cells.all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let shapes: Vec<(usize, bool)> =
        (0..heads.len()).map(|column| (width(column).unwrap_or(0), number(column))).collect();
    let heads = heads.iter().map(|head| (*head).to_owned()).collect();
    let mut lines = String::new();
    for row in std::iter::once(&heads).chain(rows) {
        let cells = row.iter().zip(&shapes).map(|(cell, (width, number))| match number {
            true => format!("{cell:>width$}"),
            false => format!("{cell:<width$}"),
        });
        lines.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_need_to_be() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["public", "7", ""]), row(["é", "1234567", "note"])];
        let shown = "tier    requests  note\npublic         7\né        1234567  note\n";
        assert_eq!(columns(&["tier", "requests", "note"], &rows), shown);
        assert_eq!(columns(&["tier", "requests"], &[]), "tier  requests\n");
    }
}
