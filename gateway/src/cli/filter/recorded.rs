//! Streams of backends that were recorded, one a file.

use super::super::arguments::listed;
use super::super::out::Failure;
use serde::Deserialize;
use serde::de::IgnoredAny;
use sluice_config::words::{Operation, Streaming};
use sluice_stream::sse::Events;
use std::path::Path;

/// Endings of files that are recorded streams.
const ENDINGS: [&str; 3] = ["sse", "ndjson", "body"];

/// Whether the file is a recorded stream.
pub(super) fn is_recorded(path: &Path) -> bool {
    path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known))
}

/// What tells the answer to one operation from that to another.
#[derive(Default, Deserialize)]
struct Head {
    object: Option<String>,
    r#type: Option<String>,
    message: Option<IgnoredAny>,
    response: Option<IgnoredAny>,
}

/// The operation that was answered so, by its first event.
pub(super) fn operation(path: &Path, stream: &str) -> Result<Operation, Failure> {
    let lines = stream.trim_start().starts_with('{');
    let head = if lines { stream.lines().find_map(read) } else { first(stream) };
    let Head { object, r#type, message, response } = head.unwrap_or_default();
    let found = match (object.as_deref(), r#type.as_deref()) {
        _ if lines && message.is_some() => Some(Operation::OllamaChat),
        _ if lines && response.is_some() => Some(Operation::OllamaGenerate),
        (Some("chat.completion.chunk"), _) => Some(Operation::Chat),
        (Some("text_completion"), _) => Some(Operation::Completion),
        (_, Some("message_start")) => Some(Operation::Message),
        (_, Some(kind)) if kind.starts_with("response.") => Some(Operation::Response),
        _ => None,
    };
    found.ok_or_else(|| {
        let streamed = Operation::ALL.into_iter().filter(|it| it.streaming() != Streaming::Never);
        let known = listed(streamed.map(Operation::as_str));
        let path = path.display();
        Failure::Other(format!(
            "{path} does not begin as the stream of an operation; say which with --operation: {known}"
        ))
    })
}

/// The head of the first event that has one.
fn first(stream: &str) -> Option<Head> {
    let (mut events, mut rest) = (Events::new(stream.len()), stream.as_bytes());
    while let Some(event) = events.next(&mut rest).ok()? {
        if let Some(head) = std::str::from_utf8(event.data).ok().and_then(read) {
            return Some(head);
        }
    }
    None
}

fn read(data: &str) -> Option<Head> {
    serde_json::from_str(data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_event_tells_the_operation() {
        let told = |stream| operation(Path::new("x.sse"), stream).ok().map(Operation::as_str);
        for (stream, operation) in [
            (": hi\n\ndata: {\"object\":\"chat.completion.chunk\"}\n\n", Some("chat")),
            ("data: {\"object\":\"text_completion\"}\n\n", Some("completion")),
            (
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n\n",
                Some("message"),
            ),
            ("data: {\"type\":\"response.created\",\"response\":{}}\n\n", Some("response")),
            ("\n{\"message\":{}}\n", Some("ollama_chat")),
            ("{\"response\":\"a\"}\n", Some("ollama_generate")),
            ("data: [DONE]\n\n", None),
            ("hello", None),
        ] {
            assert_eq!(told(stream), operation, "{stream}");
        }
    }
}
