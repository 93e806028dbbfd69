//! The shape of the last chunk: backends write hundreds in a row that differ in one string only.
//!
//! A chunk that equals one that was read strictly, but for the inside of one string that holds no
//! quote, escape or control, reads the same but for that string. So it needs no reading.

use super::{Channel, Chunk, Part};
use crate::report::Finish;
use crate::scan;
use crate::wire::Text;

/// A chunk that was read, without its text.
#[derive(Debug, Default)]
pub(crate) struct Mould {
    index: u32,
    channel: Option<Channel>,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Mould {
    /// Learns the shape of a chunk, if it says nothing but one plain text of one choice.
    pub(crate) fn learn(&mut self, data: &str, chunk: &Chunk<'_>) {
        self.channel = None;
        let [part] = &*chunk.parts else { return };
        let [(channel, Text::Plain(text))] = &*part.texts else { return };
        let only = !part.role
            && part.tools.is_empty()
            && part.logprobs.is_none()
            && part.finish == Finish::Open
            && chunk.usage.is_none();
        // The text is lent from the data, so its place is where it begins in memory.
        let place = text.as_ptr().addr().checked_sub(data.as_ptr().addr());
        let Some(place) = place.filter(|_| only) else { return };
        let Some((before, rest)) = data.as_bytes().split_at_checked(place) else { return };
        let Some(after) = rest.strip_prefix(text.as_bytes()) else { return };
        self.before.clear();
        self.before.extend_from_slice(before);
        self.after.clear();
        self.after.extend_from_slice(after);
        (self.index, self.channel) = (part.index, Some(*channel));
    }

    /// Reads a chunk of the same shape.
    pub(crate) fn read<'a>(&self, data: &'a [u8]) -> Option<Part<'a>> {
        let channel = self.channel?;
        let text = data.strip_prefix(&*self.before)?.strip_suffix(&*self.after)?;
        if scan::until_escape(text) < text.len() {
            return None;
        }
        let text = Text::Plain(std::str::from_utf8(text).ok()?);
        Some(Part { texts: vec![(channel, text)], ..Part::new(self.index) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::registry;
    use sluice_config::words::Operation;

    fn learnt(data: &str) -> Mould {
        let mut mould = Mould::default();
        let chunk = registry::find(Operation::Chat).read(data).unwrap();
        mould.learn(data, &chunk);
        mould
    }

    #[test]
    fn a_chunk_of_the_same_shape_reads_the_same() {
        let first = r#"{"id":"a","choices":[{"index":1,"delta":{"content":"b"},"x":"b"}]}"#;
        let mould = learnt(first);
        for text in ["", "b", " lazy", "é😀"] {
            let next = first.replacen("\"content\":\"b\"", &format!("\"content\":\"{text}\""), 1);
            let part = mould.read(next.as_bytes()).unwrap();
            let strict = registry::find(Operation::Chat).read(&next).unwrap();
            assert_eq!(format!("{part:?}"), format!("{:?}", strict.parts[0]));
        }
    }

    #[test]
    fn any_other_chunk_is_read_strictly() {
        let first = r#"{"choices":[{"delta":{"content":"b"}}]}"#;
        let mould = learnt(first);
        for other in ["b\",\"content\":\"c", "b\\n", "b\n", "b\\", "\u{1}"] {
            assert!(
                mould.read(first.replace("\"b\"", &format!("\"{other}\"")).as_bytes()).is_none()
            );
        }
        assert!(mould.read(br#"{"choices":[{"delta":{"refusal":"b"}}]}"#).is_none());
        assert!(mould.read(b"{\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}").is_none());
        assert!(mould.read(br#"{"choices":[{"delta":{"content":"}}]}"#).is_none());
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
            assert!(learnt(data).read(data.as_bytes()).is_none(), "{data}");
        }
    }
}
