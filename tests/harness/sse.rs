//! Server-sent events, as a strict client reads them.

use serde_json::Value;

/// One event of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `data: {…}`
    Data(Value),
    /// `data: [DONE]`
    Done,
    /// A comment.
    Comment(String),
    /// Anything else: never to be seen.
    Odd(String),
}

impl Event {
    /// Reads one event, without the blank line that ends it.
    pub(crate) fn parse(text: &str) -> Self {
        if let Some(comment) = text.strip_prefix(':') {
            return Self::Comment(comment.trim().to_owned());
        }
        match text.strip_prefix("data: ") {
            Some("[DONE]") => Self::Done,
            Some(data) => serde_json::from_str(data).map_or(Self::Odd(text.to_owned()), Self::Data),
            None => Self::Odd(text.to_owned()),
        }
    }

    /// Every event of a whole body. A rest without a blank line is odd.
    pub(crate) fn all(body: &[u8]) -> Vec<Self> {
        let text = String::from_utf8_lossy(body);
        let mut parts: Vec<_> = text.split("\n\n").collect();
        let rest = parts.pop().unwrap_or_default();
        let mut events: Vec<_> = parts.into_iter().map(Self::parse).collect();
        if !rest.is_empty() {
            events.push(Self::Odd(rest.to_owned()));
        }
        events
    }

    /// The JSON of a data event.
    pub fn data(&self) -> Option<&Value> {
        match self {
            Self::Data(value) => Some(value),
            _ => None,
        }
    }

    /// What choice 0 says in it.
    pub fn text(&self) -> &str {
        let choice = self.data().and_then(|data| data.pointer("/choices/0"));
        let text =
            choice.and_then(|choice| choice.pointer("/delta/content").or(choice.get("text")));
        text.and_then(Value::as_str).unwrap_or_default()
    }
}
