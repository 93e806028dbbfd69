//! Calls as sentences: who asks which model for what.

use crate::{Live, Reply, Wire, soon};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::pin::Pin;

/// Somebody with a key, or nobody without.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) api: SocketAddr,
    pub(crate) key: Option<String>,
}

/// A call about to be made; await it for the whole answer.
#[derive(Clone, Debug)]
#[must_use = "a call is made by awaiting it"]
pub struct Call {
    api: SocketAddr,
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    None,
    Json(Value),
    Bytes(Vec<u8>),
}

impl Caller {
    /// A caller with this key, of the node at `api`.
    pub fn with_key(api: SocketAddr, key: &str) -> Self {
        Self { api, key: Some(key.to_owned()) }
    }

    /// A caller without any, of the node at `api`.
    pub fn without_key(api: SocketAddr) -> Self {
        Self { api, key: None }
    }

    /// The key it calls with.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    /// Asks a model in a chat.
    pub fn asks(&self, model: &str) -> Call {
        let messages = json!([{ "role": "user", "content": "hello" }]);
        self.posts("/v1/chat/completions", json!({ "model": model, "messages": messages }))
    }

    /// Lets a model complete a prompt.
    pub fn completes(&self, model: &str, prompt: &str) -> Call {
        self.posts("/v1/completions", json!({ "model": model, "prompt": prompt }))
    }

    /// Has a text embedded.
    pub fn embeds(&self, model: &str, input: &str) -> Call {
        self.posts("/v1/embeddings", json!({ "model": model, "input": input }))
    }

    /// Posts JSON to a path.
    pub fn posts(&self, path: &str, body: Value) -> Call {
        Call { body: Body::Json(body), ..self.sends("POST", path) }
    }

    /// Gets a path.
    pub fn gets(&self, path: &str) -> Call {
        self.sends("GET", path)
    }

    /// Sends any method to any path, without a body.
    pub fn sends(&self, method: &'static str, path: &str) -> Call {
        let key = self.key.iter().map(|key| ("authorization".into(), format!("Bearer {key}")));
        let headers = key.collect();
        Call { api: self.api, method, path: path.to_owned(), headers, body: Body::None }
    }
}

impl Call {
    /// Says this, as the one message of the user.
    pub fn says(self, text: &str) -> Self {
        self.with("messages", json!([{ "role": "user", "content": text }]))
    }

    /// Sets a field of the body.
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        if let Body::Json(Value::Object(body)) = &mut self.body {
            body.insert(field.to_owned(), value.into());
        }
        self
    }

    /// Asks for a stream.
    pub fn streamed(self) -> Self {
        self.with("stream", true)
    }

    /// Asks for the usage at the end of the stream.
    pub fn with_usage(self) -> Self {
        self.with("stream_options", json!({ "include_usage": true }))
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends these bytes as the body instead.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Body::Bytes(bytes.into());
        self
    }

    /// The bytes of the request.
    pub fn bytes(&self) -> Vec<u8> {
        let body = match &self.body {
            Body::None => None,
            Body::Json(value) => Some(value.to_string().into_bytes()),
            Body::Bytes(bytes) => Some(bytes.clone()),
        };
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {}\r\n", self.method, self.path, self.api);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").expect("a string takes any line");
        }
        if let Some(body) = &body {
            let length = body.len();
            write!(head, "content-type: application/json\r\ncontent-length: {length}\r\n")
                .expect("a string takes any line");
        }
        [head.as_bytes(), b"\r\n", &body.unwrap_or_default()].concat()
    }

    /// Sends it and hands over the connection.
    pub async fn wire(&self) -> Wire {
        let mut wire = Wire::connect(self.api).await;
        wire.send(self.bytes()).await;
        wire
    }

    /// Sends it and waits for the head of the answer only.
    pub async fn begins(&self) -> Live {
        Live::on(self.wire().await).await
    }

    /// The whole answer, or none if nobody listens or the connection ends without one.
    pub async fn tried(&self) -> Option<Reply> {
        let mut wire = Wire::try_connect(self.api).await?;
        wire.send(self.bytes()).await;
        soon("an answer", wire.try_reply()).await
    }

    async fn reply(self) -> Reply {
        let mut wire = self.wire().await;
        soon("an answer", wire.try_reply()).await.expect("an answer before the end")
    }
}

impl IntoFuture for Call {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.reply())
    }
}
