//! One answer on its way: bytes of a backend in, what may leave out.

use crate::answer::Answer;
use crate::dialect::{Framing, Mould, Part, Scribe, registry};
use crate::lines::Lines;
use crate::plan::{Failure, Fault, Plan, Progress};
use crate::report::{Finish, Report};
use crate::shown::Showing;
use crate::sse::{Broken, Event, Events};
use crate::usage::Usage;

/// One streamed answer.
#[derive(Debug)]
pub struct Relay {
    frames: Frames,
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
    /// The receipt for it, if one was asked for.
    pub receipt: Option<String>,
}

impl Whole {
    /// The same, known to have been ended by filters: what they left could not be written.
    pub(crate) fn filtered(mut self) -> Self {
        self.report.finish = Finish::ContentFilter;
        self.stopped = true;
        self
    }
}

/// Reads, filters and writes an answer that is not streamed.
pub fn whole(plan: &Plan, body: &[u8]) -> Result<Whole, Fault> {
    let body = std::str::from_utf8(body).map_err(|_| Fault::NotAnEvent)?;
    registry::find(plan.operation).whole(plan, body)
}

impl Relay {
    /// Begins an answer.
    pub fn new(plan: &Plan) -> Self {
        let dialect = registry::find(plan.operation);
        let scribe = dialect.scribe(plan);
        let answer = Answer::new(plan);
        let Plan { event_bytes_max, usage_max, .. } = *plan;
        let (mould, framing) = (Mould::default(), dialect.framing());
        let showing = Showing::of(plan);
        Self {
            frames: Frames::new(framing, event_bytes_max),
            writer: Writer {
                scribe,
                mould,
                answer,
                usage_max,
                last_usage: false,
                showing,
                framing,
            },
            progress: Progress::More,
            closed: false,
        }
    }

    /// Takes bytes of the backend's body as they come; what may leave is appended to `out`.
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Progress {
        let mut rest = input;
        while self.progress == Progress::More {
            let next = match &mut self.frames {
                Frames::Events(events) => events.next(&mut rest),
                Frames::Lines(lines) => lines.next(&mut rest),
            };
            let step = match next {
                Ok(Some(event)) => self.writer.event(event, out),
                Ok(None) => return Progress::More,
                Err(Broken::NotAnEvent) => Err(Fault::NotAnEvent),
                Err(Broken::TooLarge) => Err(Fault::TooLarge),
            };
            self.note(step);
        }
        self.progress
    }

    /// The backend's body ended cleanly. An event without its blank line is no event; a line
    /// without its break is one.
    pub fn end(&mut self, out: &mut Vec<u8>) -> Progress {
        if self.progress == Progress::More
            && let Frames::Lines(lines) = &mut self.frames
            && let Some(event) = lines.last()
        {
            let step = self.writer.event(event, out);
            self.note(step);
        }
        if self.progress == Progress::More {
            let step = self.writer.done(out);
            self.note(step);
        }
        self.progress
    }

    /// Ends the answer with an error. What filters hold back stays back. An answer whose end is
    /// written stays as it is.
    pub fn fail(&mut self, failure: &Failure<'_>, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        if self.progress == Progress::More {
            self.progress = Progress::Fault(Fault::Truncated);
        }
        self.writer.scribe.fail(failure, out);
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

/// What tells one event from the next.
#[derive(Debug)]
enum Frames {
    Events(Events),
    Lines(Lines),
}

impl Frames {
    fn new(framing: Framing, event_bytes_max: usize) -> Self {
        match framing {
            Framing::Events => Self::Events(Events::new(event_bytes_max)),
            Framing::Lines => Self::Lines(Lines::new(event_bytes_max)),
        }
    }
}

/// The part of a relay that reads events and writes frames.
#[derive(Debug)]
struct Writer {
    scribe: Box<dyn Scribe>,
    mould: Mould,
    answer: Answer,
    usage_max: Usage,
    /// Whether the usage known is the last word, not a running count.
    last_usage: bool,
    /// What was shown, if someone signs for it.
    showing: Option<Showing>,
    framing: Framing,
}

impl Writer {
    fn event(&mut self, event: Event<'_>, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        if event.data.is_empty() {
            return Ok(Progress::More);
        }
        let done = match self.mould.read(event) {
            Some(part) => self.part(part, out).map(|()| false),
            None => self.chunk(event, out),
        }?;
        if self.scribe.is_stopped() {
            self.answer.report.ended(Finish::ContentFilter);
            self.showing.iter_mut().for_each(Showing::stop);
            self.close(out);
            return Ok(Progress::Stopped);
        }
        if self.answer.is_stopped() {
            self.close(out);
            return Ok(Progress::Stopped);
        }
        if done { self.done(out) } else { Ok(Progress::More) }
    }

    /// Reads an event strictly, and says whether it is the last.
    fn chunk(&mut self, event: Event<'_>, out: &mut Vec<u8>) -> Result<bool, Fault> {
        let data = std::str::from_utf8(event.data).map_err(|_| Fault::NotAnEvent)?;
        if event.name == b"error" {
            return Err(self.scribe.error(data));
        }
        let chunk = self.scribe.read(data)?;
        self.mould.learn(event.name, data, &chunk);
        let last = chunk.parts.is_empty();
        if let Some(usage) = chunk.usage
            && (last || !self.last_usage)
        {
            self.answer.report.usage = usage.within(self.usage_max);
            self.last_usage = last;
        }
        chunk.parts.into_iter().try_for_each(|part| self.part(part, out))?;
        Ok(chunk.done)
    }

    fn part(&mut self, part: Part<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        let Self { scribe, answer, showing, .. } = self;
        answer.pass(part, |shown| {
            // A scribe that has stopped writes nothing more.
            if let Some(showing) = showing.as_mut().filter(|_| !scribe.is_stopped()) {
                showing.note(shown);
            }
            if !shown.is_silent() {
                scribe.write(shown, out);
            }
        })
    }

    fn done(&mut self, out: &mut Vec<u8>) -> Result<Progress, Fault> {
        if !self.answer.is_complete() {
            return Err(Fault::Truncated);
        }
        self.close(out);
        Ok(Progress::Done)
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        let showing = self.showing.take().filter(|_| !self.scribe.is_cut());
        let receipt = showing.and_then(Showing::receipt);
        if let Some(receipt) = receipt
            && self.framing == Framing::Events
        {
            // A comment: no client takes it for an event.
            out.extend_from_slice(b": receipt ");
            out.extend_from_slice(receipt.as_bytes());
            out.extend_from_slice(b"\n\n");
        }
        self.scribe.close(self.answer.report.usage(), out);
    }
}
