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
        let folded = format!("{:INDENT$}{}", "", folded(remark));
        out::line(self.ink(Ink::Dim, &folded))
    }
}

/// Every line of `text`, so many columns to the right.
pub(super) fn indented(text: &str, columns: usize) -> String {
    let lines = text.lines().map(|line| format!("{:columns$}{line}", "").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Text that is there as a whole, folded.
pub(super) fn folded(text: &str) -> String {
    let mut fold = Fold::default();
    fold.push(text) + &fold.end()
}

/// Folds running text at spaces, as it comes. A word is printed once it is whole, for what is
/// printed cannot be taken back.
#[derive(Debug)]
pub(super) struct Fold {
    column: usize,
    word: String,
}

impl Default for Fold {
    fn default() -> Self {
        Self { column: INDENT, word: String::new() }
    }
}

impl Fold {
    /// What to print now that `piece` has come.
    pub(super) fn push(&mut self, piece: &str) -> String {
        let mut printed = String::new();
        for c in piece.chars() {
            if c.is_whitespace() {
                printed += &self.end();
            } else if !c.is_control() {
                self.word.push(c);
            }
        }
        printed
    }

    /// The word that has not been printed yet.
    pub(super) fn end(&mut self) -> String {
        let word = std::mem::take(&mut self.word);
        let width = word.chars().count();
        if width == 0 {
            return word;
        }
        let first = self.column == INDENT;
        if !first && self.column + 1 + width > WIDTH {
            self.column = INDENT + width;
            return format!("\n{:INDENT$}{word}", "");
        }
        self.column += width + usize::from(!first);
        if first { word } else { format!(" {word}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_folds_at_spaces_however_it_comes() {
        let text = "word another ".repeat(20);
        let whole = folded(&text);
        assert!(whole.lines().count() > 2);
        assert!(whole.lines().all(|line| line.len() <= WIDTH), "{whole}");
        let mut fold = Fold::default();
        let cut: String = text.split_inclusive('o').map(|piece| fold.push(piece)).collect();
        assert_eq!(cut + &fold.end(), whole);
        assert_eq!(folded("a\u{1b}[2Jb "), "a[2Jb", "an answer draws nothing");
    }

    #[test]
    fn text_stands_to_the_right() {
        assert_eq!(indented("a\nb", 2), "  a\n  b");
        let long = folded(&"word ".repeat(30));
        assert!(long.lines().skip(1).all(|line| line.starts_with("       word")), "{long}");
    }
}
