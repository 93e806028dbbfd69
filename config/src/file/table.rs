//! A decision table as written.

use super::leaf::{FilePath, Line, Name, Whole};
use super::read::List;
use super::section::section;
use super::word::Answer;
use crate::words::Operation;

section! {
    /// A decision table: rows of who, which model, what, and the answer.
    Table {
        /// The configuration that decides, relative to the table.
        config: required(FilePath),
        /// The rows.
        rows: required(List<Row>),
    }
}

section! {
    /// One question and its answer.
    Row {
        /// The tier of whoever asks.
        tier: required(Line),
        /// Says that the tier is meant to be one the configuration does not have.
        unknown_tier: default(bool, false),
        /// The name asked for.
        model: required(Line),
        /// What is asked for; if absent, a chat of one short message.
        ask: default(Ask, Ask::default()),
        /// The answer.
        answer: required(Answer),
        /// The request field that a cap forbids.
        param: optional(Line),
        /// The filter profile the answer passes; `none` if it is to pass none.
        filter: optional(Name),
        /// The completion tokens of one answer.
        output_tokens: optional(Whole<0, 100_000_000>),
        /// Why it should be so.
        because: optional(Line),
    }
}

section! {
    /// What is asked for.
    Ask {
        /// Which operation.
        operation: default(Operation, Operation::Chat),
        /// Bytes of the prompt.
        prompt_bytes: default(Whole<0, 1_000_000_000>, 100),
        /// Bytes of its largest input; all of it if not said.
        part_bytes_max: optional(Whole<0, 1_000_000_000>),
        /// Messages or inputs.
        pieces: default(Whole<0, 1_000_000>, 1),
        /// Completion tokens, if the caller says.
        max_tokens: optional(Whole<0, 1_000_000_000>),
        /// Choices.
        n: default(Whole<1, 1_000_000>, 1),
        /// Alternatives shown a token.
        top_logprobs: optional(Whole<0, 1_000>),
        /// Tools offered.
        tools: default(Whole<0, 1_000_000>, 0),
        /// Stop sequences.
        stops: default(Whole<0, 1_000_000>, 0),
        /// Whether a JSON schema constrains the answer.
        structured_output: default(bool, false),
        /// `temperature`.
        temperature: optional(f64),
        /// `top_p`.
        top_p: optional(f64),
    }
}
