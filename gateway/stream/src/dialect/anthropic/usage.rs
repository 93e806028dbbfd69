//! Tokens as a backend counts them in the words of the Messages API.

use crate::usage::{Count, Usage};
use crate::wire;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A `usage` object.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Counts {
    #[serde(default, rename = "input_tokens")]
    input: Count,
    #[serde(default, rename = "cache_creation_input_tokens")]
    cache_creation: Count,
    #[serde(default, rename = "cache_read_input_tokens")]
    cache_read: Count,
    #[serde(default, rename = "output_tokens")]
    output: Count,
}

impl Counts {
    /// Reads a `usage` object; what is none counts nothing.
    pub(super) fn read(raw: &RawValue) -> Self {
        serde_json::from_str(raw.get()).unwrap_or_default()
    }

    /// Tokens read. The dialect counts those of a cache apart; to us they are tokens like others.
    pub(super) fn prompt(self) -> Option<u64> {
        let cached = [self.cache_creation, self.cache_read];
        let cached = cached.into_iter().map(Count::or_zero).sum::<Option<u64>>()?;
        Some(self.input.known()? + cached)
    }

    /// What a message cost; tokens read are those told at its start, if they are not told now.
    pub(super) fn usage(self, start: Option<u64>) -> Option<Usage> {
        let now = if self.input.is_absent() { start } else { self.prompt() };
        Some(Usage { prompt: now?, completion: self.output.known()? })
    }
}

/// Writes a `usage` object. The dialect demands a count: where none is known, none is shown to have
/// been written.
pub(super) fn write(usage: Option<Usage>, out: &mut Vec<u8>) {
    let Usage { prompt, completion } = usage.unwrap_or(Usage { prompt: 0, completion: 0 });
    out.extend_from_slice(b"{\"input_tokens\":");
    wire::number(prompt, out);
    out.extend_from_slice(b",\"output_tokens\":");
    wire::number(completion, out);
    out.push(b'}');
}

/// Writes the `usage` of the end of a stream. What is told there replaces what was told at the start,
/// so tokens read that are not known are not told again.
pub(super) fn write_last(usage: Option<Usage>, out: &mut Vec<u8>) {
    match usage {
        Some(usage) => write(Some(usage), out),
        None => out.extend_from_slice(b"{\"output_tokens\":0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Counts {
        Counts::read(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn tokens_of_a_cache_are_tokens() {
        let start = counts(
            r#"{"input_tokens":1,"cache_read_input_tokens":31,"cache_creation_input_tokens":null}"#,
        );
        assert_eq!(start.prompt(), Some(32));
        let end = counts(r#"{"output_tokens":4}"#).usage(start.prompt());
        assert_eq!(end, Some(Usage { prompt: 32, completion: 4 }));
        let told = counts(r#"{"input_tokens":5,"output_tokens":4}"#).usage(start.prompt());
        assert_eq!(told, Some(Usage { prompt: 5, completion: 4 }));
    }

    #[test]
    fn what_is_no_count_is_none() {
        assert_eq!(counts(r#"{"input_tokens":-1}"#).prompt(), None);
        assert_eq!(counts(r#"{"input_tokens":1,"cache_read_input_tokens":"7"}"#).prompt(), None);
        assert_eq!(counts(r#"{"input_tokens":1.5,"output_tokens":4}"#).usage(Some(1)), None);
        assert_eq!(counts(r#"{"input_tokens":1}"#).usage(None), None);
        assert_eq!(counts(r#"{"output_tokens":1}"#).usage(None), None);
        assert_eq!(counts("7").usage(Some(1)), None);
    }
}
