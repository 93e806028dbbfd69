//! Step 7: which bytes of the answer may leave?

mod asking;
mod stream;
mod waits;
mod whole;

use crate::call::{Annotations, Asked, HeadParts};
use crate::chains::Chains;
use crate::dispatch::Answered;
pub(crate) use crate::dispatch::{Bill, Outcome, Room};
use crate::kill::Watch;
use crate::refuse::{Refusal, RefusalCode};
use asking::Asking;
use sluice_config::Bounds;
use sluice_config::words::{Clock, Dialect, Entitlement, ProfileId, Strategy, Timestamp};
use sluice_stream::filter::{Chain, Ward};
use sluice_stream::moderation::Moderation;
use sluice_stream::{Fault, Plan, Report, Seal, Usage};
use std::sync::Arc;
pub(crate) use stream::Stream;
pub(crate) use waits::Waited;

/// An answer every byte of which is looked at before it leaves. Made only here.
#[derive(Debug)]
pub(crate) struct Filtered {
    pub(crate) room: Room,
    pub(crate) bill: Bill,
    pub(crate) profile: Option<ProfileId>,
    /// How much of a stream waits under it.
    pub(crate) strategy: Strategy,
    pub(crate) dialect: Dialect,
    /// What the caller is to know of the prompt.
    pub(crate) annotations: Annotations,
    pub(crate) answer: Looked,
}

impl Filtered {
    /// Whether a filter ended the answer so that another model is to answer, and nothing of it
    /// was shown.
    pub(crate) fn asks_fallback(&self) -> bool {
        let shown = match &self.answer {
            Looked::Whole { outcome, .. } => *outcome != Outcome::ContentFilter,
            Looked::Stream(stream) => stream.has_shown() || stream.outcome().is_none(),
        };
        !shown && self.answer.report().asks_fallback()
    }
}

impl Looked {
    /// What is known of the answer so far.
    pub(crate) fn report(&self) -> &Report {
        match self {
            Self::Whole { report, .. } => report,
            Self::Stream(stream) => stream.report(),
        }
    }
}

/// With what a streamed answer begins to leave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Opening {
    /// With the first bytes that may.
    Head,
    /// With the first text that may: until then another model can answer instead.
    Text,
}

/// What is left of an answer after it was looked at.
#[derive(Debug)]
pub(crate) enum Looked {
    /// All of it.
    Whole { body: Vec<u8>, report: Report, outcome: Outcome, receipt: Option<String> },
    /// Its beginning; the rest is looked at as it comes.
    Stream(Box<Stream>),
}

/// What `filter` needs of the node.
#[derive(Debug)]
pub(crate) struct Lens<'n> {
    pub(crate) chains: &'n Chains,
    pub(crate) bounds: &'n Bounds,
    pub(crate) clock: &'n Arc<dyn Clock>,
    /// Whether the head of a stream waits for its text.
    pub(crate) opening: Opening,
    /// Who signs for what is shown, if receipts are made.
    pub(crate) seal: Option<Arc<dyn Seal>>,
}

/// Looks at an answer: at all of it, or at its beginning if it is streamed. An answer that breaks
/// before anything of it could be shown is refused like one that never came.
pub(crate) async fn filter(
    lens: Lens<'_>,
    answered: Answered,
    mut watch: Watch,
) -> Result<Filtered, Refusal> {
    let pieces_max = answered.pieces_max();
    let Answered { parts, asked, entitlement, room, mut bill, annotations, answer } = answered;
    let profile = entitlement.profile.clone();
    let dialect = asked.ask.operation.dialect();
    let plan = plan(&lens, &parts, &asked, &entitlement);
    let wards = profile.as_ref().and_then(|profile| lens.chains.wards(profile));
    let asking = wards
        .map(|wards| Asking::new(wards, &parts.mark.request_id, &asked.texts, &answer.principal));
    let strategy = plan.strategy();
    let looked = if asked.stream {
        let id = Arc::clone(&parts.mark.request_id);
        let stream = Stream::new((answer, asking), &plan, (id, watch), (&lens, pieces_max));
        stream.begin(lens.opening, &mut bill).await.map(|stream| Looked::Stream(Box::new(stream)))
    } else {
        watch.over(whole::look((answer, asking), plan, &lens, &mut bill)).await
    };
    match looked {
        Ok(answer) => Ok(Filtered { room, bill, profile, strategy, dialect, annotations, answer }),
        Err(refusal) => {
            bill.waive(refusal.code());
            Err(refusal)
        }
    }
}

