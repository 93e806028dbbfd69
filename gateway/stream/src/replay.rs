//! A recorded answer run through filters once more: what callers would have read of it.
//!
//! It passes a real [`Relay`]; what that writes is read back as the answer of a backend is, so that
//! two profiles can be told apart by what is shown, however it is cut.

use crate::dialect::{Channel, Framing, Part, Said, registry};
use crate::lines::Lines;
use crate::plan::{Fault, Plan, Progress};
use crate::relay::Relay;
use crate::report::Report;
use crate::sse::{Broken, Event, Events};
use std::collections::BTreeMap;

/// What became of a recorded answer.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What is shown, by what it is: `content` of choice 0 is `0 content 0`, the last being the block.
    pub shown: BTreeMap<String, String>,
    /// What is known of it.
    pub report: Report,
}

/// Runs a streamed answer through the filters of a plan. One that is not whole is a fault.
pub fn replay(plan: &Plan, recorded: &[u8]) -> Result<Replayed, Fault> {
    let (mut relay, mut out) = (Relay::new(plan), Vec::new());
    if relay.push(recorded, &mut out) == Progress::More {
        relay.end(&mut out);
    }
    // No guard is asked: what one would have to clear is.
    while let Some(question) = relay.question(&mut out) {
        if question.waits {
            relay.heard((question.choice, question.upto), &[], &mut out);
        }
    }
    match relay.progress() {
        Progress::Done | Progress::Stopped => {}
        Progress::More => return Err(Fault::Truncated),
        Progress::Fault(fault) => return Err(fault),
    }
    Ok(Replayed { shown: read(plan, &out)?, report: relay.report().clone() })
}

/// Reads what a relay wrote.
fn read(plan: &Plan, out: &[u8]) -> Result<BTreeMap<String, String>, Fault> {
    let dialect = registry::find(plan.operation);
    let mut scribe = dialect.scribe(plan);
    let mut shown = BTreeMap::new();
    let mut note = |event: Event<'_>| {
        let data = std::str::from_utf8(event.data).map_err(|_| Fault::NotAnEvent)?;
        if data.is_empty() {
            return Ok(());
        }
        for part in scribe.read(data)?.parts {
            add(&mut shown, part);
        }
        Ok(())
    };
    let broken = |broken| match broken {
        Broken::NotAnEvent => Fault::NotAnEvent,
        Broken::TooLarge => Fault::TooLarge,
    };
    let mut rest = out;
    // What was written may be longer than what was read.
    let most = out.len();
    match dialect.framing() {
        Framing::Events => {
            let mut events = Events::new(most);
            while let Some(event) = events.next(&mut rest).map_err(broken)? {
                note(event)?;
            }
        }
        Framing::Lines => {
            let mut lines = Lines::new(most);
            while let Some(event) = lines.next(&mut rest).map_err(broken)? {
                note(event)?;
            }
        }
    }
    Ok(shown)
}

fn add(shown: &mut BTreeMap<String, String>, part: Part<'_>) {
    let index = part.index;
    let mut add = |said: &str, block: u32, text: &str| {
        if !text.is_empty() {
            shown.entry(format!("{index} {said} {block}")).or_default().push_str(text);
        }
    };
    for (Channel { said, block }, text) in part.texts {
        add(word(said), block, text.as_str());
    }
    for tool in part.tools {
        let Channel { said, block } = Channel::arguments(tool.slot);
        let text = |text: Option<_>| text.map_or_else(String::new, crate::wire::Text::into_string);
        add("name", block, &text(tool.name));
        add(word(said), block, &text(tool.arguments));
    }
}

fn word(said: Said) -> &'static str {
    match said {
        Said::Content => "content",
        Said::Refusal => "refusal",
        Said::Reasoning | Said::ReasoningContent => "reasoning",
        Said::Arguments => "arguments",
        Said::Function => "function",
    }
}
