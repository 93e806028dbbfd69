//! What a guard that generates text says, read from the forms of OpenAI.
//!
//! Fields that nobody needs are passed over, since every engine adds some. What is needed must be
//! there, once and of its type.

use super::odds::Odds;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The text a guard generated, and how.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    /// The text, without white space around it.
    pub(super) text: String,
    /// Whether it was said to its end.
    pub(super) ended: bool,
    /// The alternatives of each token.
    pub(super) odds: Odds,
}

#[derive(Deserialize)]
struct Reply<C> {
    choices: Vec<C>,
}

#[derive(Deserialize)]
struct ChatChoice {
    message: Message,
    finish_reason: Option<String>,
    #[serde(default)]
    logprobs: Option<ChatLogprobs>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

#[derive(Deserialize)]
struct ChatLogprobs {
    #[serde(default)]
    content: Option<Vec<ChatToken>>,
}

#[derive(Deserialize)]
struct ChatToken {
    token: String,
    logprob: f64,
    #[serde(default)]
    top_logprobs: Vec<Alternative>,
}

#[derive(Deserialize)]
struct Alternative {
    token: String,
    logprob: f64,
}

#[derive(Deserialize)]
struct TextChoice {
    text: String,
    finish_reason: Option<String>,
    #[serde(default)]
    logprobs: Option<TextLogprobs>,
}

#[derive(Deserialize)]
struct TextLogprobs {
    #[serde(default)]
    top_logprobs: Option<Vec<Option<BTreeMap<String, f64>>>>,
}

/// Reads a chat answer of one choice.
pub(super) fn chat(reply: &[u8]) -> Option<Said> {
    let ChatChoice { message, finish_reason, logprobs } = single(reply)?;
    let tokens = logprobs.and_then(|logprobs| logprobs.content).unwrap_or_default();
    let odds = tokens.into_iter().map(|token| {
        let mut told: Vec<_> =
            token.top_logprobs.into_iter().map(|other| (other.token, other.logprob)).collect();
        // The token itself counts also where it is not among its alternatives.
        if !told.iter().any(|(other, _)| *other == token.token) {
            told.push((token.token, token.logprob));
        }
        told
    });
    Some(said(&message.content?, finish_reason.as_deref(), odds.collect()))
}

/// Reads a completion of one choice.
pub(super) fn completion(reply: &[u8]) -> Option<Said> {
    let TextChoice { text, finish_reason, logprobs } = single(reply)?;
    let told = logprobs.and_then(|logprobs| logprobs.top_logprobs).unwrap_or_default();
    let odds = told.into_iter().map(|token| token.unwrap_or_default().into_iter().collect());
    Some(said(&text, finish_reason.as_deref(), odds.collect()))
}

fn said(text: &str, finish_reason: Option<&str>, odds: Vec<Vec<(String, f64)>>) -> Said {
    let ended = finish_reason == Some("stop");
    Said { text: text.trim().to_owned(), ended, odds: Odds::new(odds) }
}

/// The one choice of a reply.
fn single<'r, C: Deserialize<'r>>(reply: &'r [u8]) -> Option<C> {
    let Reply { mut choices } = serde_json::from_slice::<Reply<C>>(reply).ok()?;
    let choice = choices.pop()?;
    choices.is_empty().then_some(choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_one_answer_is_none() {
        let one = r#"{"choices":[{"message":{"content":" safe\n"},"finish_reason":"stop","x":1}]}"#;
        let said = chat(one.as_bytes()).expect("an answer");
        assert_eq!((said.text.as_str(), said.ended), ("safe", true));
        for reply in [
            "",
            "null",
            "[]",
            "<html>",
            "safe",
            r#"{"error":{"message":"no"}}"#,
            r#"{"choices":[]}"#,
            r#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"message":{"content":["safe"]},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"message":{"content":"a","content":"b"},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]}"#,
            r#"{"choices":[{"text":"safe","finish_reason":"stop"}]}"#,
            r#"{"choices":[{"message":{"content":"safe"},"finish_reason":"stop"}]} trailing"#,
        ] {
            assert_eq!(chat(reply.as_bytes()), None, "{reply}");
        }
        let cut = r#"{"choices":[{"message":{"content":"unsafe"},"finish_reason":"length"}]}"#;
        assert!(chat(cut.as_bytes()).is_some_and(|said| !said.ended));
        let no = r#"{"choices":[{"message":{"content":"safe"},"finish_reason":"stop"}]}"#;
        assert_eq!(completion(no.as_bytes()), None);
    }
}
