//! `/api/chat` and `/api/generate` of Ollama: JSON, one value a line.

mod read;
mod whole;
mod write;

use super::{Chunk, Dialect, Framing, Part, Scribe};
use crate::plan::{Failure, Fault, Plan};
use crate::relay::Whole;
use crate::usage::Usage;
use read::Reader;
use write::Writer;

/// `/api/chat`.
pub(crate) const CHAT: Ollama = Ollama(Form::Chat);

/// `/api/generate`.
pub(crate) const GENERATE: Ollama = Ollama(Form::Generate);

#[derive(Debug)]
pub(crate) struct Ollama(Form);

/// Where the text of a line stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// In its `message`.
    Chat,
    /// In its `response`.
    Generate,
}

impl Dialect for Ollama {
    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn scribe(&self, plan: &Plan) -> Box<dyn Scribe> {
        Box::new(Lines { reader: Reader::new(self.0), writer: Writer::new(plan, self.0) })
    }

    fn whole(&self, plan: &Plan, body: &str) -> Result<Whole, Fault> {
        whole::whole(plan, self.0, body)
    }
}

/// A stream of lines.
#[derive(Debug)]
struct Lines {
    reader: Reader,
    writer: Writer,
}

impl Scribe for Lines {
    fn read<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        self.reader.read(data)
    }

    fn write(&mut self, part: &Part<'_>, out: &mut Vec<u8>) {
        self.writer.write(part, out);
    }

    fn is_stopped(&self) -> bool {
        self.writer.stopped
    }

    fn close(&mut self, usage: Option<Usage>, out: &mut Vec<u8>) {
        self.writer.close(usage, out);
    }

    fn fail(&mut self, failure: &Failure<'_>, out: &mut Vec<u8>) {
        super::on_one_line(failure.envelope, out);
        out.push(b'\n');
    }
}
