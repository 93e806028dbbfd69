//! From a scanned body to what the decision and the backend need of it.

use super::fields::{self, Field, Use};
use super::rule::{self, Path};
use super::scan::{Kind, Tape, View};
use crate::call::Kept;
use crate::refuse::{Refusal, RefusalCode};
use sluice_config::words::{Ask, Operation};

/// A body as it is being read, member by member.
pub(super) struct Reading {
    drops_unknown: bool,
    model: Option<Box<str>>,
    prompted: bool,
    /// Bytes of the prompt beside its parts: tools, schemas, suffix.
    extra_bytes: u64,
    wants: Wants,
    kept: Vec<Kept>,
    ask: Ask,
}

/// What is to be in the answer.
#[derive(Default)]
struct Wants {
    stream: bool,
    usage: bool,
    logprobs: bool,
}

/// What a body came to: model, ask, streamed, usage shown, members kept.
pub(super) type Read = (Box<str>, Ask, bool, bool, Vec<Kept>);

impl Reading {
    pub(super) fn new(operation: Operation, drops_unknown: bool) -> Self {
        let ask = Ask {
            operation,
            prompt_bytes: 0,
            part_bytes_max: 0,
            pieces: 0,
            output_tokens: None,
            choices: 1,
            top_logprobs: None,
            tools: 0,
            stops: 0,
            structured_output: false,
            temperature: None,
            top_p: None,
        };
        Self {
            drops_unknown,
            model: None,
            prompted: false,
            extra_bytes: 0,
            wants: Wants::default(),
            kept: Vec::with_capacity(8),
            ask,
        }
    }

    /// Reads every member of the body.
    pub(super) fn object(&mut self, tape: &Tape<'_>) -> Result<(), Refusal> {
        if tape.root().kind() != Kind::Object {
            let message = "the body is not one strict JSON object: it is another value";
            return Err(Refusal::new(RefusalCode::InvalidJson, message));
        }
        for (key, value) in tape.root().members() {
            match fields::find(self.ask.operation, &key) {
                Some(field) => self.member(field, value)?,
                None => self.unknown(&key)?,
            }
        }
        Ok(())
    }

    fn unknown(&self, key: &str) -> Result<(), Refusal> {
        let mut names =
            fields::of(self.ask.operation).iter().copied().flatten().map(|(name, _)| *name);
        // One that resembles a known field is never just dropped.
        if self.drops_unknown && rule::look_alike(key, &mut names.clone()).is_none() {
            return Ok(());
        }
        Err(rule::unknown(&Path::Top(key), key, &mut names))
    }

    fn member(&mut self, field: &'static Field, value: View<'_, '_>) -> Result<(), Refusal> {
        let (name, usage) = (field.0, &field.1);
        let (Use::Send(rule) | Use::Read(rule) | Use::Drop(rule)) = usage;
        rule.check(value, &Path::Top(name))?;
        if value.kind() == Kind::Null {
            return Ok(());
        }
        if matches!(usage, Use::Send(_)) {
            self.kept.push(Kept { name, value: value.span() });
        }
        self.note(name, value);
        Ok(())
    }

    /// Takes from a member, already checked, what the decision looks at.
    fn note(&mut self, name: &'static str, value: View<'_, '_>) {
        let bytes = value.bytes();
        let ask = &mut self.ask;
        match name {
            "model" => self.model = value.text().map(|text| text.into_owned().into_boxed_str()),
            "stream" => self.wants.stream = value.flag() == Some(true),
            "stream_options" => {
                let usage = value.member("include_usage").and_then(View::flag);
                self.wants.usage = usage == Some(true);
            }
            // Both may be given; the smaller one binds.
            "max_tokens" | "max_completion_tokens" => {
                ask.output_tokens = smaller(ask.output_tokens, value.count());
            }
            "n" => ask.choices = value.count().unwrap_or(1),
            "messages" | "prompt" | "input" => {
                self.prompted = value.kind() == Kind::String || value.items().next().is_some();
                ask.pieces += count(value);
                ask.prompt_bytes += bytes;
                let largest = || value.items().map(View::bytes).max().unwrap_or(bytes);
                // A chat is one prompt, whatever its messages.
                ask.part_bytes_max = if name == "messages" { bytes } else { largest() };
            }
            "suffix" => self.extra_bytes += bytes,
            // A template may write schemas with more space than the caller did.
            "tools" | "response_format" => {
                self.extra_bytes += bytes.saturating_mul(3);
                self.schema(name, value);
            }
            "stop" => ask.stops = count(value),
            "temperature" => ask.temperature = value.number(),
            "top_p" => ask.top_p = value.number(),
            "logprobs" if ask.operation == Operation::Chat => {
                self.wants.logprobs = value.flag() == Some(true);
            }
            "logprobs" | "top_logprobs" => ask.top_logprobs = value.count(),
            _ => {}
        }
    }

    fn schema(&mut self, name: &str, value: View<'_, '_>) {
        if name == "tools" {
            self.ask.tools = count(value);
        } else {
            let kind = value.member("type").and_then(View::text);
            self.ask.structured_output = kind.is_some_and(|kind| kind == "json_schema");
        }
    }

    /// The whole, if what must be there is.
    pub(super) fn finish(mut self) -> Result<Read, Refusal> {
        let model = self.model.take().filter(|name| !name.is_empty());
        let model = model.ok_or_else(|| missing("model", "the name of a model"))?;
        if !self.prompted {
            return Err(match self.ask.operation {
                Operation::Chat => missing("messages", "an array with at least one message"),
                Operation::Completion => missing("prompt", "text, or an array of texts"),
                Operation::Embedding => missing("input", "text, or an array of texts"),
            });
        }
        self.ask.prompt_bytes = self.ask.prompt_bytes.saturating_add(self.extra_bytes);
        self.ask.part_bytes_max = self.ask.part_bytes_max.saturating_add(self.extra_bytes);
        if self.wants.usage && !self.wants.stream {
            let path = Path::Top("stream_options");
            return Err(rule::invalid(&path, "left out unless `stream` is true"));
        }
        if self.wants.logprobs {
            self.ask.top_logprobs = Some(self.ask.top_logprobs.unwrap_or(0));
        } else if self.ask.operation == Operation::Chat && self.ask.top_logprobs.is_some() {
            let path = Path::Top("top_logprobs");
            return Err(rule::invalid(&path, "left out unless `logprobs` is true"));
        }
        Ok((model, self.ask, self.wants.stream, self.wants.usage, self.kept))
    }
}

fn missing(name: &'static str, wanted: &str) -> Refusal {
    rule::invalid(&Path::Top(name), wanted)
}

fn smaller(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}

/// The elements of an array; one if it is a single value.
fn count(value: View<'_, '_>) -> u64 {
    if value.kind() == Kind::Array { value.items().count() as u64 } else { 1 }
}
