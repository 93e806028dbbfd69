//! One answer on its way: bytes of a backend in, what may leave out.

use crate::answer::{Answer, Shown};
use crate::dialect::{self, Dialect, Mould, Part, registry};
use crate::plan::{Fault, Plan, Progress};
use crate::report::Report;
use crate::sse::{Broken, Event, Events};
use crate::usage::Usage;

/// One streamed answer.
#[derive(Debug)]
pub struct Relay {
    events: Events,
    writer: Writer,
    progress: Progress,
    /// Whether the end of the answer is written.
    closed: bool,
}

/// One answer that is not streamed, as it may leave.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Whole {
    /// The body.
    pub body: Vec<u8>,
    /// What is known of it.
    pub report: Report,
    /// Whether a filter ended a choice.
    pub stopped: bool,
}

/// Reads, filters and writes an answer that is not streamed.
pub fn whole(plan: &Plan, body: &[u8]) -> Result<Whole, Fault> {
    let body = std::str::from_utf8(body).map_err(|_| Fault::NotAnEvent)?;
    registry::find(plan.operation).whole(plan, body)
}

impl Relay {
    /// Begins an answer.
    pub fn new(plan: Plan) -> Self {
        let dialect = registry::find(plan.operation);
        let head = dialect.head(&plan);
        let Plan { chain, choices_max, hold_bytes_max, event_bytes_max, .. } = plan;
        let Plan { show_usage, usage_max, .. } = plan;
        let answer = Answer::new(chain, choices_max, hold_bytes_max);
        Self {
            events: Events::new(event_bytes_max),
            writer: Writer {
                dialect,
                head,
                mould: Mould::default(),
                answer,
                show_usage,
                usage_max,
                last_usage: false,
            },
            progress: Progress::More,
            closed: false,
        }
    }

    /// Takes bytes of the backend's body as they come; what may leave is appended to `out`.
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Progress {
        let mut rest = input;
        while self.progress == Progress::More {
            let step = match self.events.next(&mut rest) {
                Ok(Some(event)) => self.writer.event(event, out),
                Ok(None) => return Progress::More,
                Err(Broken::NotAnEvent) => Err(Fault::NotAnEvent),
                Err(Broken::TooLarge) => Err(Fault::TooLarge),
            };
            self.note(step);
        }
        self.progress
    }

    /// The backend's body ended cleanly. An event without its blank line is no event.
    pub fn end(&mut self, out: &mut Vec<u8>) -> Progress {
        if self.progress == Progress::More {
            let step = self.writer.done(out);
            self.note(step);
        }
        self.progress
    }

    /// Ends the answer with `error`, the JSON of an error envelope. What filters hold back stays
    /// back. An answer whose end is written stays as it is.
    pub fn fail(&mut self, error: &[u8], out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        if self.progress == Progress::More {
            self.progress = Progress::Fault(Fault::Truncated);
        }
        out.extend_from_slice(b"data: ");
        // A line break between two tokens of JSON is white space, but would end the line here.
        out.extend(error.iter().map(|byte| match byte {
            b'\r' | b'\n' => b' ',
            other => *other,
        }));
        out.extend_from_slice(b"\n\n");
        out.extend_from_slice(DONE);
    }

    /// What is known of the answer so far.
    pub fn report(&self) -> &Report {
        &self.writer.answer.report
    }

    fn note(&mut self, step: Result<Progress, Fault>) {
        self.progress = step.unwrap_or_else(Progress::Fault);
        self.closed |= matches!(self.progress, Progress::Done | Progress::Stopped);
    }
}

const DONE: &[u8] = b"data: [DONE]\n\n";

/// The part of a relay that reads events and writes frames.
#[derive(Debug)]
struct Writer {
    dialect: &'static dyn Dialect,
    head: Vec<u8>,
    mould: Mould,
    answer: Answer,
    show_usage: bool,
    usage_max: Usage,
    /// Whether the usage known is the last word, not a running count.
    last_usage: bool,
}

impl Writer {
    fn event(&mut self, event: Event<'_>, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        if event.data.is_empty() {
            return Ok(Progress::More);
        }
        if event.data.trim_ascii() == b"[DONE]" {
            return self.done(out);
        }
        if event.name.is_empty()
            && let Some(part) = self.mould.read(event.data)
        {
            self.part(part, out)?;
        } else {
            self.chunk(event, out)?;
        }
        if self.answer.is_stopped() {
            self.close(out);
            return Ok(Progress::Stopped);
        }
        Ok(Progress::More)
    }

    /// Reads an event strictly.
    fn chunk(&mut self, event: Event<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        let data = std::str::from_utf8(event.data).map_err(|_| Fault::NotAnEvent)?;
        if event.name == b"error" {
            return Err(dialect::error_event(data));
        }
        let chunk = self.dialect.read(data)?;
        self.mould.learn(data, &chunk);
        let last = chunk.parts.is_empty();
        if let Some(usage) = chunk.usage
            && (last || !self.last_usage)
        {
            self.answer.report.usage = usage.within(self.usage_max);
            self.last_usage = last;
        }
        chunk.parts.into_iter().try_for_each(|part| self.part(part, out))
    }

    fn part(&mut self, part: Part<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        let Shown { now, end } = self.answer.pass(part)?;
        self.frame(&now, out);
        if let Some((flushed, finish)) = end {
            let index = now.index;
            self.frame(&flushed, out);
            self.frame(&Part { finish, ..Part::new(index) }, out);
        }
        Ok(())
    }

    fn frame(&self, part: &Part<'_>, out: &mut Vec<u8>) {
        if !part.is_silent() {
            out.extend_from_slice(&self.head);
            self.dialect.write(part, out);
            out.extend_from_slice(b"]}\n\n");
        }
    }

    fn done(&self, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        if !self.answer.is_complete() {
            return Err(Fault::Truncated);
        }
        self.close(out);
        Ok(Progress::Done)
    }

    fn close(&self, out: &mut Vec<u8>) {
        if self.show_usage
            && let Some(usage) = self.answer.report.usage()
        {
            out.extend_from_slice(&self.head);
            out.extend_from_slice(b"],\"usage\":");
            usage.write(out);
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(DONE);
    }
}
