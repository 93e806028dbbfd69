//! `logprobs` of a completion.

use crate::wire::{self, Number, Text};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;

/// Probabilities of the tokens of a piece.
#[derive(Debug, Deserialize)]
pub(crate) struct CompletionLogprobs<'a> {
    #[serde(borrow)]
    tokens: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    token_logprobs: Option<Vec<Option<Number<'a>>>>,
    #[serde(borrow)]
    top_logprobs: Option<Vec<Option<Tops<'a>>>>,
    text_offset: Option<Vec<u64>>,
}

/// The likeliest tokens at a place, in the order they were written.
#[derive(Debug)]
struct Tops<'a>(Vec<(Text<'a>, Number<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Tops<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Listing)
    }
}

struct Listing;

impl<'de> Visitor<'de> for Listing {
    type Value = Tops<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tokens and their probabilities")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tops<'de>, A::Error> {
        let mut tops = Vec::new();
        while let Some(top) = map.next_entry()? {
            tops.push(top);
        }
        Ok(Tops(tops))
    }
}

impl CompletionLogprobs<'_> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"tokens\":");
        wire::list_or_null(self.tokens.as_deref(), out, Text::write);
        out.extend_from_slice(b",\"token_logprobs\":");
        wire::list_or_null(self.token_logprobs.as_deref(), out, |number, out| {
            wire::or_null(number.as_ref(), out, |number, out| number.write(out));
        });
        out.extend_from_slice(b",\"top_logprobs\":");
        wire::list_or_null(self.top_logprobs.as_deref(), out, |tops, out| {
            wire::or_null(tops.as_ref(), out, write_tops);
        });
        out.extend_from_slice(b",\"text_offset\":");
        wire::list_or_null(self.text_offset.as_deref(), out, |at, out| wire::number(*at, out));
        out.push(b'}');
    }
}

fn write_tops(tops: &Tops<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (index, (token, logprob)) in tops.0.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        token.write(out);
        out.push(b':');
        logprob.write(out);
    }
    out.push(b'}');
}
