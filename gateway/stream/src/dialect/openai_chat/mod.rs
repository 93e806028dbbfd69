//! `/v1/chat/completions`.

mod easy;
mod logprobs;
mod read;
mod write;

pub(crate) use logprobs::ChatLogprobs;

use super::{Chunk, Dialect, Part, openai};
use crate::answer;
use crate::plan::{Fault, Plan};
use crate::relay::Whole;

#[derive(Debug)]
pub(crate) struct Chat;

impl Dialect for Chat {
    fn head(&self, plan: &Plan) -> Vec<u8> {
        openai::head(plan, "chat.completion.chunk")
    }

    fn read<'a>(&self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        read::chunk(data)
    }

    fn write(&self, part: &Part<'_>, out: &mut Vec<u8>) {
        write::delta(part, out);
    }

    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault> {
        let chunk = match easy::message(body) {
            Some(chunk) => chunk,
            None => read::message(body)?,
        };
        answer::whole(plan, chunk, |parts, out| {
            openai::begin(plan, "chat.completion", out);
            openai::choices(parts, write::message, out);
        })
    }
}
