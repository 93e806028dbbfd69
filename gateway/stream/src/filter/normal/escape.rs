//! Characters behind the escapes of a JSON string, where the string stands inside other text.

use std::ops::Range;

/// What stands for an escape that stands for nothing.
const NOTHING: char = char::REPLACEMENT_CHARACTER;

/// Reads one text.
#[derive(Debug, Default)]
pub(super) struct Escapes {
    begun: Option<Begun>,
    /// The first half of a pair, and where it stands.
    high: Option<(u32, usize)>,
}

#[derive(Clone, Copy, Debug)]
struct Begun {
    start: usize,
    /// Behind `\u`: how many digits have come, and their value.
    digits: Option<(u8, u32)>,
}

impl Escapes {
    /// Where an escape begins that is not complete.
    pub(super) fn pending(&self) -> Option<usize> {
        let begun = self.begun.map(|begun| begun.start);
        self.high.map(|(_, start)| start).or(begun)
    }

    /// Reads the next character as written; gives the character that is meant, once it is known.
    pub(super) fn read(&mut self, c: char, span: Range<usize>) -> Option<(char, Range<usize>)> {
        let Some(mut begun) = self.begun.take() else {
            if c == '\\' {
                self.begun = Some(Begun { start: span.start, digits: None });
                return None;
            }
            self.high = None;
            return Some((c, span));
        };
        let meant = match (begun.digits, c) {
            (None, 'u') => {
                begun.digits = Some((0, 0));
                self.begun = Some(begun);
                return None;
            }
            (None, _) => simple(c),
            (Some((count, value)), _) => {
                let value = value << 4 | c.to_digit(16).unwrap_or_default();
                if count < 3 {
                    begun.digits = Some((count + 1, value));
                    self.begun = Some(begun);
                    return None;
                }
                return self.unit(value, begun.start..span.end);
            }
        };
        self.high = None;
        Some((meant, begun.start..span.end))
    }

    fn unit(&mut self, unit: u32, span: Range<usize>) -> Option<(char, Range<usize>)> {
        let high = self.high.take();
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some((unit, span.start));
            return None;
        }
        let (value, start) = match high {
            Some((high, start)) if (0xdc00..0xe000).contains(&unit) => {
                (0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00), start)
            }
            _ => (unit, span.start),
        };
        Some((char::from_u32(value).unwrap_or(NOTHING), start..span.end))
    }
}

fn simple(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        other => other,
    }
}
