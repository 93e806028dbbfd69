//! What can be wrong with a request before it is one.

use crate::refuse::{Refusal, RefusalCode};
use http::{Method, Uri};
use std::fmt;

/// Why the bytes of a client were not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// Framing, host, or header syntax that two readers could read differently.
    Malformed,
    /// A method that is not served on any path.
    Method,
    /// The header section is too large.
    HeadersTooLarge,
    /// The request target is too long.
    UriTooLong,
    /// Not HTTP/1.0 or HTTP/1.1.
    Version,
    /// An expectation other than `100-continue`.
    Expectation,
    /// The head or the body did not arrive in time.
    Late,
}

const ALL: [Fault; 7] = [
    Fault::Malformed,
    Fault::Method,
    Fault::HeadersTooLarge,
    Fault::UriTooLong,
    Fault::Version,
    Fault::Expectation,
    Fault::Late,
];

/// A method that the guard lets no client send, so a request with it is the guard's own.
const STAND_IN: &str = "~";

impl Fault {
    fn path(self) -> &'static str {
        match self {
            Self::Malformed => "/malformed",
            Self::Method => "/method",
            Self::HeadersTooLarge => "/headers",
            Self::UriTooLong => "/uri",
            Self::Version => "/version",
            Self::Expectation => "/expectation",
            Self::Late => "/late",
        }
    }

    /// The request that goes to hyper in place of the refused one.
    pub(super) fn stand_in(self) -> Vec<u8> {
        let path = self.path();
        format!("{STAND_IN} {path} HTTP/1.1\r\nhost: sluice\r\nconnection: close\r\n\r\n").into()
    }

    /// The fault a stand-in names. Only for requests of an HTTP/1 connection read by the guard.
    pub(crate) fn named(method: &Method, uri: &Uri) -> Option<Self> {
        if method.as_str() != STAND_IN {
            return None;
        }
        ALL.into_iter().find(|fault| fault.path() == uri.path())
    }

    /// What the client is told.
    pub(crate) fn refusal(self) -> Refusal {
        let (code, message) = match self {
            Self::Malformed => (
                RefusalCode::BadRequest,
                "the request is not well-formed HTTP/1.1; check host, content-length, \
                 transfer-encoding and header names",
            ),
            Self::Method => (RefusalCode::MethodNotAllowed, "this method is not served"),
            Self::HeadersTooLarge => {
                (RefusalCode::HeadersTooLarge, "send fewer or smaller request headers")
            }
            Self::UriTooLong => (RefusalCode::UriTooLong, "the request target is too long"),
            Self::Version => (RefusalCode::VersionNotSupported, "use HTTP/1.1 or HTTP/2"),
            Self::Expectation => {
                (RefusalCode::ExpectationFailed, "the only expectation served is 100-continue")
            }
            Self::Late => {
                (RefusalCode::RequestTimeout, "the request did not arrive in time; send it again")
            }
        };
        Refusal::new(code, message).closing()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request refused: {self:?}")
    }
}

impl std::error::Error for Fault {}
