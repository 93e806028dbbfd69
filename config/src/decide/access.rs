//! Whether somebody may use a model at all, whatever it asks of it.

use super::{Asker, Step, View, Witness, take};
use crate::EndUser;
use crate::policy::{Model, Tier};
use crate::words::{
    Country, Denial, Exclusion, Gives, Grant, Holder, OpState, Purpose, Release, ReleaseStage,
    RequestState, Standing,
};
use std::sync::Arc;

/// Who asks, on which tier, how they stand: what each question about a model looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access<'a> {
    pub(super) view: View<'a>,
    pub(super) asker: Asker<'a>,
    pub(super) tier: &'a Arc<Tier>,
    /// Of whom there is something to say, whoever it calls for.
    pub(super) theirs: Option<&'a Arc<EndUser>>,
    pub(super) standing: Standing,
}

/// What comes with being let in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Granted {
    pub(super) joins: bool,
    pub(super) told: u64,
}

/// How somebody is let in at a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Door {
    /// By the tier, as at an earlier rung already.
    Before,
    /// By the tier, at this rung.
    Tier,
    /// By a grant.
    Grant,
    /// Not yet: it has to ask.
    Request,
    /// Not at all.
    Closed,
}

impl Access<'_> {
    /// Asks everything that does not hang on what is asked of the model.
    pub(super) fn judge(
        &self,
        model: &Model,
        witness: &mut impl Witness,
    ) -> Result<Granted, Denial> {
        let release = self.view.world.release(model).map(Arc::as_ref);
        let stage = release.map_or(model.stage, |release| release.stage);
        let door = self.door(model, stage);
        let place = self.place(model, release, door);
        take(witness, Step::Visible, hidden(model, stage, (door, place)))?;
        take(witness, Step::Serving, self.closed(release))?;
        let told = self.told(model);
        take(witness, Step::Region, told.is_none().then_some(Denial::Region))?;
        take(witness, Step::Stage, self.withheld(model, stage, (door, place)))?;
        take(witness, Step::Licence, self.unlicensed(model))?;
        let least = model.verification.at(stage);
        let known = self.asker.holder.verification(self.asker.call.now) >= least;
        take(witness, Step::Verification, (!known).then_some(Denial::Verification { least }))?;
        take(witness, Step::Purpose, self.misused(model))?;
        Ok(Granted { joins: place == Place::Free, told: told.unwrap_or(0) })
    }

    /// The most closed stage it sees by its tier: who is restricted sees what is public.
    fn sees(&self) -> ReleaseStage {
        match self.standing {
            Standing::Restricted => self.tier.sees.max(ReleaseStage::Public),
            _ => self.tier.sees,
        }
    }

    fn door(&self, model: &Model, stage: ReleaseStage) -> Door {
        if stage == ReleaseStage::Draft {
            return Door::Closed;
        }
        let sees = self.sees();
        if model.rung_before(stage).is_some_and(|rung| rung > ReleaseStage::Draft && sees <= rung) {
            return Door::Before;
        }
        if self.grants().any(|grant| opens(grant, model, stage)) {
            return Door::Grant;
        }
        match stage {
            ReleaseStage::Gated if model.requests && sees >= stage => Door::Request,
            _ if sees <= stage => Door::Tier,
            _ => Door::Closed,
        }
    }

    /// The grants that count for this call.
    pub(super) fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.live().filter(|grant| self.asker.holder.unmet(grant, &self.asker.call).is_none())
    }

    /// The grants that would count, were their conditions met.
    pub(super) fn live(&self) -> impl Iterator<Item = &Grant> {
        // Anybody can write an identifier: whom a caller may be taken at its word for, records say.
        let theirs = self.theirs.filter(|_| self.asker.holder.allows.vouching);
        let theirs = theirs.into_iter().flat_map(|end_user| &end_user.grants);
        let good = self.standing < Standing::Restricted;
        let all = self.asker.holder.grants.iter().chain(theirs).filter(move |_| good);
        all.filter(|grant| grant.is_live(self.asker.call.now))
    }

    /// Whether the cohort of the stage has a place for it.
    fn place(&self, model: &Model, release: Option<&Release>, door: Door) -> Place {
        let Some(release) = release.filter(|_| matches!(door, Door::Tier | Door::Grant)) else {
            return Place::Unneeded;
        };
        let (cohort, principal) = (&release.cohort, &self.asker.holder.principal.id);
        if door == Door::Tier && !cohort.reached(&model.release, principal) {
            return Place::Unreached;
        }
        if cohort.principals_max.is_none() || cohort.has(principal) {
            return Place::Unneeded;
        }
        if cohort.is_full() || release.op_state != OpState::Active {
            return Place::Full;
        }
        Place::Free
    }

    fn closed(&self, release: Option<&Release>) -> Option<Denial> {
        let release = release?;
        match release.op_state {
            OpState::Active | OpState::Frozen => None,
            OpState::Draining | OpState::Suspended => Some(Denial::ModelSuspended),
            OpState::Retired => {
                // Of a successor that the caller may not know of nothing is said.
                let names = |successor: &&crate::words::ModelId| {
                    let other = self.view.policy.models.get(*successor);
                    other.is_some_and(|other| self.knows(other))
                };
                let successor = release.successor.as_ref().filter(names).cloned();
                Some(Denial::ModelRetired { successor })
            }
        }
    }

    /// Whether the caller may know of a model.
    fn knows(&self, model: &Model) -> bool {
        let release = self.view.world.release(model).map(Arc::as_ref);
        let stage = release.map_or(model.stage, |release| release.stage);
        let door = self.door(model, stage);
        hidden(model, stage, (door, self.place(model, release, door))).is_none()
    }

    /// Why a model that the caller may know of is not open to it yet.
    fn withheld(
        &self,
        model: &Model,
        stage: ReleaseStage,
        (door, place): (Door, Place),
    ) -> Option<Denial> {
        match (door, place) {
            (Door::Closed, _) | (_, Place::Unreached) => Some(Denial::NotReleased { stage }),
            (Door::Request, _) => Some(self.request(model)),
            (_, Place::Full) => Some(Denial::CohortFull),
            (Door::Before | Door::Tier | Door::Grant, Place::Unneeded | Place::Free) => None,
        }
        .or_else(|| {
            let scopes = self.asker.holder.scopes.as_ref();
            let named = scopes.is_none_or(|scopes| scopes.has_model(&model.id));
            (!named).then_some(Denial::OutOfScope { param: "model" })
        })
    }

    /// What is to be told where the call comes from; nothing, if it may not come from there.
    fn told(&self, model: &Model) -> Option<u64> {
        let country = self.asker.call.country;
        if country.is_some_and(|country| model.terms.deny_end_user.contains(&country)) {
            return None;
        }
        self.view.policy.jurisdiction().told(country, model)
    }

    /// What became of having asked.
    fn request(&self, model: &Model) -> Denial {
        let mut asked = self.asker.holder.requests.iter().rev();
        match asked.find(|request| request.model == model.id).map(|request| request.state) {
            Some(RequestState::Pending) => Denial::RequestPending,
            Some(RequestState::Rejected) => Denial::RequestRejected,
            Some(RequestState::Accepted | RequestState::Withdrawn | RequestState::Expired)
            | None => Denial::RequestRequired,
        }
    }

    fn unlicensed(&self, model: &Model) -> Option<Denial> {
        let Holder { acceptances, organisation, domicile, .. } = self.asker.holder;
        if organisation.is_some() && !offered(model, *domicile) {
            return Some(Denial::Licensee { licence: model.licence.clone() });
        }
        let missing = model.terms.accept.iter().find(|wanted| !wanted.is_met(acceptances))?;
        Some(Denial::Licence { licence: missing.licence.clone(), by: missing.subject })
    }

    fn misused(&self, model: &Model) -> Option<Denial> {
        let (terms, purposes) = (&model.terms, self.asker.holder.purposes);
        if !terms.non_commercial && !terms.non_production {
            return None;
        }
        let commercial = terms.non_commercial && purposes.has(Purpose::Commercial);
        let production = terms.non_production && purposes.has(Purpose::Production);
        let wrong = commercial || production || purposes.is_empty();
        wrong.then(|| Denial::Purpose { licence: model.licence.clone() })
    }
}

