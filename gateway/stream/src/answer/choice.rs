//! One choice of a filtered answer.

use super::tools::Tools;
use crate::dialect::{Channel, Part, Slot, Tool};
use crate::filter::{Chain, Flow, Lane, Script};
use crate::plan::Fault;
use crate::report::{Finish, Report};
use crate::wire::Text;

/// Bytes of what was held back that a piece of text mostly brings along: a word.
const HELD_BYTES: usize = 16;

/// One choice: its texts as filters know them, and whether it ended.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) index: u32,
    pub(super) finish: Finish,
    /// Whether a filter of ours ended it.
    pub(super) stopped: bool,
    lanes: Vec<(Channel, Lane)>,
    tools: Tools,
}

/// What a choice is filtered with.
#[derive(Debug)]
pub(super) struct With<'w> {
    pub(super) chain: &'w Chain,
    pub(super) hold_bytes_max: usize,
    pub(super) report: &'w mut Report,
}

impl Choice {
    pub(super) fn new(index: u32) -> Self {
        let (finish, stopped) = (Finish::Open, false);
        Self { index, finish, stopped, lanes: Vec::new(), tools: Tools::default() }
    }

    /// Takes a part, and shows what may be shown now. Once a filter stops, nothing behind it is.
    pub(super) fn filter<'a>(
        &mut self,
        part: Part<'_>,
        with: &mut With<'_>,
        show: &mut impl FnMut(Part<'a>),
    ) -> Result<(), Fault> {
        let mut now = Part { role: part.role, ..Part::new(part.index) };
        for (channel, text) in part.texts {
            if !self.stopped {
                let shown = self.feed(channel, &text, with);
                now.texts.push((channel, Text::Made(shown)));
            }
        }
        for tool in part.tools {
            if !self.stopped {
                now.tools.extend(self.tool(tool, with)?);
            }
        }
        show(now);
        if let Some(block) = part.ends {
            let mut ended = self.flush(with, |of| of == block);
            ended.ends = part.ends;
            show(ended);
        }
        self.finish = if self.stopped { Finish::ContentFilter } else { part.finish };
        if self.finish == Finish::Open {
            return Ok(());
        }
        show(self.flush(with, |_| true));
        if self.stopped {
            self.finish = Finish::ContentFilter;
        }
        with.report.ended(self.finish);
        show(Part { finish: self.finish, ..Part::new(self.index) });
        Ok(())
    }

    fn feed(&mut self, channel: Channel, text: &Text<'_>, with: &mut With<'_>) -> String {
        let mut shown = String::with_capacity(text.as_str().len() + HELD_BYTES);
        let known = self.lanes.iter().position(|(known, _)| *known == channel);
        let at = known.unwrap_or(self.lanes.len());
        if known.is_none() {
            let script = if channel.slot().is_some() { Script::Json } else { Script::Prose };
            self.lanes.push((channel, with.chain.lane(script, with.hold_bytes_max)));
        }
        if let Some((_, lane)) = self.lanes.get_mut(at) {
            self.stopped |= lane.feed(text.as_str(), &mut shown, with.report) == Flow::Stop;
        }
        shown
    }

    fn tool(
        &mut self,
        tool: Tool<'_>,
        with: &mut With<'_>,
    ) -> Result<Option<Tool<'static>>, Fault> {
        let slot = tool.slot;
        let arguments = self.tools.note(tool, with.hold_bytes_max)?;
        let Some(arguments) = arguments else { return Ok(None) };
        let (opened, flow) = self.tools.open(slot, with);
        if flow == Flow::Stop {
            self.stopped = true;
            return Ok(None);
        }
        let shown = self.feed(Channel::arguments(slot), &arguments, with);
        if opened.is_none() && shown.is_empty() {
            return Ok(None);
        }
        let (id, name) = opened.unwrap_or_default();
        Ok(Some(call(slot, id, name, Some(shown))))
    }

    /// No more text comes of these blocks: what is held back of it is judged as it stands.
    fn flush(&mut self, with: &mut With<'_>, of: impl Fn(u32) -> bool) -> Part<'static> {
        let mut part = Part::new(self.index);
        for slot in self.tools.unopened() {
            if self.stopped {
                break;
            }
            if !of(Channel::arguments(slot).block) {
                continue;
            }
            let (opened, flow) = self.tools.open(slot, with);
            self.stopped |= flow == Flow::Stop;
            part.tools.extend(opened.map(|(id, name)| call(slot, id, name, None)));
        }
        for (channel, lane) in self.lanes.iter_mut().filter(|(channel, _)| of(channel.block)) {
            let mut shown = String::new();
            self.stopped |= lane.end(&mut shown, with.report) == Flow::Stop;
            match channel.slot() {
                _ if shown.is_empty() => {}
                Some(slot) => part.tools.push(call(slot, None, None, Some(shown))),
                None => part.texts.push((*channel, Text::Made(shown))),
            }
        }
        part
    }
}

fn call(
    slot: Slot,
    id: Option<String>,
    name: Option<String>,
    arguments: Option<String>,
) -> Tool<'static> {
    let text = |text: Option<String>| text.map(Text::Made);
    Tool { slot, id: text(id), name: text(name), arguments: text(arguments) }
}
