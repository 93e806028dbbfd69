//! A whole answer as backends nearly always write it: without logprobs and calls of tools.
//!
//! What is read here reads the same in [`super::read`], to which everything else is left.

use super::read::{Complete, Message, part};
use crate::dialect::Chunk;
use crate::easy::{Easy, Once};
use crate::usage::Usage;

/// Reads a whole answer, if it is easy.
pub(super) fn message(body: &str) -> Option<Chunk<'_>> {
    let (mut easy, mut once) = (Easy::new(body), Once::default());
    // Most answers have one choice.
    let mut chunk = Chunk { parts: Vec::with_capacity(1), ..Chunk::default() };
    easy.fields(|easy, key| match key {
        b"choices" => {
            once.note(0)?;
            easy.items(|easy| {
                let Complete { index, message, logprobs, finish_reason } = choice(easy)?;
                chunk.parts.push(part(index, message, logprobs, finish_reason));
                Some(())
            })
        }
        b"usage" => {
            once.note(1)?;
            if easy.null().is_none() {
                chunk.usage = Some(Usage::easy(easy)?);
            }
            Some(())
        }
        b"object" => {
            once.note(2)?;
            let mut kind = None;
            easy.text(&mut kind)?;
            kind.is_none_or(|kind| kind.as_str() != "error").then_some(())
        }
        b"error" => {
            once.note(3)?;
            easy.null()
        }
        _ => easy.skip(),
    })?;
    easy.end()?;
    (!chunk.parts.is_empty()).then_some(chunk)
}

fn choice<'a>(easy: &mut Easy<'a>) -> Option<Complete<'a>> {
    let (mut once, mut index, mut finish_reason) = (Once::default(), 0, None);
    let mut message = None;
    easy.fields(|easy, key| match key {
        b"index" => {
            once.note(0)?;
            index = u32::try_from(easy.number()?).ok()?;
            Some(())
        }
        b"message" => {
            once.note(1)?;
            message = Some(said(easy)?);
            Some(())
        }
        b"logprobs" => {
            once.note(2)?;
            easy.null()
        }
        b"finish_reason" => {
            once.note(3)?;
            easy.text(&mut finish_reason)
        }
        _ => easy.skip(),
    })?;
    Some(Complete { index, message: message?, logprobs: None, finish_reason })
}

fn said<'a>(easy: &mut Easy<'a>) -> Option<Message<'a>> {
    let (mut once, mut said) = (Once::default(), Message::default());
    easy.fields(|easy, key| {
        let (field, text) = match key {
            b"role" => (0, &mut said.role),
            b"reasoning" => (1, &mut said.reasoning),
            b"reasoning_content" => (2, &mut said.reasoning_content),
            b"content" => (3, &mut said.content),
            b"refusal" => (4, &mut said.refusal),
            b"tool_calls" => {
                once.note(5)?;
                // A list of none is as good as none.
                return easy.null().or_else(|| easy.items(|_| None));
            }
            b"function_call" => {
                once.note(6)?;
                return easy.null();
            }
            _ => return easy.skip(),
        };
        once.note(field)?;
        easy.text(text)
    })?;
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::message;
    use proptest::prelude::*;

    const USUAL: &str = r#"{"id":"a","object":"chat.completion","created":1790000000,"model":"m",
        "system_fingerprint":null,"choices":[{"index":0,"message":{"role":"assistant",
        "content":"one\ntwo \"three\" é","refusal":null,"tool_calls":[],"reasoning":"r"},
        "logprobs":null,"finish_reason":"stop","stop_reason":null}],"usage":{"prompt_tokens":24,
        "completion_tokens":112,"total_tokens":136,"prompt_tokens_details":{"cached_tokens":0}},
        "timings":{"prompt_ms":1.25}}"#;

    /// What is put in the place of a piece of the usual answer.
    const OTHER: &[&str] = &[
        "",
        " ",
        "null",
        "0",
        "1",
        "-1",
        "01",
        "1.0",
        "1e3",
        "4294967296",
        "\"\"",
        "\"error\"",
        "[]",
        "{}",
        "[{}]",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\ud800",
        "\"\\u0041\"",
        "\n",
        "\u{1}",
        "\"error\":null,",
        "\"error\":{},",
        "\"index\":0,",
        "\"content\":\"x\",",
        "\"choices\":[],",
        "\"usage\":null,",
        "\"logprobs\":{\"content\":[]},",
        "\"object\":\"error\",",
        "\"function_call\":{\"name\":\"f\"},",
        "\"tool_calls\":[{\"id\":\"c\"}],",
        "\"x\":\"\\n\",",
        "tru",
        "\"prompt_tokens\":1,",
        "\"message\":{},",
        "true",
        "false",
    ];

    fn same(body: &str) -> bool {
        let Some(easy) = message(body) else { return true };
        read::message(body).is_ok_and(|strict| format!("{easy:?}") == format!("{strict:?}"))
    }

    #[test]
    fn the_usual_answer_is_easy() {
        assert!(message(USUAL).is_some() && same(USUAL));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        #[test]
        fn what_is_easy_reads_as_strictly(
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize, prop::sample::select(OTHER)), 1..4),
        ) {
            // Each edit puts something behind a sign, in the place of up to some more signs.
            let mut body: Vec<String> = USUAL.split_inclusive(['{', '}', '[', ']', ',', ':', '"']).map(str::to_owned).collect();
            for (at, gone, other) in edits {
                let at = at.index(body.len());
                body.splice(at..(at + gone).min(body.len()), [other.to_owned()]);
            }
            let body = body.concat();
            prop_assert!(same(&body), "{}", body);
        }

        #[test]
        fn what_is_repeated_reads_as_strictly(from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
            // A field, or several, or what is none, twice.
            let fields: Vec<&str> = USUAL.split_inclusive(',').collect();
            let (from, to) = (from.index(fields.len()), to.index(fields.len()));
            let body = [&fields[..to], &fields[from.min(to)..]].concat().concat();
            prop_assert!(same(&body), "{}", body);
        }
    }
}
