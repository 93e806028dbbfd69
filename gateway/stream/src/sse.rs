//! Server-sent events, read as the WHATWG standard says, without a copy where a push holds all.
//!
//! Lines end with LF, CR or CRLF, split anywhere; a first BOM and comments are skipped; `id` and
//! `retry` are ignored. Stricter than the standard in one thing: a line that is no field of it is
//! not skipped but [`Broken::NotAnEvent`], so that HTML or JSON in place of a stream is noticed.

/// One event with data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Event<'a> {
    /// Its name; empty if it has none.
    pub name: &'a [u8],
    /// Its data lines, joined by LF.
    pub data: &'a [u8],
}

/// Why reading cannot go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Broken {
    /// A line that is no field.
    NotAnEvent,
    /// An event beyond the bound.
    TooLarge,
}

/// Reads events from bytes as they come.
#[derive(Clone, Debug)]
pub struct Events {
    event_bytes_max: usize,
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    /// The data of this event, where it could not be borrowed.
    data: Vec<u8>,
    name: Vec<u8>,
    kept: Kept,
    /// Bytes of the complete lines of this event.
    bytes: usize,
    /// Whether the last push ended with CR, so that a first LF belongs to it.
    after_cr: bool,
    first_line: bool,
}

/// What is known of the event being read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kept {
    /// No data line yet.
    Nothing,
    /// A data line, or more.
    Data,
    /// The event was lent to the caller, and is to be cleared.
    Lent,
}

impl Events {
    /// Reads events of up to this many bytes.
    pub fn new(event_bytes_max: usize) -> Self {
        Self {
            event_bytes_max,
            line: Vec::new(),
            data: Vec::new(),
            name: Vec::new(),
            kept: Kept::Nothing,
            bytes: 0,
            after_cr: false,
            first_line: true,
        }
    }

