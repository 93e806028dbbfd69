//! Shapes reading one text.

use super::Act;
use super::machine::{Machine, Shapes};
use super::thread::{Fate, Thread};
use super::window::Window;
use crate::filter::Script;
use crate::filter::findings::Findings;
use crate::filter::kind::Judge;
use crate::filter::normal::{Normal, View};
use std::ops::Range;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Reading {
    shapes: Arc<Shapes>,
    normal: Normal,
    place: Place,
}

/// Where the reading is.
#[derive(Debug, Default)]
struct Place {
    window: Window,
    before: Option<u8>,
    /// By start.
    threads: Vec<Thread>,
}

impl Reading {
    pub(super) fn new(shapes: Arc<Shapes>, script: Script) -> Self {
        Self { shapes, normal: Normal::new(View::Exact, script), place: Place::default() }
    }
}

impl Judge for Reading {
    fn feed(&mut self, text: &str, findings: &mut Findings) {
        let Self { shapes, normal, place } = self;
        normal.feed(text, &mut |c, span| place.read(shapes, c, &span, findings));
        let held = place.held().into_iter().chain(normal.pending()).min();
        findings.clear(held.unwrap_or(normal.read()));
        place.forget();
    }

    fn end(&mut self, findings: &mut Findings) {
        let Self { shapes, normal, place } = self;
        normal.end(&mut |c, span| place.read(shapes, c, &span, findings));
        place.end(shapes, findings);
    }
}

impl Place {
    fn read(&mut self, shapes: &Shapes, c: char, span: &Range<usize>, findings: &mut Findings) {
        let mut bytes = [0; 4];
        for byte in c.encode_utf8(&mut bytes).bytes() {
            self.advance(shapes, byte, span, findings);
            self.begin(shapes, byte, span);
            self.before = Some(byte);
        }
    }

    /// Takes every thread past a byte.
    fn advance(&mut self, shapes: &Shapes, byte: u8, span: &Range<usize>, findings: &mut Findings) {
        if self.threads.is_empty() {
            return;
        }
        let at = self.window.end();
        self.window.push(byte, span.clone());
        let mut stop = None;
        let window = &self.window;
        self.threads.retain_mut(|thread| {
            let Some(machine) = shapes.get(thread.shape) else { return false };
            let fate = thread.read(machine, window, (at, byte), span.end);
            if let Fate::Swallowed(span) = &fate {
                findings.mask(span.clone(), None);
            }
            if let Fate::Begun(found) | Fate::Over(Some(found)) = &fate {
                note(shapes.act, machine, found.clone(), findings, &mut stop);
            }
            !matches!(fate, Fate::Over(_))
        });
        if let Some((at, machine)) = stop {
            self.stop(at, machine, findings);
        }
        if self.threads.is_empty() {
            self.window.forget(at + 1);
        }
    }

    /// Begins a thread for everything that may begin with a byte.
    fn begin(&mut self, shapes: &Shapes, byte: u8, span: &Range<usize>) {
        let read = !self.threads.is_empty();
        let start = if read { self.window.end().saturating_sub(1) } else { self.window.end() };
        for shape in shapes.beginning(byte, self.before) {
            let Some(machine) = shapes.get(shape) else { continue };
            self.threads.push(Thread::new(shape, machine, start, byte, span.start));
        }
        if !read {
            self.window.push(byte, span.clone());
        }
    }

    fn end(&mut self, shapes: &Shapes, findings: &mut Findings) {
        let mut stop = None;
        for thread in &mut self.threads {
            let Some(machine) = shapes.get(thread.shape) else { continue };
            if let Some(found) = thread.finish(machine, &self.window) {
                note(shapes.act, machine, found, findings, &mut stop);
            }
        }
        if let Some((at, machine)) = stop {
            findings.stop(at, &machine.mask.category);
        }
    }

    /// Ends the text before what was found, and before what else was seen up to there.
    fn stop(&self, at: usize, machine: &Machine, findings: &mut Findings) {
        let seen = self.threads.iter().filter(|thread| thread.end.is_some());
        let first = seen.map(|thread| thread.from).min();
        findings.stop(first.map_or(at, |first| first.min(at)), &machine.mask.category);
    }

    /// Where in the original the first thread holds the text back.
    fn held(&self) -> Option<usize> {
        let place = |thread: &Thread| match thread.end {
            Some(end) if thread.swallows => end,
            _ => thread.from,
        };
        self.threads.iter().map(place).min()
    }

    fn forget(&mut self) {
        let needed = self.threads.iter().filter(|thread| !thread.swallows);
        let start = needed.map(|thread| thread.start).min();
        self.window.forget(start.unwrap_or(self.window.end()));
    }
}

/// Notes something found: as a mask, or as the first place to stop at.
fn note<'m>(
    act: Act,
    machine: &'m Machine,
    found: Range<usize>,
    findings: &mut Findings,
    stop: &mut Option<(usize, &'m Machine)>,
) {
    match act {
        Act::Mask => findings.mask(found, Some(&machine.mask)),
        Act::Block if stop.as_ref().is_none_or(|(at, _)| found.start < *at) => {
            *stop = Some((found.start, machine));
        }
        Act::Block => {}
    }
}
