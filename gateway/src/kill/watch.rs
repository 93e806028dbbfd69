//! One call's ear on the kill switch, from its admission to its last byte.
//!
//! It registers nowhere. The connection a call is on is woken when the bell rings, as it is for
//! everything else, and polls the call; the call compares one number. So a call costs one load each
//! time it is polled.

use super::{KillSwitch, refusal};
use crate::refuse::Refusal;
use pin_project_lite::pin_project;
use sluice_config::kill::KillFacts;
use sluice_config::policy::{Model, Tier};
use sluice_config::words::{Country, EndUserId, Entitlement, ReleaseStage};
use sluice_store::Known;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

/// Who calls what.
#[derive(Debug)]
pub(crate) struct Call {
    known: Arc<Known>,
    tier: Arc<Tier>,
    model: Arc<Model>,
    stage: ReleaseStage,
    end_user: Option<EndUserId>,
    region: Option<Country>,
}

impl Call {
    pub(crate) fn of(
        (known, end_user, region): (&Arc<Known>, Option<&EndUserId>, Option<Country>),
        entitlement: &Entitlement,
    ) -> Self {
        Self {
            end_user: end_user.cloned(),
            region,
            known: Arc::clone(known),
            tier: Arc::clone(&entitlement.tier),
            model: Arc::clone(&entitlement.model),
            stage: entitlement.stage,
        }
    }

    pub(super) fn facts(&self) -> KillFacts<'_> {
        KillFacts {
            model: Some(&self.model.id),
            revision: Some(&self.model.revision),
            stage: Some(self.stage),
            tier: Some(&self.tier.id),
            principal: Some(&self.known.principal.id),
            categories: &self.model.categories,
            organisation: self.known.holder.organisation.as_ref(),
            project: self.known.holder.project.as_ref(),
            end_user: self.end_user.as_ref(),
            region: self.region,
        }
    }
}

/// A call that is watched.
#[derive(Debug)]
pub(crate) struct Watch {
    switch: Arc<KillSwitch>,
    call: Call,
    /// How often the bell had rung when the call was last judged.
    rung: u64,
}

impl Watch {
    pub(super) fn new(switch: Arc<KillSwitch>, call: Call, rung: u64) -> Self {
        Self { switch, call, rung }
    }

    /// Why the call must end now, if it must. To be asked each time the call is polled.
    pub(crate) fn look(&mut self) -> Option<Refusal> {
        let rung = self.switch.bell.rung();
        if rung == self.rung {
            return None;
        }
        self.rung = rung;
        let set = self.switch.set.load();
        if let Some(directive) = set.cuts(&self.call.facts(), self.switch.clock.now()) {
            return Some(self.switch.cut(directive));
        }
        self.switch.ending.load(Ordering::SeqCst).then(refusal::ended)
    }

    /// `work`, given up once the call must end.
    pub(crate) fn over<F>(&mut self, work: F) -> Watched<'_, F> {
        Watched { watch: self, work }
    }
}

pin_project! {
    /// Work for a call, given up once the call must end.
    #[derive(Debug)]
    pub(crate) struct Watched<'w, F> {
        watch: &'w mut Watch,
        #[pin]
        work: F,
    }
}

impl<T, F: Future<Output = Result<T, Refusal>>> Future for Watched<'_, F> {
    type Output = Result<T, Refusal>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, Refusal>> {
        let me = self.project();
        match me.watch.look() {
            Some(refusal) => Poll::Ready(Err(refusal)),
            None => me.work.poll(cx),
        }
    }
}
