//! Tokens as a backend counted them. Whatever it says, reading it never fails an answer.

use crate::easy::{Easy, Once};
use crate::wire;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// More tokens than this in one answer is not a count but a fault, and is not believed. Sums of
/// believed counts stay far from overflow.
const TOKENS_MAX: u64 = 1 << 32;

/// What an answer cost, as the backend counted it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Usage {
    /// Tokens read.
    pub prompt: u64,
    /// Tokens written.
    pub completion: u64,
}

#[derive(Default, Deserialize)]
struct Written {
    #[serde(default, rename = "prompt_tokens")]
    prompt: Count,
    #[serde(default, rename = "completion_tokens")]
    completion: Count,
    #[serde(default, rename = "total_tokens")]
    total: Count,
}

/// The same by the names of dialects that call it input and output.
#[derive(Default, Deserialize)]
struct InOut {
    #[serde(default, rename = "input_tokens")]
    input: Count,
    #[serde(default, rename = "output_tokens")]
    output: Count,
    #[serde(default, rename = "total_tokens")]
    total: Count,
}

impl Usage {
    /// Reads a `usage` object of input and output tokens; `None` if it cannot be true.
    pub(crate) fn read_in_out(raw: &RawValue) -> Option<Self> {
        let InOut { input, output, total } = serde_json::from_str(raw.get()).ok()?;
        Self::believe(Written { prompt: input, completion: output, total })
    }

    /// Reads a `usage` object; `None` if it cannot be true.
    pub(crate) fn read(raw: &RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok().and_then(Self::believe)
    }

    /// Reads a `usage` object that is written the easy way and can be true.
    pub(crate) fn easy(easy: &mut Easy<'_>) -> Option<Self> {
        let (mut once, mut written) = (Once::default(), Written::default());
        easy.fields(|easy, key| {
            let (field, count) = match key {
                b"prompt_tokens" => (0, &mut written.prompt),
                b"completion_tokens" => (1, &mut written.completion),
                b"total_tokens" => (2, &mut written.total),
                _ => return easy.skip(),
            };
            once.note(field)?;
            if easy.null().is_none() {
                *count = Count(Ok(Some(easy.number().filter(|count| *count <= TOKENS_MAX)?)));
            }
            Some(())
        })?;
        Self::believe(written)
    }

    fn believe(Written { prompt, completion, total }: Written) -> Option<Self> {
        let prompt = prompt.0.ok()??;
        let completion = match (completion.0, total.0) {
            (Ok(Some(completion)), _) => completion,
            (Ok(None), Ok(Some(total))) => total.checked_sub(prompt)?,
            _ => return None,
        };
        Some(Self { prompt, completion })
    }

    /// Reads the `usage` of an operation that writes no tokens.
    pub(crate) fn read_prompt(raw: &RawValue) -> Option<Self> {
        let Written { prompt, total, .. } = serde_json::from_str(raw.get()).ok()?;
        let prompt = prompt.0.ok()?.or(total.0.ok()?)?;
        Some(Self { prompt, completion: 0 })
    }

    /// Writes it as the `usage` object of an operation that writes no tokens.
    pub(crate) fn write_prompt(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"prompt_tokens\":");
        wire::number(self.prompt, out);
        out.extend_from_slice(b",\"total_tokens\":");
        wire::number(self.prompt, out);
        out.push(b'}');
    }

    /// Nothing, if it is more than the answer can have cost.
    pub(crate) fn within(self, max: Self) -> Option<Self> {
        (self.prompt <= max.prompt && self.completion <= max.completion).then_some(self)
    }

    /// Writes it as a `usage` object of input and output tokens, none of which are told apart.
    pub(crate) fn write_in_out(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"input_tokens\":");
        wire::number(self.prompt, out);
        out.extend_from_slice(
            b",\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0},\"output_tokens\":",
        );
        wire::number(self.completion, out);
        out.extend_from_slice(
            b",\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":",
        );
        wire::number(self.prompt + self.completion, out);
        out.push(b'}');
    }

    /// Writes it as a `usage` object.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"prompt_tokens\":");
        wire::number(self.prompt, out);
        out.extend_from_slice(b",\"completion_tokens\":");
        wire::number(self.completion, out);
        out.extend_from_slice(b",\"total_tokens\":");
        wire::number(self.prompt + self.completion, out);
        out.push(b'}');
    }
}

