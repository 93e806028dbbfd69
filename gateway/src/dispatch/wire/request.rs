//! A request to a backend: every header is ours.

use sluice_config::words::{Dialect, Operation, Secret};

/// Where requests go and with what.
#[derive(Debug)]
pub(crate) struct Target {
    /// The `host` header.
    pub(crate) authority: String,
    /// What stands before the operation's path.
    pub(crate) prefix: String,
    /// The backend's credential; the caller's never goes further than here.
    pub(crate) credential: Option<Secret>,
}

const AGENT: &str = concat!("sluice/", env!("CARGO_PKG_VERSION"));

/// The version of Anthropic's interface that is spoken.
const VERSION: &[u8] = b"\r\nanthropic-version: 2023-06-01";

/// The whole request, as the bytes of one write.
pub(crate) fn encode(
    target: &Target,
    operation: Operation,
    request_id: &str,
    body: &[u8],
) -> Vec<u8> {
    let Target { authority, prefix, credential } = target;
    let mut bytes = Vec::with_capacity(512 + body.len());
    for part in ["POST ", prefix, operation.path(), " HTTP/1.1\r\nhost: ", authority] {
        bytes.extend_from_slice(part.as_bytes());
    }
    let fixed = "\r\nuser-agent: ";
    let typed = "\r\ncontent-type: application/json\r\naccept-encoding: identity\r\nx-request-id: ";
    for part in [fixed, AGENT, typed, request_id, "\r\ncontent-length: "] {
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes.extend_from_slice(body.len().to_string().as_bytes());
    let anthropic = operation.dialect() == Dialect::Anthropic;
    if anthropic {
        bytes.extend_from_slice(VERSION);
    }
    if let Some(credential) = credential {
        bytes.extend_from_slice(b"\r\nauthorization: Bearer ");
        bytes.extend_from_slice(credential.expose());
        // vLLM looks only at the line above, others of this dialect only at this one.
        if anthropic {
            bytes.extend_from_slice(b"\r\nx-api-key: ");
            bytes.extend_from_slice(credential.expose());
        }
    }
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(body);
    bytes
}
