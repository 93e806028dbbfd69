//! The text of the answers, in the pieces a backend would send it in.
//!
//! It is the same for every call, so a driver that was given the same text knows what it must receive.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// The words of every answer, where no other text is given.
const WORDS: [&str; 32] = [
    " the",
    " water",
    " runs",
    " through",
    " a",
    " narrow",
    " gate",
    " and",
    " turns",
    " every",
    " wheel",
    " in",
    " order",
    " before",
    " it",
    " reaches",
    " open",
    " fields",
    " where",
    " people",
    " measure",
    " what",
    " arrived",
    " against",
    " what",
    " was",
    " promised",
    " upstream",
    " so",
    " nothing",
    " is",
    " lost",
];

/// Bytes of the longest piece, where a text is cut without regard to words.
const PIECE_BYTES_MAX: usize = 8;

/// Another text than the built-in one. Mock and driver must be given the same.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SaidArgs {
    /// A file with the text of the answers, which begins anew where it ends
    #[arg(long)]
    pub text: Option<PathBuf>,
    /// How that text is cut into tokens
    #[arg(long, value_enum, default_value_t)]
    pub pieces: Pieces,
}

/// How a text is cut into tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Pieces {
    /// A word each, with the white space before it
    #[default]
    Words,
    /// 1 to 8 bytes each, whatever they are
    Bytes,
}

/// The text of the answers.
#[derive(Debug)]
pub struct Said {
    /// As they stand in JSON, between the quotes.
    pieces: Vec<String>,
}

impl Default for Said {
    fn default() -> Self {
        Self { pieces: WORDS.map(str::to_owned).to_vec() }
    }
}

impl Said {
    /// What the arguments ask for.
    pub fn new(args: &SaidArgs) -> io::Result<Self> {
        match &args.text {
            Some(file) => Self::cut(&fs::read_to_string(file)?, args.pieces),
            None => Ok(Self::default()),
        }
    }

    /// Cuts a text.
    pub fn cut(text: &str, pieces: Pieces) -> io::Result<Self> {
        let pieces = match pieces {
            Pieces::Words => words(text),
            Pieces::Bytes => bytes(text),
        };
        if pieces.is_empty() {
            return Err(io::Error::other("the text of the answers is empty"));
        }
        Ok(Self { pieces: pieces.into_iter().map(escaped).collect() })
    }

    /// How many pieces there are until the text begins anew.
    pub fn turn(&self) -> usize {
        self.pieces.len()
    }

    /// The `n`-th piece, as it stands in JSON.
    pub fn piece(&self, n: usize) -> &str {
        self.pieces.get(n % self.pieces.len().max(1)).map_or("", String::as_str)
    }

    /// These pieces together, as they stand in JSON.
    pub fn text(&self, pieces: Range<usize>) -> String {
        pieces.map(|n| self.piece(n)).collect()
    }
}

/// Cuts before the white space before each word.
fn words(text: &str) -> Vec<&str> {
    let mut before = ' ';
    let begins = text.char_indices().filter(|(at, c)| {
        let begins = *at == 0 || c.is_whitespace() && !before.is_whitespace();
        before = *c;
        begins
    });
    let begins: Vec<usize> = begins.map(|(at, _)| at).collect();
    let ends = begins.iter().skip(1).copied().chain([text.len()]);
    begins.iter().zip(ends).filter_map(|(from, to)| text.get(*from..to)).collect()
}

/// Cuts at lengths that look random and are the same every time.
fn bytes(text: &str) -> Vec<&str> {
    let (mut pieces, mut rest, mut state) = (Vec::new(), text, 1_u32);
    while !rest.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let most = 1 + usize::try_from(state >> 16).unwrap_or(0) % PIECE_BYTES_MAX;
        // A character that does not fit is a piece of its own.
        let fits = (1..=most).rev().find_map(|at| rest.split_at_checked(at));
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let Some((piece, later)) = fits.or_else(|| rest.split_at_checked(first)) else { break };
        pieces.push(piece);
        rest = later;
    }
    pieces
}

fn escaped(piece: &str) -> String {
    let quoted = serde_json::Value::from(piece).to_string();
    quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_the_text_again() {
        let text = "A \"sluice\" is,\n  in short,\na gate: é😀 \\ \n";
        for pieces in [Pieces::Words, Pieces::Bytes] {
            let said = Said::cut(text, pieces).unwrap();
            let json = format!("\"{}\"", said.text(0..said.turn()));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            assert_eq!(said.piece(said.turn() + 1), said.piece(1));
        }
    }

    #[test]
    fn words_bring_the_space_before_them() {
        assert_eq!(words("Of  all\nthings "), ["Of", "  all", "\nthings", " "]);
    }

    #[test]
    fn bytes_are_one_to_eight_of_them() {
        let text = "abcdefgh".repeat(1_000);
        let lengths: Vec<usize> = bytes(&text).into_iter().map(str::len).collect();
        assert!((1..=PIECE_BYTES_MAX).all(|length| lengths.contains(&length)));
        assert!(lengths.iter().all(|length| (1..=PIECE_BYTES_MAX).contains(length)));
    }

    #[test]
    fn no_text_is_no_answer() {
        assert!(Said::cut("", Pieces::Bytes).is_err());
    }
}
