//! What is done about what a filter found.

use super::findings::{Found, Mask};
use super::json::{Ahead, Fit, Form};
use super::stage::{self, Flow, Sink, Stage};
use crate::report::{Action, Voice};
use std::sync::Arc;

impl Stage {
    /// Passes what may be passed up to `to`, and acts on what was found there.
    pub(super) fn release(&mut self, to: usize, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        let held = std::mem::take(&mut self.held);
        let from = self.base;
        let mut flow = Flow::On;
        while flow == Flow::On {
            let left = held.get(self.base - from..).unwrap_or_default();
            let Some(next) = self.pass(left, to, rest, sink) else { break };
            flow = next;
        }
        let passed = self.base - from;
        self.held = held;
        self.held.replace_range(..passed.min(self.held.len()), "");
        if let Some(shown) = &mut self.shown {
            shown.forget(self.findings.clear);
        }
        flow
    }

    /// Takes one step of it; `None` if there is none to take.
    fn pass(
        &mut self,
        left: &str,
        to: usize,
        rest: &mut [Self],
        sink: &mut Sink<'_>,
    ) -> Option<Flow> {
        let found = self.findings.next().map(|found| found.span.clone());
        if let Some(span) = found.as_ref().filter(|it| it.start < to && it.start <= self.base) {
            let text = left.get(..span.end.saturating_sub(self.base)).unwrap_or(left);
            let fit = self.fit(span.start, text, left.get(text.len()..).unwrap_or_default());
            if fit == Fit::Unknown {
                return None;
            }
            let found = self.findings.take()?;
            return Some(self.found(found, fit, rest, sink));
        }
        if self.base >= to {
            return None;
        }
        let hidden = self.covered > self.base && self.voice.action == Action::Redact;
        let until = if hidden { Some(self.covered) } else { found.map(|span| span.start) };
        let token = self.ends.iter().copied().find(|end| *end > self.base);
        let until = [until, token].into_iter().flatten().fold(to, usize::min);
        let text = left.get(..until - self.base).unwrap_or(left);
        if let Some(json) = &mut self.json {
            json.read(text);
        }
        if let Some(shown) = self.shown.as_mut().filter(|_| !hidden && until > self.findings.clear)
        {
            shown.add(self.base.max(self.findings.clear)..until);
        }
        self.base = until;
        let flow = if hidden { Flow::On } else { stage::feed(rest, text, sink) };
        Some(match flow {
            Flow::On if token == Some(until) => stage::mark(rest, sink),
            flow => flow,
        })
    }

    /// How a mask suits `text`, which comes next and belongs to what begins at `start`.
    fn fit(&self, start: usize, text: &str, behind: &str) -> Fit {
        let ahead = match behind.chars().next() {
            Some(next) => Ahead::Char(next),
            None if self.ended => Ahead::End,
            None => Ahead::Unknown,
        };
        // What is masked already is passed over in any case.
        let more = self.covered < self.base + text.len();
        match self.json {
            _ if text.is_empty() => Fit::Fits(Form::Inside),
            Some(json) if start >= self.covered => json.fit(text, ahead),
            // What was shown since stands between it and the mask.
            Some(json) if self.covered < self.base => json.hides(text, ahead),
            Some(json) if more => json.goes_on(text, ahead),
            _ => Fit::Fits(Form::Inside),
        }
    }

    fn found(&mut self, found: Found, fit: Fit, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        let left = found.span.end > self.base;
        let mask = self.meet(found, sink);
        let (form, breaks) = match fit {
            Fit::Fits(form) => (Some(form), false),
            Fit::Breaks(form) => (form, true),
            Fit::Unknown => (None, false),
        };
        if let Some(Mask { category, text }) = mask {
            if form.is_some() {
                sink.report.count(self.voice, &category);
            }
            let flow = match self.voice.action {
                Action::Redact => match form.filter(|_| left) {
                    Some(form) => put(&text, form, rest, sink),
                    None => Flow::On,
                },
                Action::Block | Action::Fallback => ends(rest, sink),
                Action::Hold => {
                    let from = sink.shown.len();
                    sink.hold.get_or_insert(from);
                    Flow::On
                }
                Action::Score | Action::Annotate => Flow::On,
            };
            if flow == Flow::Stop {
                return flow;
            }
        }
        if breaks { self.stop(BROKEN, rest, sink) } else { Flow::On }
    }

    /// Notes what was found; gives what it is, unless it is a part of what was found before.
    fn meet(&mut self, found: Found, sink: &mut Sink<'_>) -> Option<Mask> {
        if let Some(shown) = &mut self.shown {
            sink.report.leaked(shown.take(&found.span));
        }
        let first = found.span.start >= self.covered;
        self.covered = self.covered.max(found.span.end);
        found.mask.filter(|_| first)
    }

    /// Counts what was found up to where nothing more will be.
    pub(super) fn note(&mut self, sink: &mut Sink<'_>) {
        let clear = self.findings.clear;
        while self.findings.next().is_some_and(|found| found.span.start < clear) {
            let Some(found) = self.findings.take() else { break };
            if let Some(mask) = self.meet(found, sink) {
                sink.report.count(self.voice, &mask.category);
            }
        }
        if let Some(shown) = &mut self.shown {
            shown.forget(clear);
        }
    }

    /// Ends the choice for a reason of its own.
    pub(super) fn stop(&self, why: &str, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        let action = match self.voice.action {
            Action::Fallback => Action::Fallback,
            _ => Action::Block,
        };
        sink.report.count(Voice { action, ..self.voice }, &Arc::from(why));
        ends(rest, sink)
    }
}

/// A mask would have left JSON that cannot be read.
const BROKEN: &str = "broken_json";

/// Puts a mask into the text.
fn put(mask: &str, form: Form, rest: &mut [Stage], sink: &mut Sink<'_>) -> Flow {
    match form {
        Form::Inside => stage::feed(rest, mask, sink),
        Form::Value => stage::feed(rest, &["\"", mask, "\""].concat(), sink),
    }
}

fn ends(rest: &mut [Stage], sink: &mut Sink<'_>) -> Flow {
    let _ended_either_way: Flow = stage::end(rest, sink);
    Flow::Stop
}
