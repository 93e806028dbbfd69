//! An answer, whole, and what can be said of it.

use crate::{Event, Head};
use serde_json::Value;

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its first line and headers.
    pub head: Head,
    /// Its body, without framing.
    pub body: Vec<u8>,
    /// Whether the body came to its end, and was not cut.
    pub is_whole: bool,
}

impl Reply {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.header(name)
    }

    /// Its body as text.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its body as JSON; null if it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it is a stream of events.
    pub fn is_streamed(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"))
    }

    /// Its events.
    pub fn events(&self) -> Vec<Event> {
        Event::all(&self.body)
    }

    /// What choice 0 says, streamed or not, as chat or as completion.
    pub fn text(&self) -> String {
        if self.is_streamed() {
            return self.events().iter().map(Event::text).collect();
        }
        let json = self.json();
        let choice = json.pointer("/choices/0").unwrap_or(&Value::Null);
        let text = choice.pointer("/message/content").or(choice.get("text"));
        text.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Why choice 0 ended.
    pub fn finish(&self) -> Option<String> {
        let of = |data: &Value| {
            let finish = data.pointer("/choices/0/finish_reason").and_then(Value::as_str);
            finish.map(str::to_owned)
        };
        if self.is_streamed() {
            self.events().iter().filter_map(Event::data).find_map(of)
        } else {
            of(&self.json())
        }
    }

    /// The usage it states.
    pub fn usage(&self) -> Option<Value> {
        let of = |data: &Value| data.get("usage").filter(|usage| usage.is_object()).cloned();
        if self.is_streamed() {
            self.events().iter().filter_map(Event::data).find_map(of)
        } else {
            of(&self.json())
        }
    }

    /// The error it holds, as its body or as an event.
    pub fn error(&self) -> Option<Value> {
        let of = |data: &Value| data.get("error").cloned();
        if self.is_streamed() {
            self.events().iter().filter_map(Event::data).find_map(of)
        } else {
            of(&self.json())
        }
    }

    /// The code of that error; in Ollama's dialect it stands beside it.
    pub fn code(&self) -> Option<String> {
        let within = self.error().and_then(|error| error.get("code").cloned());
        let code = within.or_else(|| self.json().get("code").cloned())?;
        code.as_str().map(str::to_owned)
    }

    /// Fails unless it is a 200 that ended as it should.
    #[track_caller]
    pub fn is_ok(&self) -> &Self {
        assert_eq!(self.status, 200, "{}", self.body());
        assert!(self.is_whole, "cut: {}", self.body());
        assert_eq!(self.error(), None);
        self.is_tidy()
    }

    /// Fails unless it is a refusal of this status and code, in the shape every client knows.
    #[track_caller]
    pub fn is_refused(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status, self.code().as_deref()), (status, Some(code)), "{}", self.body());
        assert_eq!(self.header("content-type"), Some("application/json"));
        self.has_an_error_object().is_tidy()
    }

    /// Fails unless it is a stream that began well and ended in an error event with this code.
    #[track_caller]
    pub fn is_broken_off(&self, code: &str) -> &Self {
        assert_eq!((self.status, self.code().as_deref()), (200, Some(code)), "{}", self.body());
        assert_eq!(self.finish(), None, "a broken answer looks finished: {}", self.body());
        self.has_an_error_object().is_tidy()
    }

    #[track_caller]
    fn has_an_error_object(&self) -> &Self {
        let error = self.error().unwrap_or_default();
        for field in ["message", "type", "code", "request_id"] {
            let text = error.get(field).and_then(Value::as_str).unwrap_or_default();
            assert!(!text.is_empty(), "{field} is missing: {error}");
        }
        assert!(error.get("param").is_some(), "param is missing: {error}");
        assert_eq!(error.get("request_id").and_then(Value::as_str), self.header("x-request-id"));
        self
    }

    /// Fails unless a strict client can read all of it: a request id, and events that are JSON, of
    /// which the last is `[DONE]`.
    #[track_caller]
    fn is_tidy(&self) -> &Self {
        assert!(self.header("x-request-id").is_some(), "no x-request-id: {:?}", self.head);
        if self.is_streamed() {
            let events = self.events();
            let odd: Vec<_> =
                events.iter().filter(|event| matches!(event, Event::Odd(_))).collect();
            assert!(odd.is_empty(), "odd events: {odd:?}");
            assert_eq!(events.last(), Some(&Event::Done), "{}", self.body());
        }
        self
    }
}