/// A count as written: `Ok(None)` is not there, `Err` is nonsense.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count(Result<Option<u64>, ()>);

impl Count {
    /// The count, if it is there and can be one.
    pub(crate) fn known(self) -> Option<u64> {
        self.0.ok()?
    }

    /// The count, or nothing if it is not there; `None` if it is nonsense.
    pub(crate) fn or_zero(self) -> Option<u64> {
        self.0.ok().map(Option::unwrap_or_default)
    }

    /// Whether nothing is written there.
    pub(crate) fn is_absent(self) -> bool {
        self.0 == Ok(None)
    }
}

impl Default for Count {
    fn default() -> Self {
        Self(Ok(None))
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Counting)
    }
}

struct Counting;

impl<'de> Visitor<'de> for Counting {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_u64<E>(self, value: u64) -> Result<Count, E> {
        Ok(Count(if value <= TOKENS_MAX { Ok(Some(value)) } else { Err(()) }))
    }

    fn visit_unit<E>(self) -> Result<Count, E> {
        Ok(Count::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Count, E> {
        Ok(Count(Err(())))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Count, E> {
        Ok(Count(Err(())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Count, E> {
        Ok(Count(Err(())))
    }

    fn visit_str<E>(self, _: &str) -> Result<Count, E> {
        Ok(Count(Err(())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Count, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Count(Err(())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Count, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Count(Err(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(u64, u64)> {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        let usage = Usage::read(raw);
        if let easy @ Some(_) = Usage::easy(&mut Easy::new(text)) {
            assert_eq!(easy, usage, "{text}");
        }
        usage.map(|usage| (usage.prompt, usage.completion))
    }

    #[test]
    fn believes_what_can_be_true() {
        assert_eq!(read(r#"{"prompt_tokens":3,"completion_tokens":4}"#), Some((3, 4)));
        assert_eq!(read(r#"{"prompt_tokens":3,"total_tokens":9,"x":{}}"#), Some((3, 6)));
        assert_eq!(read(r#"{"prompt_tokens":0,"completion_tokens":0}"#), Some((0, 0)));
        assert_eq!(
            read(r#"{"prompt_tokens":3,"completion_tokens":null,"total_tokens":3}"#),
            Some((3, 0))
        );
    }

    #[test]
    fn believes_input_and_output_alike() {
        let read = |text: &str| Usage::read_in_out(serde_json::from_str(text).unwrap());
        let usage = Some(Usage { prompt: 3, completion: 4 });
        assert_eq!(read(r#"{"input_tokens":3,"output_tokens":4,"prompt_tokens":9}"#), usage);
        assert_eq!(read(r#"{"input_tokens":3,"total_tokens":7}"#), usage);
        assert_eq!(read(r#"{"input_tokens":3,"input_tokens":3,"output_tokens":4}"#), None);
        assert_eq!(read(r#"{"prompt_tokens":3,"completion_tokens":4}"#), None);
    }

    #[test]
    fn believes_nothing_else() {
        for odd in [
            r#"{"prompt_tokens":-3,"completion_tokens":4}"#,
            r#"{"prompt_tokens":3,"completion_tokens":4.0}"#,
            r#"{"prompt_tokens":3,"completion_tokens":"4"}"#,
            r#"{"prompt_tokens":3,"completion_tokens":9007199254740993}"#,
            r#"{"prompt_tokens":3,"completion_tokens":1e999}"#,
            r#"{"prompt_tokens":3,"completion_tokens":99999999999999999999999}"#,
            r#"{"prompt_tokens":3,"completion_tokens":[4],"total_tokens":9}"#,
            r#"{"prompt_tokens":3,"completion_tokens":{"a":4},"total_tokens":9}"#,
            r#"{"prompt_tokens":3,"completion_tokens":true}"#,
            r#"{"prompt_tokens":3,"prompt_tokens":3,"completion_tokens":1}"#,
            r#"{"prompt_tokens":9,"total_tokens":3}"#,
            r#"{"completion_tokens":3}"#,
            "[]",
            "7",
            "\"\"",
            "{}",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
