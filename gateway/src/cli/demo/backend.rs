//! The scripted backend: a small model server that speaks the OpenAI dialect over real HTTP/1.1.

use super::prose;
use crate::tasks::Tasks;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{self, ErrorKind};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Between two tokens of a stream.
const PACE: Duration = Duration::from_millis(25);
/// Bytes of a request; the node in front sends far smaller ones.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;
/// Headers of a request.
const HEADERS_MAX: usize = 32;

/// Serves until the tasks are told to stop.
pub(super) async fn serve(listener: TcpListener, tasks: Tasks) {
    while let Ok((stream, _)) = listener.accept().await {
        tasks.spawn_until_stop(async move {
            // The node may leave at any time; it does so to abort an answer.
            let _left = talk(stream).await.is_err();
        });
    }
}

/// Answers one request after another.
async fn talk(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = Vec::new();
    while let Some(body) = request(&mut stream, &mut bytes).await? {
        match serde_json::from_slice::<Asked>(&body) {
            Ok(asked) if asked.stream => streamed(&mut stream, &asked).await?,
            Ok(asked) => whole(&mut stream, "200 OK", &asked.answer()).await?,
            Err(error) => {
                let refusal = json!({ "error": { "message": error.to_string() } });
                whole(&mut stream, "400 Bad Request", &refusal).await?;
            }
        }
    }
    Ok(())
}

/// The body of the next request; `None` if the other side has closed.
async fn request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    loop {
        if let Some((head, body)) = lengths(bytes)?
            && bytes.len() >= head + body
        {
            let rest = bytes.split_off(head + body);
            let request = std::mem::replace(bytes, rest);
            return Ok(Some(request.get(head..).unwrap_or_default().to_vec()));
        }
        if bytes.len() > REQUEST_BYTES_MAX {
            return Err(ErrorKind::InvalidData.into());
        }
        if stream.read_buf(bytes).await? == 0 {
            return Ok(None);
        }
    }
}

/// Bytes of the head and of the body that follows it, once the head is there.
fn lengths(bytes: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let parsed = request.parse(bytes).map_err(|_| ErrorKind::InvalidData)?;
    let httparse::Status::Complete(head) = parsed else { return Ok(None) };
    let mut lengths =
        request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = lengths.next().and_then(|header| std::str::from_utf8(header.value).ok());
    let length = length.map_or(Ok(0), str::parse).map_err(|_| ErrorKind::InvalidData)?;
    if length > REQUEST_BYTES_MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    Ok(Some((head, length)))
}

/// What is asked, as far as it matters here.
#[derive(Deserialize)]
struct Asked {
    model: String,
    messages: Vec<Message>,
    #[serde(default)]
    stream: bool,
    max_tokens: Option<usize>,
}

#[derive(Deserialize)]
struct Message {
    content: Value,
}

impl Asked {
    /// The tokens of the answer, why it ends, and what it cost.
    fn says(&self) -> (Vec<String>, &'static str, Value) {
        let prompts: Vec<&str> =
            self.messages.iter().filter_map(|one| one.content.as_str()).collect();
        let mut tokens = prose::tokens(prose::answer(prompts.last().unwrap_or(&"")));
        let most = self.max_tokens.unwrap_or(tokens.len());
        let finish = if tokens.len() > most { "length" } else { "stop" };
        tokens.truncate(most);
        let prompt: usize = prompts.iter().map(|prompt| prose::tokens(prompt).len()).sum();
        let usage = json!({
            "prompt_tokens": prompt,
            "completion_tokens": tokens.len(),
            "total_tokens": prompt + tokens.len(),
        });
        (tokens, finish, usage)
    }

    fn answer(&self) -> Value {
        let (tokens, finish, usage) = self.says();
        json!({
            "id": "chatcmpl-scripted", "object": "chat.completion", "created": 0,
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": tokens.concat() },
                "finish_reason": finish,
            }],
            "usage": usage,
        })
    }

    fn event(&self, choices: &Value, usage: &Value) -> String {
        let event = json!({
            "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0,
            "model": self.model, "choices": choices, "usage": usage,
        });
        format!("data: {event}\n\n")
    }
}

async fn whole(stream: &mut TcpStream, status: &str, body: &Value) -> io::Result<()> {
    let body = body.to_string();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all((head + &body).as_bytes()).await
}

async fn streamed(stream: &mut TcpStream, asked: &Asked) -> io::Result<()> {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let (tokens, finish, usage) = asked.says();
    let choice = |delta: Value, finish: Value| json!([{ "index": 0, "delta": delta, "finish_reason": finish }]);
    let begun = choice(json!({ "role": "assistant", "content": "" }), Value::Null);
    chunk(stream, &asked.event(&begun, &Value::Null)).await?;
    for token in &tokens {
        tokio::time::sleep(PACE).await;
        let said = choice(json!({ "content": token }), Value::Null);
        chunk(stream, &asked.event(&said, &Value::Null)).await?;
    }
    let ended = choice(json!({}), finish.into());
    chunk(stream, &asked.event(&ended, &Value::Null)).await?;
    chunk(stream, &asked.event(&json!([]), &usage)).await?;
    chunk(stream, "data: [DONE]\n\n").await?;
    stream.write_all(b"0\r\n\r\n").await
}

async fn chunk(stream: &mut TcpStream, data: &str) -> io::Result<()> {
    let length = data.len();
    stream.write_all(format!("{length:x}\r\n{data}\r\n").as_bytes()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_when_it_is_whole() {
        let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n";
        for cut in 0..head.len() {
            assert_eq!(lengths(head.get(..cut).unwrap().as_bytes()).unwrap(), None, "{cut}");
        }
        assert_eq!(lengths(format!("{head}{{}}").as_bytes()).unwrap(), Some((head.len(), 2)));
        assert!(lengths(b"GET / HTTP/1.1\r\ncontent-length: 9999999\r\n\r\n").is_err());
        assert!(lengths(b"\x16\x03\x01").is_err());
    }

    #[test]
    fn an_answer_ends_at_its_cap() {
        let asked = |max_tokens| Asked {
            model: "m".into(),
            messages: vec![Message { content: "What is a sluice?".into() }],
            stream: false,
            max_tokens,
        };
        let cut = asked(Some(3)).answer();
        assert_eq!(cut["choices"][0]["finish_reason"], "length");
        assert_eq!(cut["choices"][0]["message"]["content"], "A sluice is");
        assert_eq!(cut["usage"]["completion_tokens"], 3);
        assert_eq!(asked(None).answer()["choices"][0]["finish_reason"], "stop");
    }
}
