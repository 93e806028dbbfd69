//! One filter on one text, and what it holds back.

use super::findings::{Findings, Found};
use super::kind::Judge;
use crate::report::{Action, Report};
use std::sync::Arc;

/// Whether a text goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub(crate) enum Flow {
    /// It does.
    On,
    /// A filter ended it.
    Stop,
}

/// What is held back is measured at multiples of this, so that a stop for too much of it does not
/// depend on how the text is cut.
const MEASURE_BYTES: usize = 256;

/// Bytes of a text that are judged at a time where there is room to hold all of it.
const PART_BYTES: usize = 4096;

/// One filter on one text.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) kind: &'static str,
    judge: Box<dyn Judge>,
    findings: Findings,
    /// The text that is not cleared, which begins at `base`.
    held: String,
    base: usize,
    /// Up to where a mask stands for the text.
    masked: usize,
    hold_bytes_max: usize,
}

/// Where what may be shown goes.
#[derive(Debug)]
pub(super) struct Sink<'s> {
    pub(super) shown: &'s mut String,
    pub(super) report: &'s mut Report,
}

impl Stage {
    pub(super) fn new(kind: &'static str, judge: Box<dyn Judge>, hold_bytes_max: usize) -> Self {
        Self {
            kind,
            judge,
            findings: Findings::default(),
            held: String::new(),
            base: 0,
            masked: 0,
            hold_bytes_max,
        }
    }

    fn feed(&mut self, text: &str, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
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
                return self.stop(&Arc::from("hold_overflow"), rest, sink);
            }
        }
        Flow::On
    }

    fn read(&mut self, part: &str, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        self.judge.feed(part, &mut self.findings);
        let clear = self.findings.clear.checked_sub(self.base + self.held.len());
        if let Some((now, later)) = clear.and_then(|clear| part.split_at_checked(clear))
            && self.masked <= self.base
            && self.findings.is_empty()
        {
            return self.forward(now, later, rest, sink);
        }
        self.held.push_str(part);
        self.act(rest, sink)
    }

    /// Passes what is held and `now` as they are, and holds `later` back.
    fn forward(&mut self, now: &str, later: &str, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        self.base = self.findings.clear;
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

    fn end(&mut self, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        self.judge.end(&mut self.findings);
        self.findings.clear(self.base + self.held.len());
        match self.act(rest, sink) {
            Flow::On => end(rest, sink),
            Flow::Stop => Flow::Stop,
        }
    }

    fn act(&mut self, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        if let Some(stop) = self.findings.stop.take() {
            return match self.release(stop.at, rest, sink) {
                Flow::On => self.stop(&stop.category, rest, sink),
                Flow::Stop => Flow::Stop,
            };
        }
        self.release(self.findings.clear, rest, sink)
    }

    fn stop(&self, category: &Arc<str>, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        sink.report.count(self.kind, category, Action::Stop);
        let _ended_either_way: Flow = end(rest, sink);
        Flow::Stop
    }

    /// Passes what is clear, with masks for what was found in it.
    fn release(&mut self, to: usize, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        let mut held = std::mem::take(&mut self.held);
        let flow = self.pass(&held, to, rest, sink);
        let passed = to.saturating_sub(self.base);
        self.base += passed;
        held.replace_range(..passed, "");
        self.held = held;
        flow
    }

    fn pass(&mut self, held: &str, to: usize, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        let mut at = self.base;
        while at < to {
            if at < self.masked {
                at = self.masked.min(to);
                continue;
            }
            let next = self.findings.next().unwrap_or(to).min(to);
            let flow = if next > at {
                let text = held.get(at - self.base..next - self.base);
                at = next;
                feed(rest, text.unwrap_or_default(), sink)
            } else {
                match self.findings.take() {
                    Some(found) => self.mask(at, found, rest, sink),
                    None => Flow::On,
                }
            };
            if flow == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::On
    }

    fn mask(&mut self, at: usize, found: Found, rest: &mut [Self], sink: &mut Sink<'_>) -> Flow {
        self.masked = self.masked.max(found.span.end);
        match found.mask {
            Some(mask) if found.span.start == at => {
                sink.report.count(self.kind, &mask.category, Action::Mask);
                feed(rest, &mask.text, sink)
            }
            _ => Flow::On,
        }
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

/// Ends the text in these filters.
pub(super) fn end(stages: &mut [Stage], sink: &mut Sink<'_>) -> Flow {
    match stages.split_first_mut() {
        Some((stage, rest)) => stage.end(rest, sink),
        None => Flow::On,
    }
}
