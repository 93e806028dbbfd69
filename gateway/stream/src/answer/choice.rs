//! One choice of a filtered answer.

use super::gate::{Gate, Show};
use super::tools::Tools;
use super::watch::{Ruling, Watch, place};
use crate::dialect::{Channel, Part, Said, Slot, Tool};
use crate::filter::{Chain, Flow, Lane, Script};
use crate::plan::Fault;
use crate::report::{Action, Finish, Report, Voice};
use crate::wire::Text;
use sluice_config::words::Strategy;
use std::sync::Arc;

/// Bytes of what was held back that a piece of text mostly brings along: a word.
const HELD_BYTES: usize = 16;

/// Who ends a choice of which more waits than may.
const BUFFER: Voice = Voice { filter: "buffer", action: Action::Block, shadow: false };

/// One choice: its texts as filters know them, and whether it ended.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) index: u32,
    pub(super) finish: Finish,
    /// Whether a filter of ours ended it.
    pub(super) stopped: bool,
    /// Whether its end is shown.
    pub(super) settled: bool,
    pub(super) gate: Gate,
    /// What guards are asked about it, if they are.
    pub(super) watch: Option<Box<Watch>>,
    /// From which byte of the text that is shown next all must wait for the end, if a filter says
    /// so.
    hold: Option<usize>,
    lanes: Vec<(Channel, Lane)>,
    /// What blocks that ended showed last, by kind of text, as far as a match may go on from it: a
    /// caller reads the next block right behind.
    carried: Vec<(Said, String)>,
    tools: Tools,
}

/// What a choice is filtered with.
#[derive(Debug)]
pub(super) struct With<'w> {
    pub(super) chain: &'w Chain,
    pub(super) strategy: Strategy,
    pub(super) hold_bytes_max: usize,
    pub(super) buffer_bytes_max: usize,
    /// What guards said of a whole answer, once they were asked.
    pub(super) rulings: Option<&'w [Ruling]>,
    pub(super) report: &'w mut Report,
    /// Room for the next text that is shown.
    pub(super) spare: &'w mut String,
}

impl Choice {
    pub(super) fn new(index: u32, strategy: Strategy, watch: Option<Watch>) -> Self {
        let mut gate = Gate::default();
        let whole = watch.as_ref().is_some_and(Watch::is_whole);
        if strategy == Strategy::FullBuffer || whole {
            gate.shut();
        }
        if watch.as_ref().is_some_and(Watch::waits) {
            gate.guard();
        }
        Self {
            index,
            finish: Finish::Open,
            stopped: false,
            settled: false,
            gate,
            watch: watch.map(Box::new),
            hold: None,
            lanes: Vec::new(),
            carried: Vec::new(),
            tools: Tools::default(),
        }
    }

    /// Takes a part, and shows what may be shown now. Once a filter stops, nothing behind it is.
    pub(super) fn filter(
        &mut self,
        part: Part<'_>,
        with: &mut With<'_>,
        show: &mut Show<'_>,
    ) -> Result<(), Fault> {
        let mut now = Part { role: part.role, ..Part::new(part.index) };
        for (channel, text) in part.texts {
            if self.stopped {
                break;
            }
            let mut shown = self.feed(channel, &text, with);
            if let Some(from) = self.hold.take() {
                let later = shown.split_off(from.min(shown.len()));
                now.texts.push((channel, Text::Made(shown)));
                now = self.hold_from(now, show);
                shown = later;
            }
            now.texts.push((channel, Text::Made(shown)));
        }
        for tool in part.tools {
            if self.stopped {
                break;
            }
            let shown = self.tool(tool, with)?;
            if self.hold.take().is_some() {
                now = self.hold_from(now, show);
            }
            now.tools.extend(shown);
        }
        self.pass(&mut now, show);
        *with.spare = now.texts.reclaim();
        if let Some(block) = part.ends.filter(|_| !self.stopped) {
            let mut ended = self.flush(with, |of| of == block);
            self.carry(&ended);
            if self.hold.take().is_some() {
                self.hold_rest();
            }
            // What a filter cuts off has not come to its end.
            ended.ends = part.ends.filter(|_| !self.stopped);
            self.pass(&mut ended, show);
        }
        if self.gate.bytes() > with.buffer_bytes_max {
            with.report.count(BUFFER, &Arc::from("hold_overflow"));
            self.stopped = true;
        }
        self.finish = if self.stopped { Finish::ContentFilter } else { part.finish };
        if self.finish != Finish::Open {
            let mut rest = self.flush(with, |_| true);
            if self.hold.take().is_some() {
                self.hold_rest();
            }
            self.pass(&mut rest, show);
            self.rule(with)?;
            self.conclude(with.report, show);
        }
        Ok(())
    }

