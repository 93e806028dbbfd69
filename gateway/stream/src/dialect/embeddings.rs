//! `/v1/embeddings`: numbers, never streamed, so no filter has text to look at.

use super::{Dialect, Scribe, Unstreamed, openai_error};
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::report::{Finish, Report};
use crate::usage::Usage;
use crate::wire::{self, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug)]
pub(crate) struct Embeddings;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<Text<'a>>,
    #[serde(borrow)]
    data: Option<Vec<Embedding<'a>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Embedding<'a> {
    index: u64,
    #[serde(borrow)]
    embedding: &'a RawValue,
}

impl Dialect for Embeddings {
    fn scribe(&self, _: &Plan) -> Box<dyn Scribe> {
        Box::new(Unstreamed)
    }

    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault> {
        let answer: Answer<'_> =
            serde_json::from_str(body).map_err(|_| openai_error::instead(body))?;
        if let Some(error) = answer.error {
            return Err(openai_error::nested(error));
        }
        if answer.object.is_some_and(|object| object.as_str() == "error") {
            return Err(openai_error::flat(body));
        }
        let data = answer.data.ok_or(Fault::NotAnEvent)?;
        if !data.iter().all(|one| is_embedding(one.embedding.get())) {
            return Err(Fault::NotAnEvent);
        }
        let usage = answer.usage.and_then(Usage::read_prompt);
        let usage = usage.and_then(|usage| usage.within(plan.usage_max));
        let report = Report { usage, finish: Finish::Stop, ..Report::default() };
        Ok(Whole { body: write(plan, &data, usage), report, ..Whole::default() })
    }
}

/// Whether it is a list of numbers, or base64; anything else could carry text.
fn is_embedding(raw: &str) -> bool {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) => text.bytes().all(base64),
        None => raw.starts_with('[') && !raw.contains(['"', '{']),
    }
}

fn write(plan: &Plan, data: &[Embedding<'_>], usage: Option<Usage>) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(b"{\"object\":\"list\",\"data\":");
    wire::list(data, &mut out, |one, out| {
        out.extend_from_slice(b"{\"object\":\"embedding\",\"index\":");
        wire::number(one.index, out);
        out.extend_from_slice(b",\"embedding\":");
        out.extend_from_slice(one.embedding.get().as_bytes());
        out.push(b'}');
    });
    out.extend_from_slice(b",\"model\":");
    wire::string(&plan.model, &mut out);
    if let Some(usage) = usage {
        out.extend_from_slice(b",\"usage\":");
        usage.write_prompt(&mut out);
    }
    out.push(b'}');
    out
}
