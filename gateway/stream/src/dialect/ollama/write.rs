//! Lines as we write them.
//!
//! A stop by a filter is a last line like any, with `done_reason: "content_filter"`: the field is a
//! free string to clients, which keep what has come and look at `done` alone. A line with `error`
//! makes them raise, and lose it. Durations are the backend's own affair and are not shown.

use super::Form;
use crate::dialect::{Channel, Part, Said, Slot, Tool, object};
use crate::plan::Plan;
use crate::report::Finish;
use crate::usage::Usage;
use crate::wire::{self, Text};

/// Writes the lines of one answer.
#[derive(Debug)]
pub(super) struct Writer {
    head: Vec<u8>,
    form: Form,
    /// A call that is shown in parts: the dialect has it in one.
    call: Option<Tool<'static>>,
    finish: Finish,
    /// Whether what a filter made of a call was no object: the answer ended there.
    pub(super) stopped: bool,
}

impl Writer {
    pub(super) fn new(plan: &Plan, form: Form) -> Self {
        Self { head: head(plan), form, call: None, finish: Finish::Open, stopped: false }
    }

    pub(super) fn write(&mut self, part: &Part<'_>, out: &mut Vec<u8>) {
        if self.stopped {
            return;
        }
        if part.texts.iter().any(|(_, text)| !text.is_empty()) {
            self.line(&part.texts, &[], out);
        }
        part.tools.iter().for_each(|tool| self.gather(tool));
        if let Some(call) = self.call.take_if(|call| part.ends.map(Slot::Tool) == Some(call.slot)) {
            let call = [call];
            if object::are_objects(&call) {
                self.line(&[], &call, out);
            } else {
                (self.finish, self.stopped) = (Finish::ContentFilter, true);
                return;
            }
        }
        self.finish = part.finish;
    }

    /// Writes the last line.
    pub(super) fn close(&self, usage: Option<Usage>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        said(self.form, &[], &[], out);
        end(self.finish, usage, out);
        out.push(b'\n');
    }

    fn line(&self, texts: &[(Channel, Text<'_>)], calls: &[Tool<'_>], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        said(self.form, texts, calls, out);
        out.extend_from_slice(b",\"done\":false}\n");
    }

    /// Takes a piece of a call. One that was not shown to its end is none.
    fn gather(&mut self, tool: &Tool<'_>) {
        if let Some(call) = self.call.as_mut().filter(|call| call.slot == tool.slot) {
            let more = tool.arguments.as_ref().map_or("", Text::as_str);
            call.arguments.get_or_insert_with(|| Text::Made(String::new())).push(more);
            return;
        }
        let owned = |text: &Option<Text<'_>>| {
            text.as_ref().map(|text| Text::Made(text.as_str().to_owned()))
        };
        let (id, name, arguments) = (owned(&tool.id), owned(&tool.name), owned(&tool.arguments));
        self.call = Some(Tool { slot: tool.slot, id, name, arguments });
    }
}

/// What every line begins with.
pub(super) fn head(plan: &Plan) -> Vec<u8> {
    let mut out = b"{\"model\":".to_vec();
    wire::string(&plan.model, &mut out);
    out.extend_from_slice(b",\"created_at\":");
    wire::plain(&date(plan.created), &mut out);
    out.push(b',');
    out
}

/// A moment as RFC 3339 writes it; the first there is, if it is beyond all calendars.
fn date(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    at.unwrap_or_default().to_string()
}

/// Writes the field that says something.
pub(super) fn said(
    form: Form,
    texts: &[(Channel, Text<'_>)],
    calls: &[Tool<'_>],
    out: &mut Vec<u8>,
) {
    let find = |said| texts.iter().find(|(channel, _)| channel.said == said).map(|(_, text)| text);
    let (content, thinking) = (find(Said::Content), find(Said::Reasoning));
    out.extend_from_slice(match form {
        Form::Chat => b"\"message\":{\"role\":\"assistant\",\"content\":",
        Form::Generate => &b"\"response\":"[..],
    });
    content.unwrap_or(&Text::Plain("")).write(out);
    if let Some(thinking) = thinking.filter(|text| !text.is_empty()) {
        out.extend_from_slice(b",\"thinking\":");
        thinking.write(out);
    }
    if form == Form::Generate {
        return;
    }
    if !calls.is_empty() {
        out.extend_from_slice(b",\"tool_calls\":");
        wire::list(calls, out, call);
    }
    out.push(b'}');
}

fn call(tool: &Tool<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut fields = wire::Fields::new(out);
    if let Some(id) = &tool.id {
        fields.key("id", |out| id.write(out));
    }
    fields.key("function", |out| {
        out.extend_from_slice(b"{\"name\":");
        tool.name.as_ref().unwrap_or(&Text::Plain("")).write(out);
        out.extend_from_slice(b",\"arguments\":");
        object::write(tool.arguments.as_ref(), out);
        out.push(b'}');
    });
    out.push(b'}');
}

/// Writes the end: that it is one, why, and what it cost.
pub(super) fn end(finish: Finish, usage: Option<Usage>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"done\":true,\"done_reason\":");
    let reason = match finish {
        Finish::Length => "length",
        Finish::ContentFilter => "content_filter",
        _ => "stop",
    };
    wire::plain(reason, out);
    if let Some(Usage { prompt, completion }) = usage {
        out.extend_from_slice(b",\"prompt_eval_count\":");
        wire::number(prompt, out);
        out.extend_from_slice(b",\"eval_count\":");
        wire::number(completion, out);
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_rfc_3339() {
        assert_eq!(date(0), "1970-01-01T00:00:00Z");
        assert_eq!(date(1_700_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(date(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(date(u64::MAX), "1970-01-01T00:00:00Z");
    }
}