/// A place of a cohort.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// It needs none, or has one.
    Unneeded,
    /// There is one to take.
    Free,
    /// There is none left.
    Full,
    /// The ramp has not come so far.
    Unreached,
}

/// Whether the caller may not know of the model. What is announced, or can be asked for, it may.
fn hidden(model: &Model, stage: ReleaseStage, (door, place): (Door, Place)) -> Option<Denial> {
    let open = stage > ReleaseStage::Draft && door != Door::Closed;
    let inside = open && matches!(place, Place::Unneeded | Place::Free);
    let known = inside || model.announced || door == Door::Request;
    (!known).then_some(Denial::UnknownModel)
}

/// Whether the licence of a model is offered to an organisation that has its seat there. Where nobody
/// has said where, nobody can say that it is elsewhere; nor what a model reads, that it is not that.
fn offered(model: &Model, seat: Option<Country>) -> bool {
    let concerns = |denied: &&Exclusion| {
        denied
            .modality
            .is_none_or(|which| model.modalities.is_empty() || model.modalities.contains(&which))
    };
    let mut denied = model.terms.deny_licensee.iter().filter(concerns);
    denied.all(|denied| seat.is_some_and(|seat| seat != denied.country))
}

/// Whether a grant lets its holder use a model at a stage.
fn opens(grant: &Grant, model: &Model, at: ReleaseStage) -> bool {
    match &grant.gives {
        Gives::Model { name, from } => *name == model.id && *from <= at,
        Gives::Limit(_) | Gives::Relax { .. } | Gives::Credit { .. } => false,
    }
}
