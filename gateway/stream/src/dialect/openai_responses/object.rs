//! Items, pieces and the answer itself as JSON. Every field is there that the reference requires.

use super::kinds::{Item, Piece};
use super::told::{Told, ToldPiece};
use crate::usage::Usage;
use crate::wire::{self, Fields};

/// Writes a place.
pub(super) fn index(index: usize, out: &mut Vec<u8>) {
    wire::number(u64::try_from(index).unwrap_or(u64::MAX), out);
}

/// Writes a piece, with what was shown of it.
pub(super) fn piece(piece: &ToldPiece, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut fields = Fields::new(out);
    fields.key("type", |out| wire::plain(piece.kind.word(), out));
    if piece.kind == Piece::Text {
        fields.key("annotations", |out| out.extend_from_slice(b"[]"));
        fields.key("logprobs", |out| out.extend_from_slice(b"[]"));
    }
    fields.key(piece.kind.key(), |out| wire::string(&piece.text, out));
    out.push(b'}');
}

/// Writes an item, with what was shown of it.
pub(super) fn item(told: &Told, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut fields = Fields::new(out);
    fields.key("id", |out| wire::string(&told.id, out));
    fields.key("type", |out| wire::plain(told.kind.word(), out));
    fields.key("status", |out| wire::plain(told.status.word(), out));
    let pieces = |summary: bool| {
        told.pieces.iter().filter(move |piece| (piece.kind == Piece::Summary) == summary)
    };
    match told.kind {
        Item::Message => {
            fields.key("role", |out| wire::plain("assistant", out));
            fields.key("content", |out| wire::list(pieces(false), out, piece));
        }
        Item::Reasoning => {
            fields.key("summary", |out| wire::list(pieces(true), out, piece));
            fields.key("content", |out| wire::list(pieces(false), out, piece));
        }
        Item::Call => {
            let arguments = told.pieces.first().map_or("", |piece| &piece.text);
            fields.key("call_id", |out| wire::string(&told.call.id, out));
            fields.key("name", |out| wire::string(&told.call.name, out));
            fields.key("arguments", |out| wire::string(arguments, out));
        }
    }
    out.push(b'}');
}

/// Which answer it is.
#[derive(Debug)]
pub(super) struct Who {
    pub(super) id: Box<str>,
    pub(super) model: Box<str>,
    pub(super) created: u64,
}

/// What an answer has come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'a> {
    pub(super) status: &'static str,
    /// The code and the message of what broke it.
    pub(super) error: Option<(&'static str, &'a str)>,
    /// Why it is incomplete.
    pub(super) incomplete: Option<&'static str>,
    pub(super) output: &'a [Told],
    pub(super) usage: Option<Usage>,
    /// What filters found, if the caller asked.
    pub(super) moderation: Option<&'a [u8]>,
}

impl Standing<'_> {
    /// Nothing but how it stands.
    pub(super) fn bare(status: &'static str) -> Self {
        let (error, incomplete, usage, moderation) = (None, None, None, None);
        Self { status, error, incomplete, output: &[], usage, moderation }
    }
}

/// What every answer says of how it was asked for: nothing, since the caller knows.
const ASKED: &[u8] = b",\"background\":false,\"instructions\":null,\"max_output_tokens\":null,\
    \"metadata\":{},\"parallel_tool_calls\":true,\"previous_response_id\":null,\
    \"reasoning\":null,\"store\":false,\"temperature\":null,\"text\":{\"format\":{\"type\":\"text\"}},\
    \"tool_choice\":\"auto\",\"tools\":[],\"top_p\":null,\"truncation\":\"disabled\"";

/// Writes an answer.
pub(super) fn response(who: &Who, standing: Standing<'_>, out: &mut Vec<u8>) {
    let Standing { status, error, incomplete, output, usage, moderation } = standing;
    out.push(b'{');
    let mut fields = Fields::new(out);
    fields.key("id", |out| wire::string(&who.id, out));
    fields.key("object", |out| wire::plain("response", out));
    fields.key("created_at", |out| wire::number(who.created, out));
    fields.key("status", |out| wire::plain(status, out));
    fields.key("error", |out| {
        wire::or_null(error, out, |(code, message), out| {
            out.push(b'{');
            let mut fields = Fields::new(out);
            fields.key("code", |out| wire::plain(code, out));
            fields.key("message", |out| wire::string(message, out));
            out.push(b'}');
        });
    });
    fields.key("incomplete_details", |out| {
        wire::or_null(incomplete, out, |reason, out| {
            out.push(b'{');
            Fields::new(out).key("reason", |out| wire::plain(reason, out));
            out.push(b'}');
        });
    });
    fields.key("model", |out| wire::string(&who.model, out));
    fields.key("output", |out| wire::list(output, out, item));
    fields.key("usage", |out| wire::or_null(usage, out, Usage::write_in_out));
    if let Some(moderation) = moderation {
        fields.key("moderation", |out| out.extend_from_slice(moderation));
    }
    out.extend_from_slice(ASKED);
    out.push(b'}');
}
