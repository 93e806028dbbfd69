//! One filter on one text, and what it holds back.

use super::findings::Findings;
use super::json::Json;
use super::kind::Judge;
use super::rule::Manner;
use super::shown::Shown;
use crate::report::{Report, Voice};
use std::collections::VecDeque;

/// Whether a text goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub(crate) enum Flow {
    /// It does.
    On,
    /// It does, but what was added to `shown` from this byte on, and what will be added to it,
    /// is not to be shown before the end of the answer.
    Hold(usize),
    /// A filter ended it.
    Stop,
}

impl Flow {
    /// What comes of this and then that.
    pub(crate) fn then(self, later: Self) -> Self {
        match (self, later) {
            (Self::Hold(from), Self::On | Self::Hold(_)) => Self::Hold(from),
            (_, later) => later,
        }
    }
}

/// What is held back is measured at multiples of this, so that a stop for too much of it does not
/// depend on how the text is cut.
const MEASURE_BYTES: usize = 256;

/// Bytes of a text that are judged at a time where there is room to hold all of it.
const PART_BYTES: usize = 4096;

/// More had to be held back than may be.
const OVERFLOW: &str = "hold_overflow";

/// One filter on one text.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) voice: Voice,
    pub(super) manner: Manner,
    judge: Box<dyn Judge>,
    pub(super) findings: Findings,
    /// The text that was not passed, which begins at `base`.
    pub(super) held: String,
    pub(super) base: usize,
    /// Up to where what was found reaches.
    pub(super) covered: usize,
    hold_bytes_max: usize,
    /// Whether no more text comes.
    pub(super) ended: bool,
    /// Where tokens end that begin at or behind what may become a match.
    pub(super) ends: VecDeque<usize>,
    /// What was passed though it may become a match; `None` where no match matters if shown.
    pub(super) shown: Option<Shown>,
    /// Where masks must leave the text JSON: what of it was passed.
    pub(super) json: Option<Json>,
}

/// Where what may be shown goes.
#[derive(Debug)]
pub(super) struct Sink<'s> {
    pub(super) shown: &'s mut String,
    pub(super) report: &'s mut Report,
    /// From where on what is shown must wait for the end of the answer.
    pub(super) hold: Option<usize>,
}

impl Stage {
    pub(super) fn new(
        (voice, manner): (Voice, Manner),
        judge: Box<dyn Judge>,
        hold_bytes_max: usize,
        json: Option<Json>,
    ) -> Self {
        let leaks = manner != Manner::Holds && voice.action.acts() && !voice.shadow;
        Self {
            voice,
            manner,
            judge,
            findings: Findings::default(),
            held: String::new(),
            base: 0,
            covered: 0,
            hold_bytes_max,
            ended: false,
            ends: VecDeque::new(),
            shown: leaks.then(Shown::default),
            json,
        }
    }

    fn feed(&mut self, text: &str, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        if self.manner == Manner::Watches {
            return self.watch(text, rest, sink);
        }
        let mut text = text;
        while !text.is_empty() {
            let end = self.base + self.held.len();
            let fits = text.len() <= self.hold_bytes_max.saturating_sub(self.held.len());
            let (part, later) =
                cut(text, if fits { PART_BYTES } else { MEASURE_BYTES - end % MEASURE_BYTES });
            text = later;
            if self.read(part, rest, sink) == Flow::Stop {
                return Flow::Stop;
            }
            let measured = end / MEASURE_BYTES != (end + part.len()) / MEASURE_BYTES;
            if measured && self.held.len() > self.hold_bytes_max {
                return self.stop(OVERFLOW, rest, sink);
            }
        }
        if self.manner == Manner::Holds {
            sink.report.holds(self.held.len());
        }
        Flow::On
    }

    fn read(&mut self, part: &str, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        self.judge.feed(part, &mut self.findings);
        let clear = self.findings.clear.checked_sub(self.base + self.held.len());
        if let Some((now, later)) = clear.and_then(|clear| part.split_at_checked(clear))
            && self.covered <= self.base
            && self.findings.is_empty()
            && self.ends.is_empty()
        {
            return self.forward(now, later, rest, sink);
        }
        self.held.push_str(part);
        self.release(self.findings.clear, rest, sink)
    }

    /// Passes what is held and `now` as they are, and holds `later` back.
    fn forward(&mut self, now: &str, later: &str, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        self.base = self.findings.clear;
        if let Some(json) = &mut self.json {
            json.read(&self.held);
            json.read(now);
        }
        let flow = if self.held.is_empty() {
            feed(rest, now, sink)
        } else {
            self.held.push_str(now);
            feed(rest, &self.held, sink)
        };
        self.held.clear();
        self.held.push_str(later);
        flow
    }

    /// A token of the backend ends here.
    fn mark(&mut self, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        let end = self.base + self.held.len();
        let clear = self.findings.clear;
        while self.ends.front().is_some_and(|end| *end <= clear) {
            self.ends.pop_front();
        }
        if self.manner == Manner::Debounces && end > clear && self.ends.back() != Some(&end) {
            self.ends.push_back(end);
        }
        if self.held.is_empty() {
            return mark(rest, sink);
        }
        // Of what may become a match two tokens may have been shown.
        let two = self.ends.get(1).or(self.ends.front()).copied();
        let flow = self.release(two.unwrap_or(clear), rest, sink);
        sink.report.holds(self.held.len());
        flow
    }

    fn end(&mut self, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        self.ended = true;
        self.judge.end(&mut self.findings);
        self.findings.clear(self.base + self.held.len());
        let flow = match self.manner {
            Manner::Watches => {
                self.note(sink);
                Flow::On
            }
            Manner::Debounces | Manner::Holds => self.release(self.findings.clear, rest, sink),
        };
        if flow == Flow::Stop { flow } else { end(rest, sink) }
    }

    /// Sees what passes.
    fn watch(&mut self, text: &str, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        self.judge.feed(text, &mut self.findings);
        let end = self.base + text.len();
        if let Some(shown) = &mut self.shown {
            shown.add(self.base..end);
        }
        self.base = end;
        self.note(sink);
        feed(rest, text, sink)
    }
}

/// Lets these filters read what was shown before the text began: what they find goes on from it.
pub(super) fn recall(stages: &mut [Stage], text: &str) {
    for stage in stages {
        stage.judge.feed(text, &mut stage.findings);
        stage.base = text.len();
    }
}

/// Cuts a text at the first character boundary at or behind `at`.
fn cut(text: &str, at: usize) -> (&str, &str) {
    let at = (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// Takes more text through these filters.
pub(super) fn feed(stages: &mut [Stage], text: &str, sink: &mut Sink<'_>) -> Flow {
    if let Some((stage, rest)) = stages.split_first_mut() {
        return stage.feed(text, rest, sink);
    }
    sink.shown.push_str(text);
    Flow::On
}

/// Tells these filters that a token of the backend ends here.
pub(super) fn mark(stages: &mut [Stage], sink: &mut Sink<'_>) -> Flow {
    match stages.split_first_mut() {
        Some((stage, rest)) => stage.mark(rest, sink),
        None => Flow::On,
    }
}

/// Ends the text in these filters.
pub(super) fn end(stages: &mut [Stage], sink: &mut Sink<'_>) -> Flow {
    match stages.split_first_mut() {
        Some((stage, rest)) => stage.end(rest, sink),
        None => Flow::On,
    }
}
