//! The shape of the last chunk: backends write hundreds in a row that differ in one string only.
//!
//! A chunk that equals one that was read strictly, but for the inside of one string, reads the same
//! but for that string. So it needs no reading. Nor does one with another `sequence_number`, which
//! no dialect reads.

use super::{Channel, Chunk, Part, Texts};
use crate::scan;
use crate::sse::Event;
use crate::wire::Text;

/// A chunk that was read, without its text.
#[derive(Debug, Default)]
pub(crate) struct Mould {
    index: u32,
    channel: Option<Channel>,
    /// The name of its event.
    name: Vec<u8>,
    before: Side,
    after: Side,
}

/// What stands on one side of the text: all of it, or what is around a number that counts events.
#[derive(Debug, Default)]
struct Side {
    head: Vec<u8>,
    /// Behind the number, if there is one.
    tail: Option<Vec<u8>>,
}

impl Mould {
    /// Learns the shape of a chunk, if it says nothing but one plain text of one choice.
    pub(crate) fn learn(&mut self, name: &[u8], data: &str, chunk: &Chunk<'_>) {
        self.channel = None;
        let [part] = &*chunk.parts else { return };
        let Some((channel, Text::Plain(text))) = part.only_text() else { return };
        let only = chunk.usage.is_none() && !chunk.done;
        // The text is lent from the data, so its place is where it begins in memory.
        let place = text.as_ptr().addr().checked_sub(data.as_ptr().addr());
        let Some(place) = place.filter(|_| only) else { return };
        let Some((before, rest)) = data.as_bytes().split_at_checked(place) else { return };
        let Some(after) = rest.strip_prefix(text.as_bytes()) else { return };
        self.name.clear();
        self.name.extend_from_slice(name);
        self.before.learn(before);
        self.after.learn(after);
        (self.index, self.channel) = (part.index, Some(channel));
    }

    /// Reads a chunk of the same shape.
    pub(crate) fn read<'a>(&self, event: Event<'a>) -> Option<Part<'a>> {
        let channel = self.channel.filter(|_| *event.name == *self.name)?;
        let rest = self.before.strip(event.data)?;
        let plain = scan::until_escape(rest);
        let escaped = rest.get(plain) == Some(&b'\\');
        let end = if escaped { scan::until_quote(rest)? } else { plain };
        let (text, after) = rest.split_at_checked(end)?;
        if !self.after.strip(after)?.is_empty() {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        let text = if escaped { Text::read(text)? } else { Text::Plain(text) };
        Some(Part { texts: Texts::one(channel, text), ..Part::new(self.index) })
    }
}

/// The key of the number that counts events.
const NUMBER: &[u8] = b"\"sequence_number\":";

impl Side {
    fn learn(&mut self, side: &[u8]) {
        let (head, tail) = match around_number(side) {
            Some((head, tail)) => (head, Some(tail)),
            None => (side, None),
        };
        self.head.clear();
        self.head.extend_from_slice(head);
        self.tail = tail.map(<[u8]>::to_vec);
    }

    /// What stands behind it.
    fn strip<'a>(&self, data: &'a [u8]) -> Option<&'a [u8]> {
        let rest = data.strip_prefix(&*self.head)?;
        match &self.tail {
            Some(tail) => behind_number(rest)?.strip_prefix(&**tail),
            None => Some(rest),
        }
    }
}

/// What is before and behind the number that counts events.
fn around_number(side: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memmem::find(side, NUMBER)? + NUMBER.len();
    let (head, number) = side.split_at_checked(at)?;
    Some((head, behind_number(number)?))
}

/// What is behind a number that JSON may have: digits, and no zero before others.
fn behind_number(data: &[u8]) -> Option<&[u8]> {
    let digits = scan::until_slowly(data, |byte| !byte.is_ascii_digit());
    let zero = digits > 1 && data.first() == Some(&b'0');
    if digits == 0 || digits > DIGITS_MAX || zero { None } else { data.get(digits..) }
}

