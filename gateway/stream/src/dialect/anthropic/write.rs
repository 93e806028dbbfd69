//! Events of a stream as we write them. Blocks are numbered anew, in the order in which something of
//! them is shown; a block of which nothing is shown is none.

use super::end::{self, Sequence};
use super::usage;
use crate::dialect::{Channel, Part, Said, Slot, Tool};
use crate::plan::Plan;
use crate::report::Finish;
use crate::usage::Usage;
use crate::wire::{self, Text};

/// Writes the events of one message.
#[derive(Debug)]
pub(super) struct Writer {
    /// The first event, up to its count of tokens.
    head: Vec<u8>,
    begun: bool,
    /// What stands in each block that was shown: its place is its number.
    blocks: Vec<Shown>,
    finish: Finish,
}

#[derive(Debug)]
struct Shown {
    channel: Channel,
    open: bool,
}

impl Writer {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut head =
            b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":".to_vec();
        begin(plan, &mut head);
        head.extend_from_slice(
            b"\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":",
        );
        Self { head, begun: false, blocks: Vec::new(), finish: Finish::Open }
    }

    /// Writes the head, unless it is written: whatever a backend says first, a client reads it.
    pub(super) fn begin(&mut self, prompt: Option<u64>, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        out.append(&mut self.head);
        usage::write(prompt.map(|prompt| Usage { prompt, completion: 0 }), out);
        out.extend_from_slice(b"}}\n\n");
    }

    pub(super) fn write(&mut self, part: &Part<'_>, out: &mut Vec<u8>) {
        for (channel, text) in part.texts.iter().filter(|(_, text)| !text.is_empty()) {
            if let Some(place) = self.open(*channel, None, out) {
                delta(place, *channel, text, out);
            }
        }
        for tool in &part.tools {
            self.tool(tool, out);
        }
        let ends = part.finish != Finish::Open;
        for (place, shown) in self.blocks.iter_mut().enumerate() {
            if shown.open && (ends || part.ends == Some(shown.channel.block)) {
                shown.open = false;
                event("content_block_stop", place, out);
                out.extend_from_slice(b"}\n\n");
            }
        }
        if ends {
            self.finish = part.finish;
        }
    }

    /// Writes the end: why, and what it cost.
    pub(super) fn close(
        &self,
        sequence: Option<&Sequence>,
        cost: Option<Usage>,
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(
            b"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{",
        );
        end::write(self.finish, sequence, out);
        out.extend_from_slice(b"},\"usage\":");
        usage::write_last(cost, out);
        out.extend_from_slice(b"}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    fn tool(&mut self, tool: &Tool<'_>, out: &mut Vec<u8>) {
        let channel = Channel::arguments(tool.slot);
        let Some(place) = self.open(channel, Some(tool), out) else { return };
        if let Some(arguments) = tool.arguments.as_ref().filter(|text| !text.is_empty()) {
            delta(place, channel, arguments, out);
        }
    }

    /// The number of a block, which is started if it is new; `None` if nothing may be added to it.
    fn open(
        &mut self,
        channel: Channel,
        tool: Option<&Tool<'_>>,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        if let Some(place) = self.blocks.iter().rposition(|shown| shown.channel == channel) {
            return self.blocks.get(place).filter(|shown| shown.open).map(|_| place);
        }
        let place = self.blocks.len();
        self.blocks.push(Shown { channel, open: true });
        event("content_block_start", place, out);
        out.extend_from_slice(b",\"content_block\":");
        match tool {
            Some(tool) => {
                call(tool, out);
                out.extend_from_slice(b"{}}");
            }
            None => said(channel, &Text::Plain(""), out),
        }
        out.extend_from_slice(b"}\n\n");
        Some(place)
    }
}

/// Writes `{"id":…,"type":"message","role":"assistant","model":…,`, as every message begins.
pub(super) fn begin(plan: &Plan, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    wire::string(&plan.id, out);
    out.extend_from_slice(b",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    wire::string(&plan.model, out);
    out.push(b',');
}

/// Writes a block of text.
pub(super) fn said(channel: Channel, text: &Text<'_>, out: &mut Vec<u8>) {
    if channel.said == Said::Reasoning {
        out.extend_from_slice(b"{\"type\":\"thinking\",\"thinking\":");
        text.write(out);
        // A signature is of the text as it was, by whom we do not know; the dialect demands one.
        out.extend_from_slice(b",\"signature\":\"\"}");
    } else {
        out.extend_from_slice(b"{\"type\":\"text\",\"text\":");
        text.write(out);
        out.push(b'}');
    }
}

/// Writes a block of a call, up to its arguments.
pub(super) fn call(tool: &Tool<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"tool_use\",\"id\":");
    match (&tool.id, tool.slot) {
        (Some(id), _) => id.write(out),
        (None, Slot::Tool(index)) => {
            out.extend_from_slice(b"\"toolu_");
            wire::number(u64::from(index), out);
            out.push(b'"');
        }
        (None, Slot::Function) => wire::plain("toolu", out),
    }
    out.extend_from_slice(b",\"name\":");
    match &tool.name {
        Some(name) => name.write(out),
        None => wire::plain("", out),
    }
    out.extend_from_slice(b",\"input\":");
}

fn delta(place: usize, channel: Channel, text: &Text<'_>, out: &mut Vec<u8>) {
    event("content_block_delta", place, out);
    out.extend_from_slice(match channel.said {
        Said::Arguments => b",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":",
        Said::Reasoning => &b",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":"[..],
        _ => b",\"delta\":{\"type\":\"text_delta\",\"text\":",
    });
    text.write(out);
    out.extend_from_slice(b"}}\n\n");
}

/// Writes the beginning of an event of a block.
fn event(kind: &'static str, place: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"\ndata: {\"type\":\"");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"\",\"index\":");
    wire::number(u64::try_from(place).unwrap_or_default(), out);
}
