//! `/v1/chat/completions`.

mod easy;
mod logprobs;
mod read;
mod write;

pub(crate) use logprobs::ChatLogprobs;

use super::openai::{self, Chunks, Form};
use super::{Dialect, Scribe};
use crate::answer;
use crate::plan::{Fault, Plan};
use crate::relay::Whole;

#[derive(Debug)]
pub(crate) struct Chat;

const CHUNK: Form =
    Form { object: "chat.completion.chunk", read: read::chunk, write: write::delta };

impl Dialect for Chat {
    fn scribe(&self, plan: &Plan) -> Box<dyn Scribe> {
        Box::new(Chunks::new(plan, CHUNK))
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
