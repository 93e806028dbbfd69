//! One text on its way through the filters of a chain.

pub(crate) use super::stage::Flow;
use super::stage::{self, Sink, Stage};
use crate::report::Report;

/// What a text is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Script {
    /// Words.
    Prose,
    /// JSON, in which an escape stands for a character.
    Json,
}

/// One text on its way through the filters of a chain.
#[derive(Debug)]
pub(crate) struct Lane {
    stages: Vec<Stage>,
    /// Whether filters want to know where tokens end.
    marks: bool,
    /// Whether what is shown must wait for the end of the answer.
    holds: bool,
    ended: bool,
}

impl Lane {
    pub(super) fn new(stages: Vec<Stage>, marks: bool) -> Self {
        Self { stages, marks, holds: false, ended: false }
    }

    /// Begins behind what was shown elsewhere, which may be the beginning of a match.
    pub(crate) fn recalls(mut self, shown: &str) -> Self {
        stage::recall(&mut self.stages, shown);
        self
    }

    /// Takes the next token; what may be shown is appended to `shown`. Nothing passes after the
    /// end.
    pub(crate) fn feed(&mut self, text: &str, shown: &mut String, report: &mut Report) -> Flow {
        if self.ended {
            return Flow::On;
        }
        let hold = self.holds.then_some(shown.len());
        let mut sink = Sink { shown, report, hold };
        let flow = match stage::feed(&mut self.stages, text, &mut sink) {
            Flow::On if self.marks => stage::mark(&mut self.stages, &mut sink),
            flow => flow,
        };
        self.ended = flow == Flow::Stop;
        self.flow(flow, sink.hold)
    }

    /// No more text comes: what is held back is judged as it stands.
    pub(crate) fn end(&mut self, shown: &mut String, report: &mut Report) -> Flow {
        if std::mem::replace(&mut self.ended, true) {
            return Flow::On;
        }
        let hold = self.holds.then_some(shown.len());
        let mut sink = Sink { shown, report, hold };
        let flow = stage::end(&mut self.stages, &mut sink);
        self.flow(flow, sink.hold)
    }

    /// Bytes that its filters hold back now.
    pub(crate) fn held(&self) -> usize {
        self.stages.iter().map(|stage| stage.held.len()).sum()
    }

    fn flow(&mut self, flow: Flow, hold: Option<usize>) -> Flow {
        self.holds |= hold.is_some();
        match (flow, hold) {
            (Flow::On, Some(from)) => Flow::Hold(from),
            (flow, _) => flow,
        }
    }
}
