//! From a scanned body to what the decision and the backend need of it.

use super::end_user::Named;
use super::fields::{self, Field, LOGPROBS, Use};
use super::prompt::{Prompt, count};
use super::rule::{self, Path};
use super::scan::{Kind, Tape, View};
use super::{Prompts, moderation, not_an_object, texts};
use crate::call::{Asked, Kept, Moderating, Written};
use crate::refuse::Refusal;
use bytes::Bytes;
use sluice_config::words::{Ask, Dialect, Operation, Streaming};

/// A body as it is being read, member by member.
pub(super) struct Reading {
    drops_unknown: bool,
    model: Option<Box<str>>,
    prompt: Prompt,
    wants: Wants,
    kept: Vec<Kept>,
    options: Vec<Kept>,
    texts: Vec<Written>,
    prompts: Prompts,
    moderation: Option<Box<Moderating>>,
    end_user: Named,
    ask: Ask,
}

/// What is to be in the answer.
#[derive(Default)]
struct Wants {
    stream: bool,
    usage: bool,
    logprobs: bool,
}

impl Reading {
    pub(super) fn new(operation: Operation, drops_unknown: bool, prompts: Prompts) -> Self {
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
        let stream = operation.streaming() == Streaming::ByDefault;
        Self {
            drops_unknown,
            model: None,
            prompt: Prompt::default(),
            wants: Wants { stream, ..Wants::default() },
            kept: Vec::with_capacity(8),
            options: Vec::new(),
            texts: Vec::new(),
            prompts,
            moderation: None,
            end_user: Named::default(),
            ask,
        }
    }

