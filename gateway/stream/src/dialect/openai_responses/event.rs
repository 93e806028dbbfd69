//! Events as we write them, numbered from 0.

use crate::wire::{self, Text};

/// Where events go, unless there are none because the answer is not streamed.
#[derive(Debug)]
pub(super) struct Wire(Option<u64>);

impl Wire {
    pub(super) fn events() -> Self {
        Self(Some(0))
    }

    pub(super) fn silent() -> Self {
        Self(None)
    }

    /// Writes an event `response.{stem}{when}` with more fields.
    pub(super) fn event(
        &mut self,
        stem: &str,
        when: &str,
        out: &mut Vec<u8>,
        more: impl FnOnce(&mut wire::Fields<'_>),
    ) {
        let Some(number) = &mut self.0 else { return };
        begin(stem, when, out);
        let mut fields = wire::Fields::more(out);
        fields.key(SEQUENCE, |out| wire::number(*number, out));
        more(&mut fields);
        out.extend_from_slice(END);
        *number += 1;
    }

    /// Writes an event of a piece of text; `lead` is what it begins with, up to its text.
    pub(super) fn delta(&mut self, lead: &[u8], text: &Text<'_>, out: &mut Vec<u8>) {
        let Some(number) = &mut self.0 else { return };
        out.extend_from_slice(lead);
        text.write(out);
        wire::Fields::more(out).key(SEQUENCE, |out| wire::number(*number, out));
        out.extend_from_slice(END);
        *number += 1;
    }
}

const SEQUENCE: &str = "sequence_number";

/// The end of every event.
const END: &[u8] = b"}\n\n";

/// What an event begins with: its name, and its type.
pub(super) fn begin(stem: &str, when: &str, out: &mut Vec<u8>) {
    for before in [&b"event: response."[..], b"\ndata: {\"type\":\"response."] {
        out.extend_from_slice(before);
        out.extend_from_slice(stem.as_bytes());
        out.extend_from_slice(when.as_bytes());
    }
    out.push(b'"');
}
