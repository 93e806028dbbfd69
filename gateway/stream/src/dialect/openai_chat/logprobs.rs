//! `logprobs` of a chat.

use crate::dialect::part::Logprobs;
use crate::wire::{self, Number, Text};
use serde::Deserialize;

/// Probabilities of the tokens of a piece.
#[derive(Debug, Deserialize)]
pub(crate) struct ChatLogprobs<'a> {
    #[serde(borrow)]
    content: Option<Vec<Chosen<'a>>>,
    #[serde(borrow)]
    refusal: Option<Vec<Chosen<'a>>>,
}

#[derive(Debug, Deserialize)]
struct Chosen<'a> {
    #[serde(borrow)]
    token: Text<'a>,
    #[serde(borrow)]
    logprob: Number<'a>,
    bytes: Option<Vec<u8>>,
    #[serde(borrow)]
    top_logprobs: Option<Vec<Top<'a>>>,
}

#[derive(Debug, Deserialize)]
struct Top<'a> {
    #[serde(borrow)]
    token: Text<'a>,
    #[serde(borrow)]
    logprob: Number<'a>,
    bytes: Option<Vec<u8>>,
}

/// Writes `,"logprobs":…`; `null` where there are none.
pub(crate) fn write(logprobs: Option<&Logprobs<'_>>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"logprobs\":");
    match logprobs {
        Some(Logprobs::Chat(chat)) => {
            out.extend_from_slice(b"{\"content\":");
            wire::list_or_null(chat.content.as_deref(), out, chosen);
            out.extend_from_slice(b",\"refusal\":");
            wire::list_or_null(chat.refusal.as_deref(), out, chosen);
            out.push(b'}');
        }
        _ => out.extend_from_slice(b"null"),
    }
}

fn chosen(token: &Chosen<'_>, out: &mut Vec<u8>) {
    said(&token.token, token.logprob, token.bytes.as_deref(), out);
    out.extend_from_slice(b",\"top_logprobs\":");
    wire::list(token.top_logprobs.iter().flatten(), out, |top, out| {
        said(&top.token, top.logprob, top.bytes.as_deref(), out);
        out.push(b'}');
    });
    out.push(b'}');
}

fn said(token: &Text<'_>, logprob: Number<'_>, bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"token\":");
    token.write(out);
    out.extend_from_slice(b",\"logprob\":");
    logprob.write(out);
    out.extend_from_slice(b",\"bytes\":");
    wire::list_or_null(bytes, out, |byte, out| wire::number(u64::from(*byte), out));
}
