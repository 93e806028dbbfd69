//! Calls over real HTTP, as a caller makes them, with the codec that the node speaks to backends.

use super::super::out::Failure;
use crate::clock::MachineClock;
use crate::dispatch::wire::{Body, Connection, Content, Target, encode};
use crate::timer::Deadline;
use serde_json::Value;
use sluice_config::words::{Clock, Operation, Secret};
use std::fmt::Display;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a call may take: a model on a slow machine is slow.
const PATIENCE: Duration = Duration::from_mins(3);
/// Bytes of an answer that is read whole.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What came of a call.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The status.
    pub(super) status: u16,
    /// What was said.
    pub(super) text: String,
    /// Why it ended.
    pub(super) finish: String,
    /// The code of the refusal, if it was refused or broke off.
    pub(super) code: String,
    /// What the refusal says.
    pub(super) message: String,
}

impl Told {
    /// Takes an answer, or an event of one; what it says.
    fn take(&mut self, json: &Value) -> String {
        let text = |path: &str| json.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let delta = text("/choices/0/delta/content").or_else(|| text("/choices/0/message/content"));
        let delta = delta.unwrap_or_default();
        self.text.push_str(&delta);
        for (field, path) in [
            (&mut self.finish, "/choices/0/finish_reason"),
            (&mut self.code, "/error/code"),
            (&mut self.message, "/error/message"),
        ] {
            if let Some(word) = text(path) {
                *field = word;
            }
        }
        delta
    }
}

/// Asks for a chat; `shown` sees words as they come.
pub(super) async fn chat(
    at: SocketAddr,
    key: &str,
    body: &str,
    shown: &mut dyn FnMut(&str),
) -> Result<Told, Failure> {
    let target = Target {
        authority: at.to_string(),
        prefix: String::new(),
        credential: Some(Secret::new(key.into())),
    };
    let request = encode(&target, Operation::Chat, "demo", body.as_bytes());
    let mut told = Told::default();
    let mut unread = Vec::new();
    let answering = async {
        let (mut body, status, content) = answer(&at.ip().to_string(), at.port(), &request).await?;
        told.status = status;
        loop {
            let more = pieces(&mut body, &mut unread).await?;
            if content == Content::Events {
                events(&mut unread, &mut |json| shown(&told.take(json)));
            }
            if !more {
                break;
            }
        }
        if content == Content::Json {
            let json = serde_json::from_slice(&unread);
            let json = json.map_err(|error| Failure::of("the answer is no JSON", error))?;
            shown(&told.take(&json));
        }
        Ok(())
    };
    in_time(answering).await?;
    Ok(told)
}

/// Gets a page: its status and text.
pub(super) async fn get(
    (host, port): (&str, u16),
    path: &str,
    bearer: Option<&str>,
) -> Result<(u16, String), Failure> {
    let bearer = bearer.map_or(String::new(), |key| format!("authorization: Bearer {key}\r\n"));
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}:{port}\r\n{bearer}\r\n");
    in_time(async {
        let (mut body, status, _) = answer(host, port, request.as_bytes()).await?;
        let mut bytes = Vec::new();
        while pieces(&mut body, &mut bytes).await? {}
        Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
    })
    .await
}

async fn in_time<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    timeout(PATIENCE, work).await.unwrap_or_else(|late| Err(Failure::of("no answer", late)))
}

async fn answer(host: &str, port: u16, request: &[u8]) -> Result<(Body, u16, Content), Failure> {
    let failed = |error: &dyn Display| Failure::of(&format!("cannot ask {host}:{port}"), error);
    let connection = Connection::open(host, port, None).await;
    let mut connection = connection.map_err(|error| failed(&error))?;
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::default());
    let mut deadline = Deadline::new(&clock, clock.steady(), PATIENCE);
    let head = connection.exchange(request, &mut deadline).await;
    let head = head.map_err(|none| failed(&format!("{none:?}")))?;
    Ok((Body::new(connection, head.framing, false), head.status, head.content))
}

/// Appends what comes next; false at the end.
async fn pieces(body: &mut Body, bytes: &mut Vec<u8>) -> Result<bool, Failure> {
    let next = poll_fn(|cx| body.poll_pieces(cx, &mut |piece| bytes.extend_from_slice(piece)));
    let more = next.await.map_err(|error| Failure::of("the answer broke off", error))?;
    if bytes.len() > ANSWER_BYTES_MAX {
        return Err(Failure::Other("the answer is too long".into()));
    }
    Ok(more)
}

/// Takes whole events off the front.
fn events(unread: &mut Vec<u8>, take: &mut dyn FnMut(&Value)) {
    while let Some(end) = memchr::memmem::find(unread, b"\n\n") {
        let rest = unread.split_off(end + 2);
        let event = std::mem::replace(unread, rest);
        let data = event.strip_prefix(b"data: ").unwrap_or_default();
        // The end of a stream is no JSON.
        if let Ok(json) = serde_json::from_slice(data) {
            take(&json);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_taken_whole_however_they_come() {
        let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"a b\"}}]}\n\n\
            data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        for cut in 0..stream.len() {
            let (mut told, mut unread) = (Told::default(), Vec::new());
            let (first, second) = stream.as_bytes().split_at(cut);
            for part in [first, second] {
                unread.extend_from_slice(part);
                events(&mut unread, &mut |json| drop(told.take(json)));
            }
            assert_eq!((told.text.as_str(), told.finish.as_str()), ("a b", "stop"), "{cut}");
            assert!(unread.is_empty(), "{cut}");
        }
    }
}