    /// Reads every member of the body.
    pub(super) fn object(&mut self, tape: &Tape<'_>) -> Result<(), Refusal> {
        if tape.root().kind() != Kind::Object {
            return Err(not_an_object());
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
        let path = Path::Top(field.0);
        if let Use::Within(fields) = &field.1 {
            return self.within(fields, value, &path);
        }
        if let Some(kept) = self.take(field, value, &path)? {
            self.kept.push(kept);
        }
        Ok(())
    }

    /// Reads an object whose members are fields. What is not known there is refused on every tier,
    /// as it is within all other fields.
    fn within(
        &mut self,
        fields: &'static [Field],
        value: View<'_, '_>,
        path: &Path<'_>,
    ) -> Result<(), Refusal> {
        if !matches!(value.kind(), Kind::Object | Kind::Null) {
            return Err(rule::invalid(path, "an object"));
        }
        for (key, value) in value.members() {
            let Some(field) = fields.iter().find(|field| field.0 == key) else {
                let names = fields.iter().map(|(name, _)| *name);
                return Err(rule::unknown(&Path::Member(path, &key), &key, names));
            };
            if let Some(kept) = self.take(field, value, &Path::Member(path, field.0))? {
                self.options.push(kept);
            }
        }
        Ok(())
    }

    /// Holds a member to its rule and notes what it says; what of it is sent on.
    fn take(
        &mut self,
        (name, usage): &'static Field,
        value: View<'_, '_>,
        path: &Path<'_>,
    ) -> Result<Option<Kept>, Refusal> {
        match usage {
            Use::Refuse(_) if rule::says_nothing(value) => return Ok(None),
            Use::Refuse(why) => return Err(rule::refused(path, why)),
            Use::Send(rule) | Use::Read(rule) | Use::Drop(rule) => rule.check(value, path)?,
            Use::Within(_) => return Ok(None),
        }
        if value.kind() == Kind::Null || matches!(usage, Use::Drop(_)) {
            return Ok(None);
        }
        if *name == "moderation" {
            self.moderation = Some(Box::new(moderation::asked(value, path)?));
        }
        self.note(name, value);
        if !matches!(usage, Use::Send(_)) {
            return Ok(None);
        }
        if self.prompts == Prompts::Listed {
            texts::of_member(name, value, &mut self.texts);
        }
        Ok(Some(Kept { name, value: value.span() }))
    }

    /// Takes from a member, already checked, what the decision looks at.
    fn note(&mut self, name: &'static str, value: View<'_, '_>) {
        let ask = &mut self.ask;
        match name {
            "model" => self.model = value.text().map(|text| text.into_owned().into_boxed_str()),
            "stream" => self.wants.stream = value.flag() == Some(true),
            "stream_options" => {
                let usage = value.member("include_usage").and_then(View::flag);
                self.wants.usage = usage == Some(true);
            }
            // More than one may be given; the smallest binds. Less than one is Ollama's "no end".
            "max_tokens" | "max_completion_tokens" | "max_output_tokens" | "num_predict" => {
                let asked = value.count().filter(|count| *count > 0);
                ask.output_tokens = smaller(ask.output_tokens, asked);
            }
            "n" => ask.choices = value.count().unwrap_or(1),
            "messages" | "prompt" | "input" | "documents" | "text_2" => self.prompt.main(value),
            "query" | "text_1" => self.prompt.beside(value),
            "system" | "instructions" => self.prompt.system(value),
            "suffix" => self.prompt.extra(value),
            "tools" => {
                self.prompt.schema(value);
                ask.tools = count(value);
            }
            "response_format" | "text" | "output_config" | "format" => {
                self.prompt.schema(value);
                ask.structured_output = is_structured(name, value);
            }
            "stop" | "stop_sequences" => ask.stops = count(value),
            "safety_identifier" => self.end_user.by_identifier(value),
            "user" => self.end_user.by_user(value),
            "metadata" => self.end_user.by_metadata(value),
            "temperature" => ask.temperature = value.number(),
            "top_p" => ask.top_p = value.number(),
            "logprobs" if ask.operation == Operation::Chat => {
                self.wants.logprobs = value.flag() == Some(true);
            }
            "include" => {
                let wanted = |item: View<'_, '_>| item.text().is_some_and(|text| text == LOGPROBS);
                self.wants.logprobs = value.items().any(wanted);
            }
            // None at all is how some clients write that they want no log-probabilities.
            "top_logprobs" if ask.operation == Operation::Response => {
                ask.top_logprobs = value.count().filter(|count| *count > 0);
            }
            "logprobs" | "top_logprobs" => ask.top_logprobs = value.count(),
            _ => {}
        }
    }

    /// The whole, if what must be there is.
    pub(super) fn finish(mut self, body: Bytes) -> Result<Asked, Refusal> {
        let model = self.model.take().filter(|name| !name.is_empty());
        let model = model.ok_or_else(|| missing("model", "the name of a model"))?;
        self.prompted()?;
        self.prompt.weigh(&mut self.ask);
        let operation = self.ask.operation;
        if self.wants.usage && !self.wants.stream {
            let path = Path::Top("stream_options");
            return Err(rule::invalid(&path, "left out unless `stream` is true"));
        }
        if self.wants.logprobs {
            self.ask.top_logprobs = Some(self.ask.top_logprobs.unwrap_or(0));
        } else if operation == Operation::Chat && self.ask.top_logprobs.is_some() {
            let path = Path::Top("top_logprobs");
            return Err(rule::invalid(&path, "left out unless `logprobs` is true"));
        }
        // Anthropic's clients always say it, and read that they must.
        let must_say = operation.dialect() == Dialect::Anthropic && operation.generates();
        if must_say && self.ask.output_tokens.is_none() {
            return Err(missing("max_tokens", "a whole number from 1: how many to write at most"));
        }
        let Self { wants: Wants { stream, usage, .. }, kept, options, texts, .. } = self;
        let Self { moderation, ask, end_user, .. } = self;
        let (show_usage, end_user) = (usage, end_user.taken()?);
        let asked = Asked {
            model,
            ask,
            stream,
            show_usage,
            kept,
            options,
            texts,
            moderation,
            end_user,
            body,
        };
        Ok(asked)
    }

    fn prompted(&self) -> Result<(), Refusal> {
        let (prompt, operation) = (&self.prompt, self.ask.operation);
        let wanted = match operation {
            Operation::Chat
            | Operation::Message
            | Operation::CountTokens
            | Operation::OllamaChat => "an array with at least one message",
            Operation::Response => "text, or an array of items",
            Operation::Rerank => "an array with at least one text",
            Operation::OllamaGenerate => "text",
            Operation::Completion | Operation::Embedding | Operation::Score => {
                "text, or an array of texts"
            }
        };
        if !prompt.has_main() {
            return Err(missing(operation.fields().prompt, wanted));
        }
        match operation {
            Operation::OllamaGenerate if prompt.is_blank() => {
                Err(missing("prompt", "text that is not empty"))
            }
            Operation::Rerank if !prompt.has_beside() => Err(missing("query", "text")),
            Operation::Score if !prompt.has_beside() => Err(missing("text_1", wanted)),
            _ => Ok(()),
        }
    }
}

fn missing(name: &'static str, wanted: &str) -> Refusal {
    rule::invalid(&Path::Top(name), wanted)
}

fn smaller(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}

/// Whether a JSON schema constrains the answer.
fn is_structured(name: &str, value: View<'_, '_>) -> bool {
    let form = match name {
        // Ollama's is the schema itself, or a word.
        "format" => return value.kind() == Kind::Object,
        "response_format" => Some(value),
        _ => value.member("format"),
    };
    let kind = form.and_then(|form| form.member("type")).and_then(View::text);
    kind.is_some_and(|kind| kind == "json_schema")
}
