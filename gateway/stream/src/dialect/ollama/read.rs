//! Lines as a backend writes them. Fields not named here are dropped, `context`, durations and
//! logprobs among them; a field written twice is a fault.

use super::Form;
use crate::dialect::{Channel, Chunk, Part, Said, Slot, Tool, openai_error};
use crate::plan::Fault;
use crate::report::Finish;
use crate::usage::{Count, Usage};
use crate::wire::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Calls one answer may make.
const CALLS_MAX: u32 = 1024;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<Message<'a>>,
    #[serde(borrow)]
    response: Option<Text<'a>>,
    #[serde(borrow)]
    thinking: Option<Text<'a>>,
    done: Option<bool>,
    #[serde(borrow)]
    done_reason: Option<Text<'a>>,
    #[serde(default)]
    prompt_eval_count: Count,
    #[serde(default)]
    eval_count: Count,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Option<Text<'a>>,
    #[serde(borrow)]
    thinking: Option<Text<'a>>,
    #[serde(borrow)]
    tool_calls: Option<Vec<Called<'a>>>,
}

#[derive(Deserialize)]
struct Called<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

/// Reads the lines of one answer.
#[derive(Debug)]
pub(super) struct Reader {
    form: Form,
    /// How many calls have come. Each is complete; calls are numbered from one, and all text of an
    /// answer is in block nought.
    calls: u32,
}

impl Reader {
    pub(super) fn new(form: Form) -> Self {
        Self { form, calls: 0 }
    }

    /// Reads a line, or a whole answer, which is one.
    pub(super) fn read<'a>(&mut self, data: &'a str) -> Result<Chunk<'a>, Fault> {
        // A struct could be read from a list too.
        if !data.trim_ascii_start().starts_with('{') {
            return Err(Fault::NotAnEvent);
        }
        let line: Line<'_> = serde_json::from_str(data).map_err(|_| openai_error::instead(data))?;
        if let Some(error) = line.error {
            return Err(openai_error::nested(error));
        }
        let done = line.done.unwrap_or(false);
        let usage = usage(&line);
        let finish = if done { finish(line.done_reason.as_ref()) } else { Finish::Open };
        let (content, thinking, calls) = match (self.form, line.message) {
            (Form::Chat, Some(said)) => (said.content, said.thinking, said.tool_calls),
            (Form::Generate, _) if line.response.is_some() => (line.response, line.thinking, None),
            _ if done => (None, None, None),
            _ => return Err(Fault::NotAnEvent),
        };
        let texts = [(Said::Reasoning, thinking), (Said::Content, content)];
        let texts = texts.into_iter().filter_map(|(said, text)| Some((Channel::only(said), text?)));
        let said = Part { texts: texts.collect(), ..Part::new(0) };
        Ok(Chunk { parts: self.parts(said, calls.unwrap_or_default(), finish)?, usage, done })
    }

    /// What is said, a part for each call, and the end.
    fn parts<'a>(
        &mut self,
        said: Part<'a>,
        calls: Vec<Called<'a>>,
        finish: Finish,
    ) -> Result<Vec<Part<'a>>, Fault> {
        if calls.is_empty() {
            return Ok(vec![Part { finish, ..said }]);
        }
        let mut parts = vec![said];
        for Called { id, function: Function { name, arguments } } in calls {
            if self.calls >= CALLS_MAX {
                return Err(Fault::Choice);
            }
            self.calls += 1;
            let arguments = arguments.map(object).transpose()?;
            let tool = Tool { slot: Slot::Tool(self.calls), id, name: Some(name), arguments };
            parts.push(Part { tools: vec![tool], ends: Some(self.calls), ..Part::new(0) });
        }
        parts.push(Part { finish, ..Part::new(0) });
        Ok(parts)
    }
}

/// The arguments of a call as text, which is that of an object.
fn object(arguments: &RawValue) -> Result<Text<'_>, Fault> {
    let text = arguments.get();
    if text.starts_with('{') { Ok(Text::Made(text.to_owned())) } else { Err(Fault::NotAnEvent) }
}

fn usage(line: &Line<'_>) -> Option<Usage> {
    let (prompt, completion) = (line.prompt_eval_count.known()?, line.eval_count.known()?);
    Some(Usage { prompt, completion })
}

/// Reads a reason. One that is not known is `stop`; that of a filter is the one we write.
fn finish(reason: Option<&Text<'_>>) -> Finish {
    match reason.map_or("", Text::as_str) {
        "length" => Finish::Length,
        "content_filter" => Finish::ContentFilter,
        _ => Finish::Stop,
    }
}
