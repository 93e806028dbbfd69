//! The steps of a call from `admit` on, over one view of the world.

use super::told::Told;
use crate::account::account;
use crate::admit::{Admitted, Gate, admit};
use crate::body::Body;
use crate::call::Mark;
use crate::dispatch::{Sender, dispatch};
use crate::entitle::{Entitled, Seat};
use crate::filter::{Filtered, Lens, Opening, filter};
use crate::kill::{self, Watch};
use crate::node::Node;
use crate::provenance::{Notice, Sealer};
use crate::reach::Who;
use crate::refuse::Refusal;
use crate::screen::screen;
use crate::snapshot::Snapshot;
use http::Response;
use sluice_config::World;
use sluice_config::decide::View;
use sluice_config::words::Work;
use sluice_stream::Seal;
use std::sync::Arc;

/// The steps, and what they need of the world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps<'n> {
    pub(super) node: &'n Node,
    pub(super) now: &'n Snapshot,
    pub(super) world: &'n World,
    pub(super) mark: &'n Mark,
}

/// A call with room for it, and what its answer is to have.
#[derive(Debug)]
pub(super) struct Ready<'n> {
    admitted: Admitted,
    notice: Option<&'n Notice>,
    told: Told<'n>,
    seal: Option<Arc<dyn Seal>>,
    watch: Watch,
    /// A place of a cohort that is to be taken before anything is asked.
    place: Option<Seat>,
}

/// An answer, and the headers of its model.
#[derive(Debug)]
pub(super) struct Answer<'n> {
    pub(super) filtered: Filtered,
    notice: Option<&'n Notice>,
    told: Told<'n>,
}

impl<'n> Steps<'n> {
    /// What is decided by.
    pub(super) fn view(self) -> View<'n> {
        View { policy: &self.now.policy, world: self.world }
    }

    pub(super) fn admit(self, entitled: Entitled) -> Result<Ready<'n>, Refusal> {
        let Self { node, now, .. } = self;
        // Whoever may not know of the model was refused before.
        let watch = node.kill.watch(watched(&entitled))?;
        let model = &entitled.entitlement.model;
        let operation = entitled.call.asked.ask.operation;
        let metrics = now.calls.of(&node.metrics, &entitled.entitlement, operation);
        let notice = now.provenance.notice(model).filter(|_| operation.work() != Work::Counts);
        let told = Told::of(self.view(), &entitled);
        let seal = self.seal(&entitled);
        let place = Seat::of(self.world, &entitled);
        let gate = Gate { meters: &node.meters, books: &node.writer, clock: &node.clock, metrics };
        Ok(Ready { admitted: admit(gate, entitled)?, notice, told, seal, watch, place })
    }

    pub(super) async fn answer(
        self,
        ready: Ready<'n>,
        opening: Opening,
    ) -> Result<Answer<'n>, Refusal> {
        let Self { node, now, .. } = self;
        let Ready { admitted, notice, told, seal, mut watch, place } = ready;
        if let Some(place) = place {
            Box::pin(place.take(&node.keeper, self.view())).await?;
        }
        let (ids, salts, clock) = (&node.ids, &node.door.hasher, &node.clock);
        let sender = Sender { upstreams: &now.upstreams, ids, salts, clock };
        let screened = screen(&now.chains, &node.metrics, admitted, &mut watch).await?;
        let who = match &screened.parts.end_user {
            Some(end_user) => Who::EndUser(end_user),
            None => Who::Principal(&screened.known.principal.id),
        };
        node.reach.note(&screened.entitlement.model, who, clock.now());
        let answered = dispatch(sender, screened, &mut watch).await?;
        let lens = Lens { chains: &now.chains, bounds: &now.bounds, clock, opening, seal };
        Ok(Answer { filtered: filter(lens, answered, watch).await?, notice, told })
    }

    pub(super) fn account(self, answer: Answer<'_>) -> Response<Body> {
        let Answer { filtered, notice, told } = answer;
        let mut response = account(&self.node.metrics, notice, &self.mark.request_id, filtered);
        told.write(response.headers_mut());
        response
    }

    /// Who signs for what is shown of an answer, if receipts are made and there is text to sign for.
    fn seal(self, entitled: &Entitled) -> Option<Arc<dyn Seal>> {
        let Self { node, now, .. } = self;
        let keys = now.provenance.keys.as_ref()?;
        let Entitled { call, entitlement } = entitled;
        if !call.asked.ask.operation.generates() {
            return None;
        }
        Some(Arc::new(Sealer {
            keys: Arc::clone(keys),
            kept: Arc::clone(&node.receipts),
            clock: Arc::clone(&node.clock),
            request_id: Arc::clone(&call.parts.mark.request_id),
            principal: call.known.principal.id.clone(),
            name: call.asked.model.clone(),
            model: Arc::clone(&entitlement.model),
        }))
    }
}

/// What the kill switch looks at of a call.
fn watched(entitled: &Entitled) -> kill::Call {
    let Entitled { call, entitlement } = entitled;
    let (end_user, region) = (call.parts.end_user.as_ref(), call.parts.peer.country);
    kill::Call::of((&call.known, end_user, region), entitlement)
}
