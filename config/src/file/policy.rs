//! The sections of the file that say who may use what.

use super::access::AccessField;
use super::date::Date;
use super::leaf::{Ceiling, Line, Name, Whole};
use super::passes::Passes;
use super::provenance::{LinkAt, Visible};
use super::read::List;
use super::section::section;
use super::word::UnknownFields;
use crate::words::{
    Modality, Operation, ReleaseStage, Scope, Strategy, Unit, Verification, Window,
};

section! {
    /// A rung of capacity and safeguards.
    Tier {
        /// The most closed stage it may use: this one and every more open one.
        sees: required(ReleaseStage),
        /// Ceilings over time. None is unlimited.
        limits: default(List<Limit>, Vec::new()),
        /// What one call may ask for.
        caps: default(Caps, Caps::default()),
        /// The filter profile its answers pass; none if absent. By release stage of the model, it is
        /// `{ default: NAME, red_team: NAME }`, and `none` where there is to be none.
        filter: optional(Passes),
        /// At least so much of a streamed answer waits for its filters, whatever the profile says.
        stream_min: default(Strategy, Strategy::DetectOnly),
        /// What is done with a request field that is not known.
        unknown_fields: default(UnknownFields, UnknownFields::Refuse),
        /// Bytes of a request body.
        body_bytes_max: default(Whole<1_024, 67_108_864>, 4_194_304),
    }
}

section! {
    /// A ceiling.
    Limit {
        /// What is counted.
        unit: required(Unit),
        /// Over how long; `concurrency` has none.
        window: optional(Window),
        /// Who shares the count.
        scope: required(Scope),
        /// How much. `requests` ends at 1000000.
        ceiling: required(Ceiling),
    }
}

section! {
    /// What one call may ask for. The defaults are small.
    Caps {
        /// Completion tokens of one choice.
        output_tokens_max: default(Whole<1, 10_000_000>, 1_024),
        /// Prompt and completion tokens together; the model's own window binds as well.
        context_tokens_max: default(Whole<2, 100_000_000>, 32_768),
        /// Choices (`n`).
        choices_max: default(Whole<1, 128>, 1),
        /// Alternatives shown a token; 0 is no log-probabilities at all.
        top_logprobs_max: default(Whole<0, 20>, 0),
        /// Tools that may be offered to the model; 0 is none.
        tools_max: default(Whole<0, 1_024>, 0),
        /// Messages of a chat.
        messages_max: default(Whole<1, 100_000>, 256),
        /// Prompts or embedding inputs in one call.
        inputs_max: default(Whole<1, 2_048>, 16),
        /// Stop sequences.
        stops_max: default(Whole<0, 64>, 4),
        /// Whether a JSON schema may constrain the answer.
        structured_output: default(bool, false),
        /// `temperature`, from `min` to `max`.
        temperature: default(Interval, Interval::of(0.0, 2.0)),
        /// `top_p`, from `min` to `max`.
        top_p: default(Interval, Interval::of(0.0, 1.0)),
    }
}

section! {
    /// A closed interval.
    Interval {
        /// The least that may be asked for.
        min: required(f64),
        /// The most that may be asked for.
        max: required(f64),
    }
}

impl Interval {
    fn of(min: f64, max: f64) -> Self {
        Self { min: Some(min), max: Some(max) }
    }
}

section! {
    /// A model and the revision now behind it.
    #[expect(clippy::struct_field_names, reason = "the words of the file")]
    Model {
        /// Other names callers may use.
        aliases: default(List<Name>, Vec::new()),
        /// The exact weights, for example a commit of their repository.
        revision: required(Line),
        /// The licence they come under, by its SPDX or Hugging Face id.
        licence: required(Visible),
        /// Where the text of the licence can be read.
        licence_url: optional(LinkAt),
        /// What the licence wants shown with every answer, for example `Built with Llama`; else what
        /// its terms say.
        attribution: optional(Visible),
        /// What its weights were made from: models by name, or licences by id. Their terms hold for
        /// it as well.
        base_models: default(List<Visible>, Vec::new()),
        /// What it reads or writes. Some licences exclude some licensees from some of it.
        modalities: optional(List<Modality>),
        /// How far the revision is out, at first; `sluice releases` moves it from there.
        stage: required(ReleaseStage),
        /// The rungs it climbs, from the most closed. A rung that is left out is passed over.
        ladder: default(List<ReleaseStage>, Vec::new()),
        /// Whether `gated` means that each caller must have asked and been let in. Those whose tier
        /// sees it before need not ask.
        access_requests: default(bool, false),
        /// What is asked of whoever asks for it.
        access_form: default(List<AccessField>, Vec::new()),
        /// How well a caller must be known, by stage. What a stage asks for is asked for before it too.
        verification: default(Verified, Verified::default()),
        /// What it is dangerous for, for example `cyber`: what kill directives can name.
        categories: default(List<Name>, Vec::new()),
        /// Whether those who may not use it yet may know of it.
        announced: default(bool, false),
        /// The model that answers instead where a filter of the action `fallback` finds something
        /// before any of the answer was shown; by its name or an alias.
        fallback: optional(Name),
        /// Where it is served.
        upstream: required(Name),
        /// What the upstream calls it, if not as callers do. Never shown to a caller.
        upstream_model: optional(Line),
        /// What it can be asked.
        operations: default(List<Operation>, vec![Operation::Chat, Operation::Completion]),
        /// Its context window, in tokens.
        context_tokens: required(Whole<2, 100_000_000>),
        /// Completion tokens when the caller does not say.
        output_tokens_default: default(Whole<1, 10_000_000>, 512),
        /// What its chat template adds to a prompt.
        prompt: default(Prompt, Prompt::default()),
        /// When it was made, for the list of models.
        created: optional(Date),
        /// Who made it, for the list of models.
        owned_by: default(Line, Line("sluice".into())),
    }
}

section! {
    /// How well a caller must be known, by stage.
    Verified {
        /// At `internal`.
        internal: optional(Verification),
        /// At `red_team`.
        red_team: optional(Verification),
        /// At `preview`.
        preview: optional(Verification),
        /// At `trusted`.
        trusted: optional(Verification),
        /// At `gated`.
        gated: optional(Verification),
        /// At `public`.
        public: optional(Verification),
        /// At `open_weights`.
        open_weights: optional(Verification),
    }
}

impl Verified {
    /// How well, at a stage.
    pub(crate) fn at(&self, stage: ReleaseStage) -> Verification {
        let written = match stage {
            ReleaseStage::Draft => None,
            ReleaseStage::Internal => self.internal,
            ReleaseStage::RedTeam => self.red_team,
            ReleaseStage::Preview => self.preview,
            ReleaseStage::Trusted => self.trusted,
            ReleaseStage::Gated => self.gated,
            ReleaseStage::Public => self.public,
            ReleaseStage::OpenWeights => self.open_weights,
        };
        written.unwrap_or_default()
    }
}

section! {
    /// What a chat template adds to a prompt, at most: the bound of a prompt must never be less
    /// than the truth.
    Prompt {
        /// Tokens for each message or input.
        tokens_per_message: default(Whole<0, 100_000>, 8),
        /// Tokens once a call.
        template_tokens: default(Whole<0, 1_000_000>, 16),
        /// Bytes of text a token has on average. A prompt that is likely not to fit the window is
        /// refused by it; limits reserve a token a byte all the same.
        bytes_per_token: default(Whole<1, 16>, 4),
    }
}
