//! JSON values, one a line, read without a copy where a push holds all of a line.

use crate::sse::{Broken, Event};

/// Reads lines from bytes as they come.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    line_bytes_max: usize,
    /// A line that did not come in one piece.
    line: Vec<u8>,
    /// Whether that line was lent to the caller, and is to be cleared.
    lent: bool,
}

impl Lines {
    /// Reads lines of up to this many bytes.
    pub(crate) fn new(line_bytes_max: usize) -> Self {
        Self { line_bytes_max, line: Vec::new(), lent: false }
    }

    /// The next line of `input` that is not blank, which is moved past it; `None` if it needs more
    /// input. The lines of some backends end with CRLF.
    pub(crate) fn next<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'s>>, Broken> {
        if std::mem::take(&mut self.lent) {
            self.line.clear();
        }
        while let Some(line) = self.take_line(input)? {
            let carried = !self.line.is_empty();
            if carried {
                self.line.extend_from_slice(line);
            }
            let data = if carried { &self.line } else { line };
            if data.trim_ascii().is_empty() {
                self.line.clear();
            } else if carried {
                self.lent = true;
                return Ok(Some(Event { name: b"", data: self.line.trim_ascii() }));
            } else {
                return Ok(Some(Event { name: b"", data: line.trim_ascii() }));
            }
        }
        Ok(None)
    }

    /// The rest of a line; `None` after keeping what there is of it.
    fn take_line<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<&'i [u8]>, Broken> {
        let end = memchr::memchr(b'\n', input);
        let (line, rest) = input.split_at_checked(end.unwrap_or(input.len())).unwrap_or_default();
        if self.line.len() + line.len() > self.line_bytes_max {
            return Err(Broken::TooLarge);
        }
        *input = rest.get(1..).unwrap_or_default();
        if end.is_none() {
            self.line.extend_from_slice(line);
        }
        Ok(end.map(|_| line))
    }

    /// The last line, if no line break ended it.
    pub(crate) fn last(&mut self) -> Option<Event<'_>> {
        if std::mem::take(&mut self.lent) {
            self.line.clear();
        }
        let data = self.line.trim_ascii();
        (!data.is_empty()).then_some(Event { name: b"", data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read<'i>(pieces: impl IntoIterator<Item = &'i [u8]>) -> Result<Vec<String>, Broken> {
        let mut lines = Lines::new(16);
        let mut all = Vec::new();
        let text = |event: Event<'_>| String::from_utf8_lossy(event.data).into_owned();
        for piece in pieces {
            let mut rest = piece;
            while let Some(event) = lines.next(&mut rest)? {
                all.push(text(event));
            }
        }
        all.extend(lines.last().map(text));
        Ok(all)
    }

    #[test]
    fn reads_lines() {
        let good = |text: &str| read([text.as_bytes()]).unwrap();
        assert_eq!(good("{}\n[1]\r\n\n \r\n{\"a\":1}"), ["{}", "[1]", "{\"a\":1}"]);
        assert!(good("\r\n\n").is_empty());
        assert_eq!(read([&b"12345678901234567\n"[..]]), Err(Broken::TooLarge));
        assert_eq!(read([&b"123456789"[..], b"01234567"]), Err(Broken::TooLarge));
    }

    proptest! {
        #[test]
        fn no_cut_changes_what_is_read(text in "(a|é| |\n|\r|\r\n){0,14}", cut in 1..9_usize) {
            prop_assert_eq!(read(text.as_bytes().chunks(cut)), read([text.as_bytes()]));
        }
    }
}
