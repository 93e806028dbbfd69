//! The section of the file that bounds what callers and backends can make grow.

use super::leaf::Whole;
use super::section::section;
use crate::spec;

section! {
    /// The bounds of a connection and a call. Every one has a default that is safe in public.
    Bounds {
        /// Bytes of a request head.
        header_bytes_max: default(Whole<1_024, 1_048_576>, 32_768),
        /// Header fields of a request.
        headers_max: default(Whole<8, 1_000>, 100),
        /// Bytes of a request target.
        uri_bytes_max: default(Whole<64, 65_536>, 2_048),
        /// From the connection to its first byte.
        first_byte_timeout_ms: default(Whole<100, 600_000>, 5_000),
        /// The TLS handshake.
        handshake_timeout_ms: default(Whole<100, 600_000>, 5_000),
        /// From the first byte of a head to its end.
        header_timeout_ms: default(Whole<100, 600_000>, 10_000),
        /// From the end of a head to the end of its body.
        body_timeout_ms: default(Whole<100, 3_600_000>, 30_000),
        /// Between two calls of a connection.
        idle_timeout_ms: default(Whole<100, 3_600_000>, 60_000),
        /// How long a caller may take nothing of an answer that waits for it.
        write_stall_timeout_ms: default(Whole<100, 3_600_000>, 30_000),
        /// Streams of an HTTP/2 connection.
        streams_max: default(Whole<1, 10_000>, 100),
        /// Connections at once.
        connections_max: default(Whole<1, 1_000_000>, 10_000),
        /// Calls of one connection.
        requests_per_connection_max: default(Whole<1, 1_000_000_000>, 1_000),
        /// How old a connection may grow.
        connection_age_max_ms: default(Whole<1_000, 86_400_000>, 3_600_000),
        /// Depth of a request's JSON.
        json_depth_max: default(Whole<4, 128>, 64),
        /// Keys and elements of a request's JSON, in all.
        json_keys_max: default(Whole<16, 10_000_000>, 100_000),
        /// Bytes of an answer that is not streamed.
        answer_bytes_max: default(Whole<1_024, 1_073_741_824>, 16_777_216),
        /// Bytes of one event of a stream.
        event_bytes_max: default(Whole<1_024, 67_108_864>, 1_048_576),
        /// Bytes a stream's filters may hold back.
        hold_bytes_max: default(Whole<1_024, 67_108_864>, 262_144),
        /// How long a stream may last.
        stream_total_ms: default(Whole<1_000, 86_400_000>, 1_800_000),
    }
}

impl Bounds {
    /// The bounds as meant.
    pub(crate) fn meant(&self) -> spec::Bounds {
        spec::Bounds {
            header_bytes_max: self.header_bytes_max.size(),
            headers_max: self.headers_max.size(),
            uri_bytes_max: self.uri_bytes_max.size(),
            first_byte: self.first_byte_timeout_ms.milliseconds(),
            handshake: self.handshake_timeout_ms.milliseconds(),
            header: self.header_timeout_ms.milliseconds(),
            body: self.body_timeout_ms.milliseconds(),
            idle: self.idle_timeout_ms.milliseconds(),
            write_stall: self.write_stall_timeout_ms.milliseconds(),
            streams_max: self.streams_max.small(),
            connections_max: self.connections_max.size(),
            requests_per_connection_max: self.requests_per_connection_max.0,
            connection_age_max: self.connection_age_max_ms.milliseconds(),
            json_depth_max: self.json_depth_max.size(),
            json_keys_max: self.json_keys_max.size(),
            answer_bytes_max: self.answer_bytes_max.size(),
            event_bytes_max: self.event_bytes_max.size(),
            hold_bytes_max: self.hold_bytes_max.size(),
            stream_total: self.stream_total_ms.milliseconds(),
        }
    }
}

impl Default for spec::Bounds {
    fn default() -> Self {
        Bounds::default().meant()
    }
}