/// Digits of the longest number that is stepped over.
const DIGITS_MAX: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Scribe, registry};
    use crate::plan::Plan;
    use crate::usage::Usage;
    use sluice_config::words::{Operation, Strategy};

    fn scribe() -> Box<dyn Scribe> {
        registry::find(Operation::Chat).scribe(&Plan {
            operation: Operation::Chat,
            chain: None,
            id: "answer".into(),
            model: "open".into(),
            created: 1,
            show_usage: false,
            usage_max: Usage { prompt: 1, completion: 1 },
            choices_max: 1,
            event_bytes_max: 1,
            hold_bytes_max: 1,
            buffer_bytes_max: 1,
            strategy_min: Strategy::DetectOnly,
            rulings: None,
            seal: None,
            moderation: None,
        })
    }

    fn learnt(data: &str) -> Mould {
        let mut mould = Mould::default();
        mould.learn(b"", data, &scribe().read(data).unwrap());
        mould
    }

    fn read<'a>(mould: &Mould, data: &'a [u8]) -> Option<Part<'a>> {
        mould.read(Event { name: b"", data })
    }

    #[test]
    fn a_chunk_of_the_same_shape_reads_the_same() {
        let first = r#"{"id":"a","choices":[{"index":1,"delta":{"content":"b"},"x":"b"}]}"#;
        let mould = learnt(first);
        for text in ["", "b", " lazy", "é😀", "\\n", "a\\\"b\\\\", "\\u00e9\\t", "\\ud83d\\ude00"]
        {
            let next = first.replacen("\"content\":\"b\"", &format!("\"content\":\"{text}\""), 1);
            let part = read(&mould, next.as_bytes()).unwrap();
            let strict = scribe().read(&next).map(|chunk| format!("{:?}", chunk.parts[0]));
            assert_eq!(format!("{part:?}"), strict.unwrap());
        }
        assert!(mould.read(Event { name: b"x", data: first.as_bytes() }).is_none());
    }

    #[test]
    fn events_are_counted_past() {
        let first = r#"{"sequence_number":7,"choices":[{"delta":{"content":"b"}}],"x":1}"#;
        let behind = r#"{"choices":[{"delta":{"content":"b"}}],"sequence_number":7}"#;
        for first in [first, behind] {
            let mould = learnt(first);
            for number in ["0", "8", "10", "123456789012345678"] {
                let next = first.replace(":7", &format!(":{number}")).replace("\"b\"", "\"cd\"");
                let part = read(&mould, next.as_bytes()).unwrap();
                let strict = scribe().read(&next).map(|chunk| format!("{:?}", chunk.parts[0]));
                assert_eq!(format!("{part:?}"), strict.unwrap());
            }
            for other in ["", "-1", "07", "7.5", "7e1", "7 ", "\"7\"", "7,\"choices\":[]"] {
                let next = first.replace(":7", &format!(":{other}"));
                assert!(read(&mould, next.as_bytes()).is_none(), "{next}");
            }
        }
        // Inside of a string it is no key.
        let quoted = r#"{"choices":[{"delta":{"content":"b"}}],"x":"\"sequence_number\":7"}"#;
        assert!(read(&learnt(quoted), quoted.replace(":7", ":8").as_bytes()).is_none());
    }

    #[test]
    fn any_other_chunk_is_read_strictly() {
        let first = r#"{"choices":[{"delta":{"content":"b"}}]}"#;
        let mould = learnt(first);
        for other in ["b\",\"content\":\"c", "b\\x", "b\n", "b\\", "\\ud83d", "\u{1}"] {
            let other = first.replace("\"b\"", &format!("\"{other}\""));
            assert!(read(&mould, other.as_bytes()).is_none());
        }
        assert!(read(&mould, br#"{"choices":[{"delta":{"refusal":"b"}}]}"#).is_none());
        assert!(read(&mould, b"{\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}").is_none());
        assert!(read(&mould, br#"{"choices":[{"delta":{"content":"}}]}"#).is_none());
    }

    #[test]
    fn only_plain_text_is_learnt() {
        for data in [
            r#"{"choices":[{"delta":{"content":"a\n"}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"delta":{"role":"assistant","content":"a"}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"a"}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#,
            r#"{"choices":[]}"#,
        ] {
            assert!(read(&learnt(data), data.as_bytes()).is_none(), "{data}");
        }
    }
}
