//! What a person sees: short lines, aligned, in colour where that helps.

use super::super::out::{self, Done};
use sluice_config::{Environment, Process};
use std::io::{self, IsTerminal};

/// Columns of running text.
const WIDTH: usize = 84;
/// Where results stand.
const INDENT: usize = 7;

/// Standard output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    colour: bool,
}

/// How something is shown on a terminal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ink {
    /// What a part is about.
    Bold,
    /// What is in the background.
    Dim,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
}

impl Screen {
    /// Colour only for people, and only for those who want it.
    pub(super) fn new() -> Self {
        let wanted = Process.variable("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colour: wanted && io::stdout().is_terminal() }
    }

    /// Text in an ink.
    pub(super) fn ink(self, ink: Ink, text: &str) -> String {
        if !self.colour {
            return text.into();
        }
        let code = match ink {
            Ink::Bold => "1",
            Ink::Dim => "2",
            Ink::Good => "32",
            Ink::Bad => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// The title of a part, and the line that does it.
    pub(super) fn part(self, number: usize, title: &str, command: &str) -> Done {
        let title = self.ink(Ink::Bold, title);
        out::text(&format!(
            "\n{number:>2} {title}\n{}\n",
            self.ink(Ink::Dim, &indented(command, 3))
        ))
    }

    /// A remark under a result.
    pub(super) fn remark(self, remark: &str) -> Done {
        out::line(self.ink(Ink::Dim, &indented(&folded(remark), INDENT)))
    }
}

/// Every line of `text`, so many columns to the right.
pub(super) fn indented(text: &str, columns: usize) -> String {
    let lines = text.lines().map(|line| format!("{:columns$}{line}", "").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

fn folded(text: &str) -> String {
    let mut fold = Fold::default();
    fold.push(text).replace(&format!("\n{:INDENT$}", ""), "\n")
}

/// Folds running text at spaces, as it comes.
#[derive(Debug)]
pub(super) struct Fold {
    column: usize,
}

impl Default for Fold {
    fn default() -> Self {
        Self { column: INDENT }
    }
}

impl Fold {
    /// What to print for the next piece of the text. A piece is at most a word or two, and what
    /// is printed cannot be taken back, so lines end a little before the edge.
    pub(super) fn push(&mut self, piece: &str) -> String {
        let mut folded = String::with_capacity(piece.len());
        for (at, c) in piece.char_indices() {
            let word = piece.get(at + c.len_utf8()..).unwrap_or_default();
            let word = word.split([' ', '\n']).next().unwrap_or_default().chars().count();
            let full = c == ' ' && self.column + 1 + word > WIDTH;
            if full || c == '\n' {
                folded.push_str(&format!("\n{:INDENT$}", ""));
                self.column = INDENT;
            } else if !c.is_control() {
                folded.push(c);
                self.column += 1;
            }
        }
        folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_folds_at_spaces() {
        let text = "word ".repeat(40);
        let (mut whole, mut pieces) = (Fold::default(), Fold::default());
        let folded = whole.push(&text);
        assert!(folded.lines().count() > 2);
        assert!(folded.lines().all(|line| line.len() <= WIDTH), "{folded}");
        let cut: String = text.split_inclusive("or").map(|piece| pieces.push(piece)).collect();
        assert!(cut.lines().all(|line| line.len() <= WIDTH + 4), "{cut}");
        assert_eq!(Fold::default().push("a\u{1b}[2Jb"), "a[2Jb", "an answer draws nothing");
    }

    #[test]
    fn remarks_are_indented() {
        assert_eq!(indented("a\nb", 2), "  a\n  b");
        let remark = indented(&folded(&"word ".repeat(30)), INDENT);
        assert!(remark.lines().all(|line| line.starts_with("       word")), "{remark}");
    }
}
