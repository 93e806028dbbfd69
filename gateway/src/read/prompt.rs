//! What a prompt weighs: an upper bound, whatever a server makes of it.

use super::scan::{Kind, View};
use sluice_config::words::{Ask, Prompts};

/// A prompt, as its members are found.
#[derive(Clone, Copy, Default)]
pub(super) struct Prompt {
    /// Messages, prompts, inputs, documents, the second texts of pairs.
    main: Texts,
    /// What those are judged beside: a query, the first texts of pairs.
    beside: Texts,
    /// Instructions, which a template may make a message of.
    system: Texts,
    /// Bytes beside the texts: tools, schemas, suffix. They come with every prompt of a call.
    extra: u64,
}

/// One member that holds texts.
#[derive(Clone, Copy, Default)]
struct Texts {
    /// How many; 0 if it is not there, or an empty list.
    count: u64,
    bytes: u64,
    largest: u64,
}

impl Texts {
    fn of(value: View<'_, '_>) -> Self {
        let bytes = value.bytes();
        let largest = value.items().map(View::bytes).max().unwrap_or(bytes);
        Self { count: count(value), bytes, largest }
    }

    /// Read so many times.
    fn times(self, times: u64) -> Self {
        let (count, bytes) = (self.count.saturating_mul(times), self.bytes.saturating_mul(times));
        Self { count, bytes, ..self }
    }
}

impl Prompt {
    pub(super) fn main(&mut self, value: View<'_, '_>) {
        self.main = Texts::of(value);
    }

    pub(super) fn beside(&mut self, value: View<'_, '_>) {
        self.beside = Texts::of(value);
    }

    pub(super) fn system(&mut self, value: View<'_, '_>) {
        self.system = Texts::of(value);
    }

    pub(super) fn extra(&mut self, value: View<'_, '_>) {
        self.extra = self.extra.saturating_add(value.bytes());
    }

    /// A template may write schemas with more space than the caller did.
    pub(super) fn schema(&mut self, value: View<'_, '_>) {
        self.extra = self.extra.saturating_add(value.bytes().saturating_mul(3));
    }

    pub(super) fn has_main(&self) -> bool {
        self.main.count > 0
    }

    /// Whether it is one text without a sign: to Ollama, an order to load the model.
    pub(super) fn is_blank(&self) -> bool {
        self.main.count == 1 && self.main.bytes <= 2
    }

    pub(super) fn has_beside(&self) -> bool {
        self.beside.count > 0
    }

    /// Tells the ask what it came to.
    pub(super) fn weigh(self, ask: &mut Ask) {
        let Self { main, beside, system, extra } = self;
        // A text that is alone is read again with each of the others.
        let again = |one: Texts, others: Texts| {
            if one.count == 1 { one.times(others.count.max(1)) } else { one }
        };
        let (all, all_beside) = (again(main, beside), again(beside, main));
        ask.pieces = all.count.saturating_add(system.count);
        let prompts = match ask.operation.prompts() {
            Prompts::One => 1,
            Prompts::Several => all.count.max(1),
        };
        let around = extra.saturating_mul(prompts).saturating_add(system.bytes);
        let bytes = all.bytes.saturating_add(all_beside.bytes).saturating_add(around);
        ask.prompt_bytes = bytes;
        ask.part_bytes_max = match ask.operation.prompts() {
            Prompts::One => bytes,
            Prompts::Several => main.largest.saturating_add(beside.largest).saturating_add(extra),
        };
    }
}

/// The elements of an array; one if it is a single value.
pub(super) fn count(value: View<'_, '_>) -> u64 {
    if value.kind() == Kind::Array { value.items().count() as u64 } else { 1 }
}
