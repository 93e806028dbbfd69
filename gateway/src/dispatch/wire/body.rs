//! The body of an answer, decoded where it was read.

use super::connection::Connection;
use super::response::Framing;
use crate::chunked::Chunked;
use std::io;
use std::task::{Context, Poll};

/// Reads of the socket that are taken together before what they hold is passed on.
const READS_MAX: usize = 4;

/// Follows the framing of a body. Sans-IO.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decoder {
    framing: Decoding,
}

#[derive(Clone, Copy, Debug)]
enum Decoding {
    Length(u64),
    Chunks(Chunked),
    UntilClose,
}

impl Decoder {
    /// A body that is delimited so.
    pub(super) fn new(framing: Framing) -> Self {
        let framing = match framing {
            Framing::Length(length) => Decoding::Length(length),
            Framing::Chunked => Decoding::Chunks(Chunked::default()),
            Framing::UntilClose => Decoding::UntilClose,
        };
        Self { framing }
    }

    /// Whether the body has ended.
    pub(super) fn ended(&self) -> bool {
        match &self.framing {
            Decoding::Length(left) => *left == 0,
            Decoding::Chunks(chunks) => chunks.ended(),
            Decoding::UntilClose => false,
        }
    }

    /// Gives the data in `bytes` to `sink`, piece by piece; how many bytes it took.
    ///
    /// # Errors
    ///
    /// The framing is broken.
    pub(super) fn decode(
        &mut self,
        bytes: &[u8],
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<usize, BodyFault> {
        let mut taken = 0;
        while let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty() && !self.ended()) {
            let (framing, data) = match &mut self.framing {
                Decoding::Length(left) => {
                    let data = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    *left -= data as u64;
                    (0, data)
                }
                Decoding::Chunks(chunks) => {
                    let step = chunks.step(rest).map_err(|_| BodyFault::Framing)?;
                    (step.framing, step.data)
                }
                Decoding::UntilClose => (0, rest.len()),
            };
            if let Some(data) = rest.get(framing..framing + data).filter(|data| !data.is_empty()) {
                sink(data);
            }
            taken += framing + data;
        }
        Ok(taken)
    }
}

/// A body being read from its connection.
#[derive(Debug)]
pub(crate) struct Body {
    connection: Connection,
    decoder: Decoder,
    keep_alive: bool,
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyFault {
    /// The connection broke or was closed.
    #[error("the backend's connection was lost")]
    Lost(#[source] io::Error),
    /// The framing is broken.
    #[error("the framing of the backend's body is broken")]
    Framing,
}

impl Body {
    pub(crate) fn new(connection: Connection, framing: Framing, keep_alive: bool) -> Self {
        Self { connection, decoder: Decoder::new(framing), keep_alive }
    }

    /// Gives to `sink` what is there, waiting only if nothing is. Ready with whether the body
    /// goes on.
    pub(crate) fn poll_pieces(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Poll<Result<bool, BodyFault>> {
        let mut any = false;
        for _ in 0..READS_MAX {
            if self.take(sink)? {
                any = true;
            }
            if self.decoder.ended() {
                return Poll::Ready(Ok(false));
            }
            match self.connection.poll_fill(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(self.closed()),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(BodyFault::Lost(error))),
                Poll::Pending if any => return Poll::Ready(Ok(true)),
                Poll::Pending => return Poll::Pending,
            }
        }
        self.take(sink)?;
        Poll::Ready(Ok(!self.decoder.ended()))
    }

    fn take(&mut self, sink: &mut dyn FnMut(&[u8])) -> Result<bool, BodyFault> {
        let taken = self.decoder.decode(self.connection.buffered(), sink)?;
        self.connection.used(taken);
        Ok(taken > 0)
    }

    fn closed(&self) -> Result<bool, BodyFault> {
        match self.decoder.framing {
            Decoding::UntilClose => Ok(false),
            _ => Err(BodyFault::Lost(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// The connection, if it can be used again: the body has ended and nothing follows it.
    pub(crate) fn into_connection(self) -> Option<Connection> {
        let clean = self.decoder.ended() && self.connection.buffered().is_empty();
        (clean && self.keep_alive).then_some(self.connection)
    }
}
