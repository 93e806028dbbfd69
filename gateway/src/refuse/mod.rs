//! Every way this gateway says no, and the one place it is said.

mod code;
mod render;
mod shape;
mod table;

pub use code::{RefusalCode, Retry};
pub(crate) use render::render;
pub(crate) use shape::envelope;
pub use table::table;

use http::HeaderMap;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why a call was not served. `Display` is for the caller, `source` for the log.
pub struct Refusal(Box<Inner>);

struct Inner {
    code: RefusalCode,
    message: Cow<'static, str>,
    param: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
    closes: bool,
    asks_fallback: bool,
    limit: Option<&'static str>,
    headers: HeaderMap,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Refusal {
    /// A refusal with the message its caller reads.
    pub(crate) fn new(code: RefusalCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            param: None,
            retry_after: None,
            closes: false,
            asks_fallback: false,
            limit: None,
            headers: HeaderMap::new(),
            source: None,
        }))
    }

    /// Names the request field to change.
    pub(crate) fn param(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.0.param = Some(param.into());
        self
    }

    /// Says when the same call may succeed.
    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Names the limit that was reached, for the metrics.
    pub(crate) fn limited(mut self, limit: &'static str) -> Self {
        self.0.limit = Some(limit);
        self
    }

    /// Adds headers to the answer.
    pub(crate) fn with(mut self, headers: HeaderMap) -> Self {
        self.0.headers.extend(headers);
        self
    }

    /// The limit that was reached, if that was it.
    pub(crate) fn limit(&self) -> Option<&'static str> {
        self.0.limit
    }

    /// Ends the connection with the answer, since what follows on it cannot be trusted.
    pub(crate) fn closing(mut self) -> Self {
        self.0.closes = true;
        self
    }

    /// Lets another model answer instead, if the one asked has one.
    pub(crate) fn asking_fallback(mut self) -> Self {
        self.0.asks_fallback = true;
        self
    }

    /// Whether another model is to answer instead, if the one asked has one.
    pub(crate) fn asks_fallback(&self) -> bool {
        self.0.asks_fallback
    }

    /// Keeps what caused it, for the log.
    pub(crate) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What caused it, for the log.
    pub(crate) fn cause(&self) -> String {
        self.0.source.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// The code it goes by.
    pub fn code(&self) -> RefusalCode {
        self.0.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusal({}: {})", self.0.code.as_str(), self.0.message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