    /// Bytes of text that came of it and wait.
    pub(super) fn waiting(&self) -> usize {
        if self.settled {
            return 0;
        }
        let held: usize = self.lanes.iter().map(|(_, lane)| lane.held()).sum();
        held + self.gate.bytes() + self.tools.waiting()
    }

    /// Lets guards hear what filters let through, and has it shown when it may be.
    fn pass(&mut self, part: &mut Part<'static>, show: &mut Show<'_>) {
        if let Some(watch) = &mut self.watch {
            watch.hear(part);
        }
        self.gate.pass(part, show);
    }

    /// What comes behind this part waits for the end.
    fn hold_from(&mut self, mut part: Part<'static>, show: &mut Show<'_>) -> Part<'static> {
        self.pass(&mut part, show);
        self.hold_rest();
        Part::new(self.index)
    }

    fn hold_rest(&mut self) {
        self.gate.shut();
        if let Some(watch) = &mut self.watch {
            watch.held = true;
            if watch.waits() {
                self.gate.guard();
            }
        }
    }

    /// Ends the choice, unless guards are yet to be heard. What they have not cleared when a filter
    /// ends it is not shown.
    pub(super) fn conclude(&mut self, report: &mut Report, show: &mut Show<'_>) {
        if !self.stopped && !self.gate.is_clear() {
            return;
        }
        if self.stopped {
            self.finish = Finish::ContentFilter;
            report.stopped();
            if self.gate.withholds() {
                self.gate.drop_all();
            }
        }
        self.settled = true;
        self.gate.open(show);
        report.ended(self.finish);
        show(&mut Part { finish: self.finish, ..Part::new(self.index) });
    }

    fn feed(&mut self, channel: Channel, text: &Text<'_>, with: &mut With<'_>) -> String {
        let mut shown = std::mem::take(with.spare);
        shown.reserve(text.as_str().len() + HELD_BYTES);
        let known = self.lanes.iter().position(|(known, _)| *known == channel);
        let at = known.unwrap_or(self.lanes.len());
        if known.is_none() {
            let script = if channel.slot().is_some() { Script::Json } else { Script::Prose };
            let place = place(channel.said);
            let lane = with.chain.lane(script, place, with.hold_bytes_max, with.strategy);
            let carried = self.carried.iter().find(|(said, _)| *said == channel.said);
            let lane = carried.into_iter().fold(lane, |lane, (_, shown)| lane.recalls(shown));
            self.lanes.push((channel, lane));
        }
        if let Some((_, lane)) = self.lanes.get_mut(at) {
            let flow = lane.feed(text.as_str(), &mut shown, with.report);
            self.note(flow);
        }
        if !shown.is_empty() && !self.carried.is_empty() {
            self.carried.retain(|(said, _)| *said != channel.said);
        }
        shown
    }

    /// A block ends: what it showed last may be the beginning of a match.
    fn carry(&mut self, ended: &Part<'_>) {
        for (Channel { said, .. }, text) in &ended.texts {
            match self.carried.iter_mut().find(|(known, _)| known == said) {
                Some((_, shown)) => shown.push_str(text.as_str()),
                None => self.carried.push((*said, text.as_str().to_owned())),
            }
        }
    }

    fn note(&mut self, flow: Flow) {
        match flow {
            Flow::On => {}
            Flow::Hold(from) => self.hold = Some(from),
            Flow::Stop => self.stopped = true,
        }
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
        self.note(flow);
        if self.stopped {
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
            self.note(flow);
            part.tools.extend(opened.map(|(id, name)| call(slot, id, name, None)));
        }
        for (channel, lane) in self.lanes.iter_mut().filter(|(channel, _)| of(channel.block)) {
            let mut shown = String::new();
            match lane.end(&mut shown, with.report) {
                Flow::On => {}
                Flow::Hold(from) => self.hold = Some(from),
                Flow::Stop => self.stopped = true,
            }
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
