//! The bounds of a connection and a call.

use std::time::Duration;

/// A limit on everything a caller or a backend can make grow. Each is a word under `bounds:`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Bytes of a request head.
    pub header_bytes_max: usize,
    /// Header fields of a request.
    pub headers_max: usize,
    /// Bytes of a request target.
    pub uri_bytes_max: usize,
    /// From the connection to its first byte.
    pub first_byte: Duration,
    /// The TLS handshake.
    pub handshake: Duration,
    /// From the first byte of a head to its end.
    pub header: Duration,
    /// From the end of a head to the end of its body.
    pub body: Duration,
    /// Between two calls of a connection.
    pub idle: Duration,
    /// How long a caller may take nothing of an answer that waits for it.
    pub write_stall: Duration,
    /// Streams of an HTTP/2 connection.
    pub streams_max: u32,
    /// Connections at once.
    pub connections_max: usize,
    /// Calls of one connection.
    pub requests_per_connection_max: u64,
    /// How old a connection may grow.
    pub connection_age_max: Duration,
    /// Depth of a request's JSON.
    pub json_depth_max: usize,
    /// Keys and elements of a request's JSON, in all.
    pub json_keys_max: usize,
    /// Bytes of an answer that is not streamed.
    pub answer_bytes_max: usize,
    /// Bytes of one event of a stream.
    pub event_bytes_max: usize,
    /// Bytes a stream's filters may hold back.
    pub hold_bytes_max: usize,
    /// How long a stream may last.
    pub stream_total: Duration,
}
