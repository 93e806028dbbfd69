//! What chat and completions share.

use super::{Channel, Chunk, Part, Said, Scribe, Texts, on_one_line, openai_error};
use crate::moderation::{self, Moderation};
use crate::plan::{Failure, Fault, Plan};
use crate::report::{Finish, Report};
use crate::usage::Usage;
use crate::wire::{self, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Answer<'a, C> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<Text<'a>>,
    choices: Option<Vec<C>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

/// What ends a stream.
const DONE: &str = "[DONE]";

/// A stream of chunks, each with a list of choices.
#[derive(Debug)]
pub(super) struct Chunks {
    /// What every frame begins with, up to its list of choices.
    head: Vec<u8>,
    /// What a frame is around the one text that it mostly says.
    around: Option<(Vec<u8>, Vec<u8>)>,
    form: Form,
    show_usage: bool,
}

/// How the choices of a chunk are read and written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) object: &'static str,
    pub(super) read: for<'a> fn(&'a str) -> Result<Chunk<'a>, Fault>,
    pub(super) write: fn(&Part<'_>, &mut Vec<u8>),
}

impl Chunks {
    pub(super) fn new(plan: &Plan, form: Form) -> Self {
        let mut head = b"data: ".to_vec();
        begin(plan, form.object, &mut head);
        head.extend_from_slice(b"\"choices\":[");
        let mut chunks = Self { head, around: None, form, show_usage: plan.show_usage };
        chunks.around = chunks.around_text();
        chunks
    }

    /// A frame of no text but an empty one, on both sides of it.
    fn around_text(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let texts = Texts::one(USUAL, Text::Plain(""));
        let mut frame = Vec::new();
        self.frame(&Part { texts, ..Part::new(0) }, &mut frame);
        let choice = frame.get(self.head.len()..)?;
        let place = self.head.len() + memchr::memmem::find(choice, b"\"\"")?;
        let after = frame.get(place + 2..)?.to_vec();
        frame.truncate(place);
        Some((frame, after))
    }

    fn frame(&self, part: &Part<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        (self.form.write)(part, out);
        out.extend_from_slice(b"]}\n\n");
    }
}

/// Where the text of nearly every frame stands, in the first choice.
const USUAL: Channel = Channel::only(Said::Content);

impl Scribe for Chunks {
    fn read<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        if data.trim_ascii() == DONE {
            return Ok(Chunk { done: true, ..Chunk::default() });
        }
        (self.form.read)(data)
    }

    fn write(&mut self, part: &Part<'_>, out: &mut Vec<u8>) {
        match (&self.around, part.only_text()) {
            (Some((before, after)), Some((channel, text)))
                if channel == USUAL && part.index == 0 =>
            {
                out.extend_from_slice(before);
                text.write(out);
                out.extend_from_slice(after);
            }
            _ => self.frame(part, out),
        }
    }

    fn moderate(&mut self, moderation: &Moderation, report: &Report, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b"],\"moderation\":");
        out.extend(moderation.json(moderation::Form::Listed, report));
        out.extend_from_slice(b"}\n\n");
    }

    fn close(&mut self, usage: Option<Usage>, out: &mut Vec<u8>) {
        if let Some(usage) = usage.filter(|_| self.show_usage) {
            out.extend_from_slice(&self.head);
            out.extend_from_slice(b"],\"usage\":");
            usage.write(out);
            out.extend_from_slice(b"}\n\n");
        }
        done(out);
    }

    fn fail(&mut self, failure: &Failure<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"data: ");
        on_one_line(failure.envelope, out);
        out.extend_from_slice(b"\n\n");
        done(out);
    }
}

fn done(out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(DONE.as_bytes());
    out.extend_from_slice(b"\n\n");
}

/// Reads one event or one whole answer. Fields that are not named are dropped; one that is
/// written twice is a fault, and so is an error that the backend reports.
pub(super) fn read<'a, C: Deserialize<'a>>(
    data: &'a str,
    part: impl Fn(C) -> Part<'a>,
) -> Result<Chunk<'a>, Fault> {
    // A struct could be read from a list too.
    if !data.trim_ascii_start().starts_with('{') {
        return Err(Fault::NotAnEvent);
    }
    let answer: Answer<'_, C> =
        serde_json::from_str(data).map_err(|_| openai_error::instead(data))?;
    if let Some(error) = answer.error {
        return Err(openai_error::nested(error));
    }
    if answer.object.is_some_and(|object| object.as_str() == "error") {
        return Err(openai_error::flat(data));
    }
    let usage = answer.usage.map(Usage::read);
    let parts = match answer.choices {
        Some(choices) => choices.into_iter().map(part).collect(),
        None if usage.is_some() => Vec::new(),
        None => return Err(Fault::NotAnEvent),
    };
    Ok(Chunk { parts, usage: usage.flatten(), done: false })
}

/// Writes `{"id":…,"object":…,"created":…,"model":…,`, as every answer begins.
pub(super) fn begin(plan: &Plan, object: &'static str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    wire::string(&plan.id, out);
    out.extend_from_slice(b",\"object\":");
    wire::plain(object, out);
    out.extend_from_slice(b",\"created\":");
    wire::number(plan.created, out);
    out.extend_from_slice(b",\"model\":");
    wire::string(&plan.model, out);
    out.push(b',');
}

/// Writes `"choices":[…]`.
pub(super) fn choices(
    parts: &[Part<'_>],
    choice: impl Fn(&Part<'_>, &mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(b"\"choices\":");
    wire::list(parts, out, choice);
}

/// Writes the end of a choice.
pub(super) fn finish(finish: Finish, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"finish_reason\":");
    match finish {
        Finish::Open => out.extend_from_slice(b"null"),
        known => wire::plain(known.as_str(), out),
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::registry;
    use sluice_config::words::{Operation, Strategy};

    fn plan() -> Plan {
        Plan {
            operation: Operation::Chat,
            chain: None,
            id: "a\"\"".into(),
            model: "m\"".into(),
            created: 1,
            show_usage: false,
            usage_max: Usage { prompt: 1, completion: 1 },
            choices_max: 2,
            event_bytes_max: 1,
            hold_bytes_max: 1,
            buffer_bytes_max: 1,
            strategy_min: Strategy::DetectOnly,
            rulings: None,
            moderation: None,
            seal: None,
        }
    }

    #[test]
    fn a_frame_of_one_text_is_the_frame_around_it() {
        for operation in [Operation::Chat, Operation::Completion] {
            let mut scribe = registry::find(operation).scribe(&plan());
            let mut frame = |index, said, text: &str| {
                let texts = Texts::one(Channel::only(said), Text::Made(text.to_owned()));
                let (mut part, mut out) = (Part { texts, ..Part::new(index) }, Vec::new());
                scribe.write(&part, &mut out);
                // With more to say, it is written field by field.
                part.finish = Finish::Stop;
                let mut slowly = Vec::new();
                scribe.write(&part, &mut slowly);
                let slowly = String::from_utf8(slowly).unwrap();
                (String::from_utf8(out).unwrap(), slowly.replace("\"stop\"", "null"))
            };
            for text in ["", "a", "\"\"", "a\nb\\"] {
                let told = [(0, Said::Content), (1, Said::Content), (0, Said::Reasoning)];
                let frames = told.map(|(index, said)| frame(index, said, text));
                assert!(frames.iter().all(|(quickly, slowly)| quickly == slowly), "{frames:?}");
            }
        }
    }
}
