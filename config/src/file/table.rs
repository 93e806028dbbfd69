//! A decision table as written.

use super::jurisdiction::CountryAt;
use super::leaf::{FilePath, Line, Name, Whole};
use super::net::Network;
use super::policy::Limit;
use super::read::{List, Named};
use super::section::section;
use super::word::Answer;
use crate::words::{
    GrantState, OpState, Operation, Purpose, ReleaseStage, RequestState, Standing, Strategy,
    Verification,
};

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
        /// What is known of whoever asks; if absent, nothing but the tier.
        who: default(Who, Who::default()),
        /// Where revisions have got to, by model; where the file has them, if not named.
        releases: default(Named<Moved>, Named::default()),
        /// The answer.
        answer: required(Answer),
        /// The request field that a cap forbids.
        param: optional(Line),
        /// The filter profile the answer passes; `none` if it is to pass none.
        filter: optional(Name),
        /// The model that is meant, if the name means several.
        meant: optional(Name),
        /// The condition of a grant that is not met.
        unmet: optional(Name),
        /// What a grant takes out of the filters.
        relaxed: optional(Name),
        /// The stage the revision is at.
        stage: optional(ReleaseStage),
        /// How the caller stands, or who it calls for, whichever is worse.
        standing: optional(Standing),
        /// At least how much of a streamed answer waits for its filters.
        streams: optional(Strategy),
        /// A ceiling that holds for it.
        limit: optional(Limit),
        /// Tokens that are spent before those of quotas.
        credit: optional(Whole<0, 1_000_000_000_000>),
        /// Whether it takes a place of the cohort.
        joins: optional(bool),
        /// The first that is told by a rule of jurisdiction; `none` if nothing is.
        told: optional(Line),
        /// The licence that stands against it.
        licence: optional(Line),
        /// How well whoever asks would have to be known.
        least: optional(Verification),
        /// What is named to be used instead; `none` if nothing is.
        successor: optional(Name),
        /// The completion tokens of one answer.
        output_tokens: optional(Whole<0, 100_000_000>),
        /// Why it should be so.
        because: optional(Line),
    }
}

section! {
    /// What is known of whoever asks, and of where it calls from.
    Who {
        /// Its name: what a ramp goes by.
        principal: default(Name, Name("somebody".into())),
        /// Its organisation.
        organisation: optional(Name),
        /// Where that has its seat.
        domicile: optional(CountryAt),
        /// How well it is known.
        verification: default(Verification, Verification::Anonymous),
        /// How well it was known, until that ran out.
        verification_before: default(Verification, Verification::Anonymous),
        /// How it behaves.
        standing: default(Standing, Standing::Good),
        /// How it behaved, until that was over.
        standing_before: default(Standing, Standing::Good),
        /// How its organisation behaves.
        organisation_standing: default(Standing, Standing::Good),
        /// What it declared.
        purposes: default(List<Purpose>, Vec::new()),
        /// Whether prompts and answers may be kept.
        data_retention: default(bool, false),
        /// Whether people may read them.
        human_review: default(bool, false),
        /// Whether it is believed whom it calls for.
        vouching: default(bool, true),
        /// Whether it proved itself with more than one factor.
        mfa: default(bool, false),
        /// What it was granted.
        grants: default(List<Granted>, Vec::new()),
        /// Licences it agreed to, in their present text.
        accepted: default(List<Name>, Vec::new()),
        /// Licences its organisation agreed to, in their present text.
        accepted_by_organisation: default(List<Name>, Vec::new()),
        /// Licences it agreed to in another text.
        accepted_before: default(List<Name>, Vec::new()),
        /// Models it asked for, and what became of it.
        asked: default(Named<RequestState>, Named::default()),
        /// The only models its credential is good for.
        scope_models: optional(List<Name>),
        /// The only operations its credential is good for.
        scope_operations: optional(List<Operation>),
        /// The only networks its credential is good for.
        scope_addresses: optional(List<Network>),
        /// Where it calls from.
        address: optional(Network),
        /// The country it calls from.
        country: optional(CountryAt),
        /// How the one behaves that it calls for, if it says for whom.
        end_user: optional(Standing),
        /// What that one was granted.
        end_user_grants: default(List<Granted>, Vec::new()),
    }
}

section! {
    /// One grant: what it gives, and under which conditions.
    Granted {
        /// A model.
        model: optional(Name),
        /// The stage it was given at.
        from: default(ReleaseStage, ReleaseStage::Internal),
        /// A category that is taken out of the filters.
        relax: optional(Name),
        /// A ceiling in place of the tier's.
        limit: optional(Limit),
        /// Tokens that are spent before those of quotas.
        credit: optional(Whole<1, 1_000_000_000_000>),
        /// Whether it counts at all.
        state: default(GrantState, GrantState::Active),
        /// Whether its time is yet to come.
        not_yet: default(bool, false),
        /// Whether its time is over.
        expired: default(bool, false),
        /// Counts only if prompts and answers may be kept.
        data_retention: default(bool, false),
        /// Counts only if people may read them.
        human_review: default(bool, false),
        /// Counts only with more than one factor.
        mfa: default(bool, false),
        /// Counts only from there.
        addresses: default(List<Network>, Vec::new()),
        /// Counts only for who is known so well.
        verification: optional(Verification),
        /// Counts only for who declared it.
        purpose: optional(Purpose),
    }
}

section! {
    /// Where a revision has got to.
    Moved {
        /// How far it is out; where the file has it, if not said.
        stage: optional(ReleaseStage),
        /// Whether it serves.
        op_state: default(OpState, OpState::Active),
        /// How far the ramp is.
        percent: default(Whole<0, 100>, 100),
        /// The places of the cohort.
        principals_max: optional(Whole<0, 1_000_000>),
        /// Who has one.
        members: default(List<Name>, Vec::new()),
        /// What to use instead.
        successor: optional(Name),
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
