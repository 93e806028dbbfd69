//! Messages that are not streamed.

use super::block::{BLOCKS_MAX, Block};
use super::end::{self, Sequence};
use super::usage::{self, Counts};
use super::{error, write};
use crate::answer;
use crate::dialect::{Channel, Chunk, Part, Tool, object};
use crate::plan::{Fault, Plan};
use crate::relay::Whole;
use crate::report::Finish;
use crate::wire::{self, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    content: Option<Vec<Block<'a>>>,
    #[serde(borrow)]
    stop_reason: Option<Text<'a>>,
    #[serde(borrow)]
    stop_sequence: Option<Text<'a>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

/// Reads, filters and writes a message.
pub(super) fn whole(plan: &Plan, body: &str) -> Result<Whole, Fault> {
    if !body.trim_ascii_start().starts_with('{') {
        return Err(Fault::NotAnEvent);
    }
    let message: Message<'_> = serde_json::from_str(body).map_err(|_| error::instead(body))?;
    if let Some(error) = message.error {
        return Err(error::nested(error));
    }
    if message.kind.is_some_and(|kind| kind.as_str() == "error") {
        return Err(Fault::Upstream { status: None });
    }
    let finish = end::finish(message.stop_reason.as_ref());
    let parts = parts(message.content.ok_or(Fault::NotAnEvent)?, finish)?;
    let usage = message.usage.and_then(|usage| Counts::read(usage).usage(None));
    let reason = message.stop_reason.as_ref().map_or("", Text::as_str);
    let sequence = Sequence::read(reason, message.stop_sequence);
    let sequence = sequence.map(|sequence| sequence.judged(plan.chain.as_deref()));
    let (mut part, mut answer) = answer::joined(plan, Chunk { parts, usage, done: true })?;
    let sound = object::are_objects(&part.tools);
    if !sound || answer.was_stopped() {
        part.finish = Finish::ContentFilter;
        object::only_complete(&mut part.tools);
    }
    answer.seal(plan, std::slice::from_ref(&part));
    let mut out = Vec::new();
    write::begin(plan, &mut out);
    out.extend_from_slice(b"\"content\":");
    content(&part, &mut out);
    out.push(b',');
    end::write(part.finish, sequence.as_ref(), &mut out);
    out.extend_from_slice(b",\"usage\":");
    usage::write(answer.report.usage(), &mut out);
    out.push(b'}');
    let whole = answer.into_whole(out);
    Ok(if sound { whole } else { whole.filtered() })
}

/// One part a block, so that a stop in one shows nothing of those behind it; then the end.
fn parts(content: Vec<Block<'_>>, finish: Finish) -> Result<Vec<Part<'_>>, Fault> {
    if content.get(BLOCKS_MAX as usize).is_some() {
        return Err(Fault::Choice);
    }
    let blocks = (0..BLOCKS_MAX).zip(content).map(|(index, block)| {
        let (_, part) = block.part(index)?;
        Ok(Part { ends: Some(index), ..part })
    });
    blocks.chain([Ok(Part { finish, ..Part::new(0) })]).collect()
}

/// What stands in a block that is shown.
enum Item<'p> {
    Text(&'p Text<'p>),
    Tool(&'p Tool<'p>),
}

fn content(part: &Part<'_>, out: &mut Vec<u8>) {
    let texts = part.texts.iter().filter(|(_, text)| !text.is_empty());
    let texts = texts.map(|(channel, text)| (*channel, Item::Text(text)));
    let tools = part.tools.iter().map(|tool| (Channel::arguments(tool.slot), Item::Tool(tool)));
    let mut items: Vec<(Channel, Item<'_>)> = texts.chain(tools).collect();
    items.sort_by_key(|(channel, _)| channel.block);
    wire::list(items, out, |(channel, item), out| match item {
        Item::Text(text) => write::said(channel, text, out),
        Item::Tool(tool) => {
            write::call(tool, out);
            object::write(tool.arguments.as_ref(), out);
            out.push(b'}');
        }
    });
}