    /// The next event of `input`, which is moved past it; `None` if it needs more input.
    pub fn next<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'s>>, Broken> {
        if self.kept == Kept::Lent {
            self.clear();
        }
        let mut borrowed: Option<&'i [u8]> = None;
        while let Some(line) = self.take_line(input)? {
            let whole = self.line.is_empty();
            let blank = whole && line.is_empty();
            if blank && self.kept == Kept::Data {
                self.kept = Kept::Lent;
                let data = borrowed.unwrap_or(&self.data);
                return Ok(Some(Event { name: &self.name, data }));
            }
            if blank {
                self.clear();
            } else if whole {
                self.read_line(line, &mut borrowed)?;
            } else {
                self.read_carried(line)?;
            }
        }
        if let Some(data) = borrowed {
            self.data.extend_from_slice(data);
        }
        Ok(None)
    }

    fn clear(&mut self) {
        self.kept = Kept::Nothing;
        self.bytes = 0;
        self.data.clear();
        self.name.clear();
    }

    /// The rest of a line, without its end; `None` after keeping what there is of it.
    fn take_line<'s>(&mut self, input: &mut &'s [u8]) -> Result<Option<&'s [u8]>, Broken> {
        if self.after_cr && !input.is_empty() {
            self.after_cr = false;
            *input = input.strip_prefix(b"\n").unwrap_or(input);
        }
        // As at every end of an event, and at the end of what came.
        match input {
            [] => return Ok(None),
            [b'\n', rest @ ..] => {
                *input = rest;
                self.bytes += self.line.len();
                return Ok(Some(&[]));
            }
            _ => {}
        }
        let Some(at) = memchr::memchr2(b'\n', b'\r', input) else {
            self.measure(input)?;
            self.line.extend_from_slice(input);
            *input = &[];
            return Ok(None);
        };
        let (line, end) = input.split_at(at);
        *input = match end {
            [b'\r'] => {
                self.after_cr = true;
                &[]
            }
            [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => rest,
            [] => &[],
        };
        self.bytes = self.measure(line)?;
        Ok(Some(line))
    }

    /// Bytes of this event with the rest of a line.
    fn measure(&self, rest: &[u8]) -> Result<usize, Broken> {
        let bytes = self.bytes + self.line.len() + rest.len();
        if bytes > self.event_bytes_max { Err(Broken::TooLarge) } else { Ok(bytes) }
    }

    /// A line whose beginning came with an earlier push.
    fn read_carried(&mut self, tail: &[u8]) -> Result<(), Broken> {
        let mut line = std::mem::take(&mut self.line);
        line.extend_from_slice(tail);
        let mut data = None;
        let read = self.read_line(&line, &mut data);
        self.data.extend_from_slice(data.unwrap_or_default());
        line.clear();
        self.line = line;
        read
    }

    fn read_line<'l>(
        &mut self,
        line: &'l [u8],
        borrowed: &mut Option<&'l [u8]>,
    ) -> Result<(), Broken> {
        let line = if std::mem::take(&mut self.first_line) {
            line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
        } else {
            line
        };
        if let Some(value) = line.strip_prefix(b"data: ") {
            self.data_line(value, borrowed);
            return Ok(());
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(at) => {
                let (field, value) = line.split_at(at);
                (field, value.strip_prefix(b": ").or(value.strip_prefix(b":")).unwrap_or(value))
            }
            None => (line, &[][..]),
        };
        match field {
            b"data" => self.data_line(value, borrowed),
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            b"" | b"id" | b"retry" => {}
            _ => return Err(Broken::NotAnEvent),
        }
        Ok(())
    }

    fn data_line<'l>(&mut self, value: &'l [u8], borrowed: &mut Option<&'l [u8]>) {
        if std::mem::replace(&mut self.kept, Kept::Data) == Kept::Nothing {
            *borrowed = Some(value);
            return;
        }
        if let Some(first) = borrowed.take() {
            self.data.extend_from_slice(first);
        }
        self.data.push(b'\n');
        self.data.extend_from_slice(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Read = Result<Vec<(String, String)>, Broken>;

    fn read<'i>(pieces: impl IntoIterator<Item = &'i [u8]>) -> Read {
        let mut events = Events::new(64);
        let mut all = Vec::new();
        for piece in pieces {
            let mut rest = piece;
            while let Some(Event { name, data }) = events.next(&mut rest)? {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                all.push((text(name), text(data)));
            }
        }
        Ok(all)
    }

    fn datas(text: &str) -> Vec<String> {
        let events = read([text.as_bytes()]).unwrap();
        assert_eq!(read(text.as_bytes().chunks(1)).unwrap(), events, "{text:?}");
        events.into_iter().map(|(_, data)| data).collect()
    }

    #[test]
    fn reads_all_the_standard_allows() {
        assert_eq!(datas("data: a\n\ndata:b\r\n\r\ndata:  c\r\r"), ["a", "b", " c"]);
        assert_eq!(datas("\u{feff}data: a\n\n"), ["a"]);
        assert_eq!(datas(": hi\n\ndata: a\ndata\ndata: b\n\n"), ["a\n\nb"]);
        assert_eq!(datas("id: 7\nretry: 9\ndata: a\nid\n\n"), ["a"]);
        assert_eq!(datas("event: x\n\ndata: a\r\ndata: b\n\r\ndata: c\n\n"), ["a\nb", "c"]);
        assert_eq!(datas("data:\n\n"), [""]);
    }

    #[test]
    fn names_do_not_outlive_their_event() {
        let events = read([&b"event: error\ndata: a\n\ndata: b\n\nevent: x\n\ndata: c\n\n"[..]]);
        let name = |name: &str, data: &str| (name.to_owned(), data.to_owned());
        assert_eq!(events.unwrap(), [name("error", "a"), name("", "b"), name("", "c")]);
    }

    #[test]
    fn an_event_without_its_blank_line_is_none() {
        assert!(datas("data: a\n").is_empty());
        assert!(datas("data: a").is_empty());
    }

    #[test]
    fn what_is_no_stream_is_noticed() {
        for text in ["<html>\n", "{\"error\": 1}\n", "data : a\n", "\u{feff}\u{feff}data: a\n\n"] {
            assert_eq!(read([text.as_bytes()]), Err(Broken::NotAnEvent), "{text:?}");
        }
    }

    #[test]
    fn an_event_has_a_bound() {
        let long = format!("data: {}", "x".repeat(65));
        assert_eq!(read([long.as_bytes()]), Err(Broken::TooLarge));
        assert_eq!(read(long.as_bytes().chunks(7)), Err(Broken::TooLarge));
        let many = "data: 1234567\n".repeat(9);
        assert_eq!(read([many.as_bytes()]), Err(Broken::TooLarge));
        assert_eq!(read(many.as_bytes().chunks(3)), Err(Broken::TooLarge));
        assert_eq!(datas(&"data: 12345678901234567890\n\n".repeat(9)).len(), 9);
    }

    proptest! {
        #[test]
        fn no_cut_changes_what_is_read(
            text in "(data|data:|data: |event: |id:|:|\u{feff}|x|é|\n|\r|\r\n){0,24}",
            cut in 1..9_usize,
        ) {
            prop_assert_eq!(read(text.as_bytes().chunks(cut)), read([text.as_bytes()]));
        }
    }
}
