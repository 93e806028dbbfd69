//! A request as the backend saw it.

use crate::{Head, soon};
use serde_json::Value;
use tokio::sync::watch;

/// One request that reached the backend.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its first line and headers.
    pub head: Head,
    /// Its body, without framing.
    pub body: Vec<u8>,
    /// All of it, byte for byte.
    pub bytes: Vec<u8>,
    /// Which connection it came on, counted from 1.
    pub connection: usize,
    pub(crate) gone: watch::Receiver<bool>,
}

impl Seen {
    /// The path it asks for.
    pub fn path(&self) -> &str {
        self.head.first.split(' ').nth(1).unwrap_or_default()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.header(name)
    }

    /// Its body, read as JSON; null if it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it asks for a stream.
    pub fn is_streamed(&self) -> bool {
        self.json().get("stream") == Some(&Value::Bool(true))
    }

    /// Resolves when the gateway has hung up on it.
    pub async fn hung_up(&self) {
        let mut gone = self.gone.clone();
        soon("the gateway to hang up", async { gone.wait_for(|gone| *gone).await.is_ok() }).await;
    }

    /// Whether the bytes hold `text` anywhere, in any case.
    pub fn holds(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.bytes).to_lowercase().contains(&text.to_lowercase())
    }
}
