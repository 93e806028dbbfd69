//! What the mock says, rendered once: every answer is a slice of these bytes.

use super::said::Said;

/// Tokens of an answer that is not streamed: about 1 KB of JSON.
pub const WHOLE_TOKENS: usize = 112;

/// The longest answer the mock gives; more is cut to this. All of the shipped text is shorter.
pub const TOKENS_MAX: usize = 16_384;

/// Chat or plain completion: the two shapes the mock speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `/v1/chat/completions`
    Chat,
    /// `/v1/completions`
    Completion,
}

/// The answers of one shape.
#[derive(Debug)]
pub struct Script {
    shape: Shape,
    whole: Vec<u8>,
    opening: Vec<u8>,
    frames: Vec<u8>,
    ends: Vec<usize>,
    closing: Vec<u8>,
}

impl Script {
    /// Renders every answer of this shape.
    pub fn new(shape: Shape, said: &Said) -> Self {
        let mut opening = String::from(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
             cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n",
        );
        if shape == Shape::Chat {
            opening +=
                &chunk(&event(shape, r#""delta":{"role":"assistant","content":""}"#, "null"));
        }
        let mut frames = Vec::new();
        let mut ends = Vec::with_capacity(TOKENS_MAX);
        for n in 0..TOKENS_MAX {
            let event = event(shape, &piece(shape, said.piece(n)), "null");
            frames.extend_from_slice(chunk(&event).as_bytes());
            ends.push(frames.len());
        }
        let last = match shape {
            Shape::Chat => r#""delta":{}"#,
            Shape::Completion => r#""text":"""#,
        };
        Self {
            shape,
            whole: whole(shape, said, WHOLE_TOKENS),
            opening: opening.into_bytes(),
            frames,
            ends,
            closing: chunk(&event(shape, last, "\"stop\"")).into_bytes(),
        }
    }

    /// The head and the role chunk of a streamed answer.
    pub fn opening(&self) -> &[u8] {
        &self.opening
    }

    /// The chunks of the tokens `from..to`.
    pub fn tokens(&self, from: usize, to: usize) -> &[u8] {
        let end = |n: usize| n.checked_sub(1).and_then(|n| self.ends.get(n)).copied().unwrap_or(0);
        self.frames.get(end(from)..end(to)).unwrap_or_default()
    }

    /// The finish chunk, the usage chunk when it was asked for, `[DONE]`, and the last chunk.
    pub fn closing(&self, tokens: usize, show_usage: bool) -> Vec<u8> {
        let mut out = self.closing.clone();
        if show_usage {
            let (head, usage) = (head(self.shape, true), usage_of(tokens));
            let event = format!("data: {head}\"choices\":[],{usage}}}\n\n");
            out.extend_from_slice(chunk(&event).as_bytes());
        }
        out.extend_from_slice(chunk("data: [DONE]\n\n").as_bytes());
        out.extend_from_slice(b"0\r\n\r\n");
        out
    }

    /// A whole answer, head included.
    pub fn whole(&self, said: &Said, tokens: usize) -> Vec<u8> {
        if tokens == WHOLE_TOKENS { self.whole.clone() } else { whole(self.shape, said, tokens) }
    }
}

fn whole(shape: Shape, said: &Said, tokens: usize) -> Vec<u8> {
    let said = said.text(0..tokens);
    let choice = match shape {
        Shape::Chat => format!(
            r#""message":{{"role":"assistant","content":"{said}","refusal":null,"tool_calls":[]}}"#
        ),
        Shape::Completion => format!(r#""text":"{said}""#),
    };
    let (head, usage) = (head(shape, false), usage_of(tokens));
    let body = format!(
        r#"{head}"choices":[{{"index":0,{choice},"logprobs":null,"finish_reason":"stop"}}],{usage}}}"#
    );
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn head(shape: Shape, streamed: bool) -> String {
    let (id, object) = match (shape, streamed) {
        (Shape::Chat, true) => ("chatcmpl", "chat.completion.chunk"),
        (Shape::Chat, false) => ("chatcmpl", "chat.completion"),
        (Shape::Completion, _) => ("cmpl", "text_completion"),
    };
    format!(
        r#"{{"id":"{id}-3f1c9a70b5e24d0c8e6f7a1b2c3d4e5f","object":"{object}","created":1790000000,"model":"mock-1","system_fingerprint":"fp_mock","#
    )
}

fn usage_of(tokens: usize) -> String {
    let total = tokens + 24;
    format!(r#""usage":{{"prompt_tokens":24,"completion_tokens":{tokens},"total_tokens":{total}}}"#)
}

fn piece(shape: Shape, said: &str) -> String {
    match shape {
        Shape::Chat => format!(r#""delta":{{"content":"{said}"}}"#),
        Shape::Completion => format!(r#""text":"{said}""#),
    }
}

fn event(shape: Shape, piece: &str, finish: &str) -> String {
    let head = head(shape, true);
    format!(
        "data: {head}\"choices\":[{{\"index\":0,{piece},\"logprobs\":null,\"finish_reason\":{finish}}}]}}\n\n"
    )
}

fn chunk(data: &str) -> String {
    format!("{:x}\r\n{data}\r\n", data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_answer_is_about_a_kilobyte_of_json() {
        let said = Said::default();
        for shape in [Shape::Chat, Shape::Completion] {
            let answer =
                String::from_utf8(Script::new(shape, &said).whole(&said, WHOLE_TOKENS)).unwrap();
            let (_, body) = answer.split_once("\r\n\r\n").unwrap();
            let read: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(read["usage"]["completion_tokens"], WHOLE_TOKENS);
            assert!((900..1300).contains(&body.len()), "{}", body.len());
        }
    }

    #[test]
    fn every_streamed_event_is_json() {
        let script = Script::new(Shape::Chat, &Said::default());
        let all = [script.tokens(0, 3), &script.closing(3, true)].concat();
        let all = String::from_utf8(all).unwrap();
        let events: Vec<&str> = all.lines().filter_map(|l| l.strip_prefix("data: ")).collect();
        assert_eq!(events.len(), 6);
        for event in events.iter().filter(|event| **event != "[DONE]") {
            let read: serde_json::Value = serde_json::from_str(event).unwrap();
            assert_eq!(read["object"], "chat.completion.chunk");
        }
        assert!(all.ends_with("0\r\n\r\n"));
    }
}
