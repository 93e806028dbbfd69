//! One stream that is to be cut, as a caller sees it.

use std::io;
use std::net::SocketAddr;

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Tokens asked for: at fifty milliseconds each, more than ten minutes of them.
const TOKENS: usize = 16_000;
/// What every stream that was cut must end with.
const LAST: &[u8] = b"data: [DONE]\n\n";

/// A stream whose first token has come.
#[derive(Debug)]
pub(super) struct Stream {
    socket: TcpStream,
}

/// A call for a stream that does not end by itself while it is measured.
pub(super) fn request(address: SocketAddr, key: &str, gap_us: u64) -> Vec<u8> {
    let body = format!(
        "{{\"model\":\"mock-1\",\"messages\":[{{\"role\":\"user\",\"content\":\
         \"[mock from=0 tokens={TOKENS} gap-us={gap_us} batch=1]\"}}],\"stream\":true,\"max_tokens\":{TOKENS}}}"
    );
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

impl Stream {
    /// Calls, and waits for the first token.
    pub(super) async fn begin(address: SocketAddr, request: &[u8]) -> io::Result<Self> {
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(request).await?;
        let mut read = Vec::new();
        while memmem::find(&read, b"\"content\":\"").is_none() {
            if socket.read_buf(&mut read).await? == 0 || read.starts_with(b"HTTP/1.1 5") {
                let told = String::from_utf8_lossy(&read).into_owned();
                return Err(io::Error::other(format!("no stream began: {told}")));
            }
        }
        Ok(Self { socket })
    }

    /// Reads on to the last byte; when it came. Fails unless it ended as a model that is stopped.
    pub(super) async fn end(mut self) -> io::Result<Instant> {
        let mut read = Vec::new();
        while memmem::find(&read, LAST).is_none() {
            if self.socket.read_buf(&mut read).await? == 0 {
                return Err(io::Error::other("a stream broke off without an event"));
            }
            // What was said before the last event is of no interest.
            if read.len() > 1 << 20 {
                read.drain(..read.len() - (1 << 16));
            }
        }
        let at = Instant::now();
        match memmem::find(&read, b"\"model_suspended\"") {
            Some(_) => Ok(at),
            None => Err(io::Error::other("a stream ended by itself")),
        }
    }
}
