//! The body of an answer, decoded where it was read.

use super::connection::Connection;
use super::response::Framing;
use crate::chunked::Chunked;
use bytes::BytesMut;
use std::io;
use std::task::{Context, Poll, ready};
use std::time::Duration;

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
    /// What came with the head, until it is decoded.
    first: BytesMut,
    /// Whether the connection can serve another call once the body has ended.
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
    pub(crate) fn new(mut connection: Connection, framing: Framing, keep_alive: bool) -> Self {
        let first = connection.take_buffered();
        Self { connection, decoder: Decoder::new(framing), first, keep_alive }
    }

    /// Gives to `sink` what is there, waiting only if nothing is. Ready with whether the body
    /// goes on.
    pub(crate) fn poll_pieces(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Poll<Result<bool, BodyFault>> {
        let first = std::mem::take(&mut self.first);
        let mut any = !first.is_empty();
        self.decode(&first, sink)?;
        for _ in 0..READS_MAX {
            if self.decoder.ended() {
                return Poll::Ready(Ok(false));
            }
            match self.poll_read(cx, sink) {
                Poll::Ready(Ok(0)) => return Poll::Ready(self.closed()),
                Poll::Ready(Ok(_)) => any = true,
                Poll::Ready(Err(fault)) => return Poll::Ready(Err(fault)),
                Poll::Pending if any => return Poll::Ready(Ok(true)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(!self.decoder.ended()))
    }

    /// Bytes it is told to have; those that are there where nothing is told.
    pub(crate) fn told(&self) -> usize {
        match self.decoder.framing {
            Decoding::Length(left) => usize::try_from(left).unwrap_or(usize::MAX),
            Decoding::Chunks(_) | Decoding::UntilClose => self.first.len(),
        }
    }

    /// Ready when nothing is left of the time the next piece may take; wakes the task then at the
    /// latest.
    pub(crate) fn poll_late(&mut self, cx: &mut Context<'_>, left: Duration) -> Poll<()> {
        self.connection.poll_late(cx, left)
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Poll<Result<usize, BodyFault>> {
        let (decoder, mut taken) = (&mut self.decoder, Ok(0));
        let read = self.connection.poll_read(cx, |read| taken = decoder.decode(read, sink));
        let read = ready!(read).map_err(BodyFault::Lost)?;
        // Bytes after the end belong to nobody.
        self.keep_alive &= taken? == read;
        Poll::Ready(Ok(read))
    }

    fn decode(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), BodyFault> {
        self.keep_alive &= self.decoder.decode(bytes, sink)? == bytes.len();
        Ok(())
    }

    fn closed(&self) -> Result<bool, BodyFault> {
        match self.decoder.framing {
            Decoding::UntilClose => Ok(false),
            _ => Err(BodyFault::Lost(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// The connection, if it can be used again: the body has ended and nothing follows it.
    pub(crate) fn into_connection(self) -> Option<Connection> {
        (self.decoder.ended() && self.keep_alive).then_some(self.connection)
    }
}
