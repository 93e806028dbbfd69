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
    ended: bool,
}

impl Lane {
    pub(super) fn new(stages: Vec<Stage>) -> Self {
        Self { stages, ended: false }
    }

    /// Takes more text; what may be shown is appended to `shown`. Nothing passes after the end.
    pub(crate) fn feed(&mut self, text: &str, shown: &mut String, report: &mut Report) -> Flow {
        if self.ended {
            return Flow::On;
        }
        let flow = stage::feed(&mut self.stages, text, &mut Sink { shown, report });
        self.ended = flow == Flow::Stop;
        flow
    }

    /// No more text comes: what is held back is judged as it stands.
    pub(crate) fn end(&mut self, shown: &mut String, report: &mut Report) -> Flow {
        if std::mem::replace(&mut self.ended, true) {
            return Flow::On;
        }
        stage::end(&mut self.stages, &mut Sink { shown, report })
    }
}