fn plan(lens: &Lens<'_>, parts: &HeadParts, asked: &Asked, entitlement: &Entitlement) -> Plan {
    let profile = entitlement.profile.as_ref();
    let unique = parts.mark.request_id.trim_start_matches("req_");
    let prefix = asked.ask.operation.id_prefix();
    let mut chain = profile.and_then(|profile| lens.chains.find(profile)).cloned();
    let moderation = asked.moderation.as_deref().map(|wanted| {
        chain = chain.as_ref().map(|chain| wanted.answer.of(chain, entitlement.strategy_min));
        let (model, prompt) = (wanted.model.clone(), wanted.scores.clone());
        let mut moderation = Moderation::new(chain.as_deref(), model, prompt);
        let wards = profile.and_then(|profile| lens.chains.wards(profile));
        if let (Some(wards), Some(scores)) = (wards, &mut moderation.answer) {
            wards.look_for(Ward::looks_at_answers, scores);
        }
        // A stream does not wait for guards that only count: nothing can be told of it.
        let told = |chain: &Arc<Chain>| chain.tells(asked.stream, entitlement.strategy_min);
        moderation.answer = moderation.answer.filter(|_| chain.as_ref().is_some_and(told));
        Arc::new(moderation)
    });
    Plan {
        operation: asked.ask.operation,
        chain,
        id: [prefix, unique].concat().into(),
        model: asked.model.clone(),
        created: Timestamp::seconds(lens.clock.now()),
        show_usage: asked.show_usage,
        usage_max: Usage {
            prompt: entitlement.prompt_tokens,
            completion: entitlement.output_tokens.saturating_mul(entitlement.answers),
        },
        choices_max: u32::try_from(entitlement.answers).unwrap_or(u32::MAX),
        event_bytes_max: lens.bounds.event_bytes_max,
        hold_bytes_max: lens.bounds.hold_bytes_max,
        buffer_bytes_max: lens.bounds.answer_bytes_max,
        strategy_min: entitlement.strategy_min,
        rulings: None,
        seal: lens.seal.clone(),
        moderation,
    }
}

/// What a broken answer is to the caller.
fn broken(fault: Fault) -> Refusal {
    use RefusalCode::{UpstreamError, UpstreamTimeout};
    let (code, message) = match fault {
        Fault::Upstream { status: Some(408 | 504) } => {
            (UpstreamTimeout, "the server of this model did not finish in time; try again")
        }
        Fault::Upstream { .. } => (UpstreamError, "the server of this model failed; try again"),
        Fault::Truncated => {
            (UpstreamError, "the server of this model broke its answer off; try again")
        }
        Fault::Unheard => return unheard(),
        _ => (UpstreamError, "the server of this model answered wrongly; try again"),
    };
    Refusal::new(code, message).because(fault)
}

/// A guard that must be heard gave no judgement.
fn unheard() -> Refusal {
    let message = "a filter that must look at this answer cannot just now; try again";
    Refusal::new(RefusalCode::FilterUnavailable, message).because(Fault::Unheard)
}

/// The answer, streamed or not, has taken longer than one may.
fn too_long() -> Refusal {
    let message = "the answer took longer than a stream may; ask for less at once";
    Refusal::new(RefusalCode::StreamTooLong, message)
}
