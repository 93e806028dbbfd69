//! One answer on its way: bytes of a backend in, what may leave out.

mod writer;

use crate::answer::{Question, Ruling};
use crate::dialect::{Framing, registry};
use crate::lines::Lines;
use crate::plan::{Failure, Fault, Plan, Progress};
use crate::report::{Finish, Report};
use crate::sse::{Broken, Events};
use writer::Writer;

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
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Whole {
    /// The body.
    pub body: Vec<u8>,
    /// What is known of it.
    pub report: Report,
    /// Whether a filter ended a choice.
    pub stopped: bool,
    /// The receipt for it, if one was asked for.
    pub receipt: Option<String>,
    /// What guards are to be asked before it may leave: then it is read again, with what they said
    /// as [`Plan::rulings`].
    pub questions: Vec<Question>,
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
        let framing = registry::find(plan.operation).framing();
        Self {
            frames: Frames::new(framing, plan.event_bytes_max),
            writer: Writer::new(plan),
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

    /// What guards are to be asked next, if anything; asked for until there is nothing. What is no
    /// guard's business is appended to `out`.
    pub fn question(&mut self, out: &mut Vec<u8>) -> Option<Question> {
        while self.progress == Progress::More {
            let question = self.writer.answer.question()?;
            if !question.asks.is_empty() {
                return Some(question);
            }
            self.heard((question.choice, question.upto), &[], out);
        }
        // What ended waits for nobody.
        let answer = &mut self.writer.answer;
        std::iter::from_fn(|| answer.question()).find(|question| !question.waits)
    }

    /// Whether the backend has said all, and only guards are to be heard.
    pub fn is_over(&self) -> bool {
        self.writer.over
    }

    /// Where the answer stands.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Guards have said this about a choice, up to `upto` of the question; what may leave now is
    /// appended to `out`.
    pub fn heard(
        &mut self,
        (choice, upto): (u32, usize),
        rulings: &[Ruling],
        out: &mut Vec<u8>,
    ) -> Progress {
        if self.progress == Progress::More {
            let step = self.writer.heard((choice, upto), rulings, out);
            self.note(step);
        }
        self.progress
    }

    /// Whether anything the model generated may have left: an answer of which only the head is
    /// written, or an end that is ours, can still be thrown away.
    pub fn has_shown(&self) -> bool {
        self.writer.has_shown
    }

    /// What is known of the answer so far.
    pub fn report(&self) -> &Report {
        &self.writer.answer.report
    }

    /// Bytes of text that came and are neither shown nor dropped yet.
    pub fn waiting(&self) -> usize {
        if self.closed { 0 } else { self.writer.answer.waiting() }
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
