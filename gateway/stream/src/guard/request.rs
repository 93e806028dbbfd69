//! What a guard is sent.

use serde_json::{Map, Value, json};

/// One request to a guard, a POST.
#[derive(Clone, Eq, PartialEq)]
pub struct Request {
    /// The path, from the address of the guard.
    pub path: &'static str,
    /// The body, JSON.
    pub body: Vec<u8>,
}

// The body is what somebody said.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "POST {}, {} bytes", self.path, self.body.len())
    }
}

impl Request {
    pub(super) fn new(path: &'static str, body: &Value) -> Self {
        Self { path, body: body.to_string().into_bytes() }
    }
}

/// How a guard is to answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// Tokens a verdict may have.
    pub(super) tokens_max: u32,
    /// Alternatives of each token to tell with their probabilities; 0 is none.
    pub(super) alternatives: u32,
}

/// A chat of these turns, greedy, with `more` fields.
pub(super) fn chat<T: AsRef<str>>(
    model: &str,
    turns: &[(&str, T)],
    terms: Terms,
    more: Map<String, Value>,
) -> Request {
    let said = |(role, text): &(&str, T)| json!({ "role": role, "content": text.as_ref() });
    let messages: Vec<Value> = turns.iter().map(said).collect();
    let mut body = json!({
        "model": model, "messages": messages, "stream": false, "temperature": 0,
        "max_tokens": terms.tokens_max,
    });
    if let Value::Object(fields) = &mut body {
        if terms.alternatives > 0 {
            fields.insert("logprobs".into(), true.into());
            fields.insert("top_logprobs".into(), terms.alternatives.into());
        }
        fields.extend(more);
    }
    Request::new("/v1/chat/completions", &body)
}

/// A prompt to go on from, greedy.
pub(super) fn completion(model: &str, prompt: &str, terms: Terms) -> Request {
    let mut body = json!({
        "model": model, "prompt": prompt, "stream": false, "temperature": 0,
        "max_tokens": terms.tokens_max,
    });
    if terms.alternatives > 0
        && let Value::Object(fields) = &mut body
    {
        fields.insert("logprobs".into(), terms.alternatives.into());
    }
    Request::new("/v1/completions", &body)
}
