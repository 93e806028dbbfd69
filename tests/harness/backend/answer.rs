//! What model servers say, ready to be played.

use super::{Script, Seen};
use crate::Gate;
use serde_json::{Value, json};

/// An answer with a JSON body.
pub fn json(status: u16, body: &Value) -> Script {
    whole(status, "application/json", &body.to_string())
}

/// An answer with any body.
pub fn whole(status: u16, kind: &str, body: &str) -> Script {
    let length = body.len();
    Script::new().send(format!(
        "HTTP/1.1 {status} Scripted\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    ))
}

/// A whole chat answer that says `text`, for 5 prompt tokens and one token a word.
pub fn chat(text: &str) -> Script {
    json(200, &chat_body(text, &usage(5, words(text))))
}

/// The body of a chat answer, with whatever it claims to have used.
pub fn chat_body(text: &str, usage: &Value) -> Value {
    json!({
        "id": "chatcmpl-backend", "object": "chat.completion", "created": 7, "model": "backend-name",
        "system_fingerprint": "fp_backend",
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": text },
            "finish_reason": "stop",
        }],
        "usage": usage,
    })
}

/// A usage object.
pub fn usage(prompt: u64, completion: u64) -> Value {
    json!({
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    })
}

/// A streamed chat answer in these pieces.
pub fn streamed(pieces: &[&str]) -> Script {
    let said = pieces.iter().fold(stream(), |stream, piece| stream.says(piece));
    said.stops().usage(&usage(5, pieces.len() as u64)).done()
}

/// The beginning of a streamed chat answer.
pub fn stream() -> Streaming {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                transfer-encoding: chunked\r\n\r\n";
    Streaming { script: Script::new().send(head) }
}

/// What fits the request: "hello there" as chat or completion, streamed or not; two vectors.
pub fn fitting(seen: &Seen) -> Script {
    match (seen.path(), seen.is_streamed()) {
        ("/v1/chat/completions", false) => chat("hello there"),
        ("/v1/chat/completions", true) => streamed(&["hello", " there"]),
        ("/v1/completions", false) => json(
            200,
            &json!({
                "id": "cmpl-backend", "object": "text_completion", "created": 7,
                "model": "backend-name",
                "choices": [{ "index": 0, "text": "hello there", "finish_reason": "stop" }],
                "usage": usage(5, 2),
            }),
        ),
        ("/v1/completions", true) => {
            let piece = |text: &str, finish: Value| {
                json!({
                    "id": "cmpl-backend", "object": "text_completion", "created": 7,
                    "model": "backend-name",
                    "choices": [{ "index": 0, "text": text, "finish_reason": finish }],
                })
            };
            let said = stream().event(&piece("hello", Value::Null));
            let ended = said.event(&piece(" there", json!("stop")));
            ended.usage(&usage(5, 2)).done()
        }
        ("/v1/embeddings", _) => json(
            200,
            &json!({
                "object": "list", "model": "backend-name",
                "data": [{ "object": "embedding", "index": 0, "embedding": [0.25, -0.5] }],
                "usage": { "prompt_tokens": 3, "total_tokens": 3 },
            }),
        ),
        _ => json(404, &json!({ "detail": "Not Found" })),
    }
}

fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

/// A streamed chat answer under way.
#[derive(Clone, Debug)]
pub struct Streaming {
    script: Script,
}

impl Streaming {
    /// Says `text` in choice 0.
    #[must_use]
    pub fn says(self, text: &str) -> Self {
        self.choice(0, &json!({ "content": text }), &Value::Null)
    }

    /// Says anything in any choice.
    #[must_use]
    pub fn choice(self, index: u64, delta: &Value, finish: &Value) -> Self {
        self.event(&json!({
            "id": "chatcmpl-backend", "object": "chat.completion.chunk", "created": 7,
            "model": "backend-name", "system_fingerprint": "fp_backend",
            "choices": [{ "index": index, "delta": delta, "finish_reason": finish }],
        }))
    }

    /// Ends choice 0 as a model does that has said all.
    #[must_use]
    pub fn stops(self) -> Self {
        self.choice(0, &json!({}), &json!("stop"))
    }

    /// Says what was used, whatever that is.
    #[must_use]
    pub fn usage(self, usage: &Value) -> Self {
        self.event(&json!({
            "id": "chatcmpl-backend", "object": "chat.completion.chunk", "created": 7,
            "model": "backend-name", "choices": [], "usage": usage,
        }))
    }

    /// Sends an event of its own.
    #[must_use]
    pub fn event(self, data: &Value) -> Self {
        self.bytes(&format!("data: {data}\n\n"))
    }

    /// Sends bytes, as one chunk.
    #[must_use]
    pub fn bytes(mut self, bytes: &str) -> Self {
        self.script = self.script.send(format!("{:x}\r\n{bytes}\r\n", bytes.len()));
        self
    }

    /// Waits until the test opens `gate`.
    #[must_use]
    pub fn waits(mut self, gate: &Gate) -> Self {
        self.script = self.script.wait(gate);
        self
    }

    /// Ends as it should.
    pub fn done(self) -> Script {
        self.bytes("data: [DONE]\n\n").ends()
    }

    /// Ends the body, whatever was said.
    pub fn ends(self) -> Script {
        self.script.send("0\r\n\r\n")
    }

    /// Says nothing more but stays.
    pub fn hangs(self) -> Script {
        self.script.hang()
    }

    /// Closes in the middle (FIN, without the last chunk).
    pub fn is_cut(self) -> Script {
        self.script.close()
    }

    /// Breaks down in the middle (RST).
    pub fn is_reset(self) -> Script {
        self.script.reset()
    }
}
