//! What a call may ask for, whatever its limits have left.

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least that may be asked for.
    pub min: f64,
    /// The most that may be asked for.
    pub max: f64,
}

impl Range {
    /// Whether `value` lies in it. Not-a-number never does.
    pub fn holds(&self, value: f64) -> bool {
        self.min <= value && value <= self.max
    }
}

/// The ceilings of one call, by tier. Each is a number or a yes; none means "unlimited".
#[derive(Clone, Debug, PartialEq)]
pub struct Caps {
    /// Completion tokens of one choice.
    pub output_tokens_max: u64,
    /// Prompt bound and completion tokens together; the model's own window binds as well.
    pub context_tokens_max: u64,
    /// Choices (`n`).
    pub choices_max: u64,
    /// Alternatives shown a token; 0 is no log-probabilities at all.
    pub top_logprobs_max: u64,
    /// Tools that may be offered to the model; 0 is none.
    pub tools_max: u64,
    /// Messages of a chat.
    pub messages_max: u64,
    /// Prompts or embedding inputs in one call.
    pub inputs_max: u64,
    /// Stop sequences.
    pub stops_max: u64,
    /// Whether a JSON schema may constrain the answer.
    pub structured_output: bool,
    /// `temperature`.
    pub temperature: Range,
    /// `top_p`.
    pub top_p: Range,
}
