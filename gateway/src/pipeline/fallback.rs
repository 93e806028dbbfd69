//! Another model answers instead, where a filter or a kill directive asks for that and nothing was
//! shown.
//!
//! The same call is decided anew for the other model and takes every step again. Whatever stands in
//! the way of that, the caller is told what it would have been told without: the stop. So a call
//! learns nothing of a model it may not use. The other model's own fallback is not followed.

use super::steps::{Answer, Steps};
use crate::account::{make_room, replace, say_instead};
use crate::body::Body;
use crate::entitle::{Call, Entitled, entitle};
use crate::filter::Opening;
use crate::refuse::Refusal;
use crate::trail::Trail;
use http::Response;
use sluice_config::words::ModelId;
use std::sync::Arc;

/// What a call needs to be answered by another model.
#[derive(Debug)]
pub(super) struct Fallback {
    /// The same call, to the other model.
    call: Call,
    model: ModelId,
    to: ModelId,
    /// What the caller called the model it asked for.
    asked: Box<str>,
    /// With what a stream begins: its head must wait only where a filter may throw it away.
    opening: Opening,
}

/// An answer that would be a stop.
enum Stop<'n> {
    /// A directive stops the model. No backend was asked.
    Kill(Refusal),
    /// A filter stopped the prompt. No backend was asked.
    Prompt(Refusal),
    /// A backend was, and nothing of what it said was shown.
    Answer(Box<Answer<'n>>),
}

impl Fallback {
    /// Keeps a copy of a call, if its model has another to answer instead and filters or directives
    /// may ask for that. Most have none, and nothing is copied.
    pub(super) fn of(steps: Steps<'_>, entitled: &Entitled) -> Option<Self> {
        let Entitled { call, entitlement } = entitled;
        let to = entitlement.model.fallback.as_ref()?;
        let chain = entitlement.profile.as_ref().and_then(|it| steps.now.chains.find(it));
        let filters = chain.is_some_and(|chain| chain.asks_fallback());
        (filters || steps.node.kill.falls_back()).then(|| Self {
            call: call.to(to.as_str()),
            model: entitlement.model.id.clone(),
            to: to.clone(),
            asked: call.asked.model.clone(),
            opening: if filters { Opening::Text } else { Opening::Head },
        })
    }

    /// Serves the call by the model it asks for, or else by the other.
    pub(super) async fn serve(
        self,
        steps: Steps<'_>,
        entitled: Entitled,
        trail: &Trail,
    ) -> Result<Response<Body>, Refusal> {
        let ready = match steps.admit(entitled) {
            Err(refusal) if refusal.asks_fallback() => {
                return self.instead(steps, Stop::Kill(refusal), trail.clone()).await;
            }
            ready => ready?,
        };
        let stop = match steps.answer(ready, self.opening).await {
            Ok(answer) if answer.filtered.asks_fallback() => Stop::Answer(Box::new(answer)),
            Err(refusal) if refusal.asks_fallback() => Stop::Prompt(refusal),
            answered => return answered.map(|answer| steps.account(answer)),
        };
        self.instead(steps, stop, trail.clone()).await
    }

    async fn instead(
        self,
        steps: Steps<'_>,
        mut stop: Stop<'_>,
        trail: Trail,
    ) -> Result<Response<Body>, Refusal> {
        let Self { call, model, to, asked, .. } = self;
        let (receipts, request_id) = (&steps.node.receipts, &steps.mark.request_id);
        // Of an answer that is not shown there is no receipt.
        let receipt = receipts.take(request_id);
        let answered = ask(steps, call, &mut stop, trail).await;
        let (outcome, cause) = match &answered {
            Ok(_) => ("ok", String::new()),
            Err(refusal) => (refusal.code().as_str(), refusal.cause()),
        };
        let (model, to, place) = (model.as_str(), to.as_str(), stop.place());
        steps.node.metrics.fell_back(model, to, place, outcome);
        let id = &**request_id;
        tracing::info!(
            request_id = id,
            model,
            to,
            place,
            outcome,
            cause,
            "another model was asked instead"
        );
        if let Ok(answer) = answered {
            let mut response = steps.account(answer);
            say_instead(response.headers_mut(), &asked);
            return Ok(response);
        }
        if let Some(receipt) = receipt {
            receipts.put_back(Arc::clone(request_id), receipt);
        }
        match stop {
            Stop::Kill(refusal) | Stop::Prompt(refusal) => Err(refusal),
            Stop::Answer(answer) => Ok(steps.account(*answer)),
        }
    }
}

/// Asks the other model, as if it had been asked for.
async fn ask<'n>(
    steps: Steps<'n>,
    call: Call,
    stop: &mut Stop<'_>,
    mut trail: Trail,
) -> Result<Answer<'n>, Refusal> {
    let entitled = entitle(steps.view(), &steps.node.decisions, call, &mut trail)?;
    if let Stop::Answer(answer) = stop {
        make_room(&mut answer.filtered);
    }
    let ready = steps.admit(entitled)?;
    if let Stop::Answer(answer) = stop {
        replace(&steps.node.metrics, &mut answer.filtered);
    }
    steps.answer(ready, Opening::Head).await
}

impl Stop<'_> {
    /// Where the filter looked, or that none did.
    fn place(&self) -> &'static str {
        match self {
            Self::Kill(_) => "kill",
            Self::Prompt(_) => "prompt",
            Self::Answer(_) => "answer",
        }
    }
}
