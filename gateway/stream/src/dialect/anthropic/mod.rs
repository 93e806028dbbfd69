//! `/v1/messages` of Anthropic, and `/v1/messages/count_tokens`.

mod block;
mod count;
mod end;
mod error;
mod message;
mod read;
mod usage;
mod write;

pub(crate) use count::CountTokens;

use super::{Chunk, Dialect, Part, Scribe, on_one_line};
use crate::filter::Chain;
use crate::plan::{Failure, Fault, Plan};
use crate::relay::Whole;
use crate::usage::Usage;
use end::Sequence;
use read::Reader;
use std::sync::Arc;
use write::Writer;

#[derive(Debug)]
pub(crate) struct Messages;

impl Dialect for Messages {
    fn scribe(&self, plan: &Plan) -> Box<dyn Scribe> {
        Box::new(Stream {
            reader: Reader::default(),
            writer: Writer::new(plan),
            chain: plan.chain.clone(),
            prompt_max: plan.usage_max.prompt,
        })
    }

    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault> {
        message::whole(plan, body)
    }
}

/// A stream of one message, block by block.
#[derive(Debug)]
struct Stream {
    reader: Reader,
    writer: Writer,
    chain: Option<Arc<Chain>>,
    prompt_max: u64,
}

impl Stream {
    /// Writes the head of the message, unless it is written.
    fn begin(&mut self, out: &mut Vec<u8>) {
        let believed = |prompt: &u64| *prompt <= self.prompt_max;
        self.writer.begin(self.reader.prompt.filter(believed), out);
    }
}

impl Scribe for Stream {
    fn read<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        self.reader.read(data)
    }

    fn error(&self, data: &str) -> Fault {
        error::event(data)
    }

    fn write(&mut self, part: &Part<'_>, out: &mut Vec<u8>) {
        self.begin(out);
        self.writer.write(part, out);
    }

    fn close(&mut self, usage: Option<Usage>, out: &mut Vec<u8>) {
        self.begin(out);
        let sequence = self.reader.sequence.take();
        let sequence = sequence.map(|sequence| Sequence::judged(sequence, self.chain.as_deref()));
        self.writer.close(sequence.as_ref(), usage, out);
    }

    fn fail(&mut self, failure: &Failure<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"event: error\ndata: ");
        on_one_line(failure.envelope, out);
        out.extend_from_slice(b"\n\n");
    }
}
