//! Who may use what. Pure: the same question has the same answer; no clock, no I/O.
//!
//! Six things are looked at, each for itself: the tier, how well the caller is known, what was
//! granted to it, how it behaves, what it agreed to, and where it is and what for. All must say yes.

mod access;
mod fit;
mod terms;

use crate::policy::{Model, Named, Tier};
use crate::words::{
    Ask, Circumstances, Denial, Entitlement, Holder, Limit, ReleaseStage, Standing,
};
use crate::{EndUser, Policy, World};
use access::Access;
use std::sync::Arc;
use terms::Terms;

/// One question of the decision; they are asked in this order.
///
/// It is the order of disclosure: nothing is said about a model before it is sure that the caller
/// may know of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Does the caller behave, and who it calls for?
    Standing,
    /// Is the credential good for calls from there, and for what is asked?
    Scope,
    /// Is the principal's tier in the file?
    Tier,
    /// Is the name one of a model?
    Model,
    /// May the caller know of the model?
    Visible,
    /// Does the revision take calls?
    Serving,
    /// May it be used from there?
    Region,
    /// Is the revision's stage open to the caller?
    Stage,
    /// Did the caller agree to the licence?
    Licence,
    /// Is the caller known well enough?
    Verification,
    /// Does the licence allow what it is used for?
    Purpose,
    /// Does the model offer the operation?
    Operation,
    /// Is everything asked for within the tier's caps?
    Caps,
    /// Do prompt and answer fit the window?
    Context,
}

/// Sees each step as it is taken; so an explanation tells what was decided, not what might be.
pub(crate) trait Witness {
    /// A step was answered; `denial` if the answer was no, which ends the decision.
    fn saw(&mut self, step: Step, denial: Option<&Denial>);
}

/// Nobody looks.
impl Witness for () {
    fn saw(&mut self, _: Step, _: Option<&Denial>) {}
}

/// What is decided by: the file, and what records say now.
#[derive(Clone, Copy, Debug)]
pub struct View<'v> {
    /// What the file says.
    pub policy: &'v Policy,
    /// What records say now.
    pub world: &'v World,
}

/// Who asks, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Who.
    pub holder: &'a Holder,
    /// When, from where, for whom.
    pub call: Circumstances<'a>,
}

impl Asker<'_> {
    /// The worse of two standings: the caller's own, and that of who it calls for.
    fn standing(&self, theirs: Option<&Arc<EndUser>>) -> Standing {
        let now = self.call.now;
        self.holder.standing(now).max(theirs.map_or(Standing::Good, |other| other.standing(now)))
    }
}

/// Answers whether somebody may use the model it calls `name`, and on what terms.
///
/// # Errors
///
/// The first [`Denial`] in the order of disclosure. A principal whose tier is gone from the file
/// sees nothing.
pub fn entitle(
    view: View<'_>,
    asker: Asker<'_>,
    name: &str,
    ask: &Ask,
) -> Result<Entitlement, Denial> {
    decide(view, asker, (name, ask), &mut ())
}

/// [`entitle`], with a witness.
pub(crate) fn decide(
    view: View<'_>,
    asker: Asker<'_>,
    (name, ask): (&str, &Ask),
    witness: &mut impl Witness,
) -> Result<Entitlement, Denial> {
    let theirs = view.world.end_user(asker.call.end_user);
    let standing = asker.standing(theirs);
    take(witness, Step::Standing, misbehaves(asker, standing))?;
    take(witness, Step::Scope, out_of_scope(asker, ask))?;
    let tier = view.policy.tier(&asker.holder.principal.tier);
    take(witness, Step::Tier, tier.is_none().then_some(Denial::UnknownModel))?;
    let named = view.policy.named(name);
    take(witness, Step::Model, named.is_none().then_some(Denial::UnknownModel))?;
    let (Some(tier), Some(named)) = (tier, named) else { return Err(Denial::UnknownModel) };
    let access = Access { view, asker, tier, theirs, standing };
    let model = access.meant(named).ok_or(Denial::UnknownModel)?;
    let granted = access.judge(model, witness)?;
    take(witness, Step::Operation, fit::unsupported(model, ask))?;
    take(witness, Step::Caps, fit::capped(&tier.caps, ask).err())?;
    let fitted = fit::fitted(tier, model, ask);
    take(witness, Step::Context, fitted.as_ref().err().cloned())?;
    let Terms { limits, relaxed, credit, unmet } = terms::of(tier, &access);
    let stage = view.world.stage(model);
    let buffered = standing >= Standing::Buffered;
    Ok(Entitlement {
        tier: Arc::clone(tier),
        model: Arc::clone(model),
        stage,
        profile: tier.profiles.at(stage).cloned(),
        strategy_min: if buffered { crate::words::Strategy::FullBuffer } else { tier.stream_min },
        prompt_tokens: fit::read_tokens(model, ask, ask.prompt_bytes),
        prompt_estimate: fit::read_tokens(model, ask, fit::likely(model, ask.prompt_bytes)),
        output_tokens: fitted?,
        output_chosen: ask.output_tokens.is_some(),
        answers: fit::answers(ask),
        limits,
        standing,
        relaxed,
        credit,
        unmet,
        joins: granted.joins,
        told: granted.told,
    })
}

fn take(witness: &mut impl Witness, step: Step, denial: Option<Denial>) -> Result<(), Denial> {
    witness.saw(step, denial.as_ref());
    denial.map_or(Ok(()), Err)
}

fn misbehaves(asker: Asker<'_>, standing: Standing) -> Option<Denial> {
    if standing.may_call() {
        return None;
    }
    let own = asker.holder.standing(asker.call.now);
    Some(if own.may_call() { Denial::EndUserBlocked } else { Denial::Suspended })
}

/// What a credential is not good for, whatever the model.
fn out_of_scope(asker: Asker<'_>, ask: &Ask) -> Option<Denial> {
    let scopes = asker.holder.scopes.as_ref()?;
    if !is_from_there(asker) {
        return Some(Denial::Address);
    }
    let offered = scopes.has_operation(ask.operation);
    (!offered).then_some(Denial::OutOfScope { param: "operation" })
}

/// Whether its credential is good for calls from where it calls. Where nobody says where that is, it
/// is nowhere.
fn is_from_there(asker: Asker<'_>) -> bool {
    let scopes = asker.holder.scopes.as_ref();
    let bound = scopes.filter(|scopes| scopes.addresses().is_some());
    bound.is_none_or(|scopes| asker.call.address.is_some_and(|from| scopes.has_address(from)))
}

/// Why somebody may not call at all, whatever it asks for.
pub fn barred(view: View<'_>, asker: Asker<'_>) -> Option<Denial> {
    let theirs = view.world.end_user(asker.call.end_user);
    let misbehaves = misbehaves(asker, asker.standing(theirs));
    misbehaves.or_else(|| (!is_from_there(asker)).then_some(Denial::Address))
}

/// The models somebody may use, by canonical name: what `/v1/models` lists.
pub fn usable<'v>(
    view: View<'v>,
    asker: Asker<'v>,
) -> impl Iterator<Item = (&'v Arc<Model>, ReleaseStage)> {
    let access = Access::of(view, asker);
    view.policy.models().filter_map(move |model| {
        access.as_ref()?.judge(model, &mut ()).ok()?;
        Some((model, view.world.stage(model)))
    })
}

/// The model somebody means by `name`, if it may use it.
///
/// # Errors
///
/// The first [`Denial`] in the order of disclosure, as [`entitle`] would answer it.
pub fn visible<'v>(view: View<'v>, asker: Asker<'v>, name: &str) -> Result<&'v Arc<Model>, Denial> {
    let standing = asker.standing(view.world.end_user(asker.call.end_user));
    if let Some(denial) = misbehaves(asker, standing) {
        return Err(denial);
    }
    let access = Access::of(view, asker).ok_or(Denial::UnknownModel)?;
    let named = view.policy.named(name).ok_or(Denial::UnknownModel)?;
    let model = access.meant(named).ok_or(Denial::UnknownModel)?;
    access.judge(model, &mut ())?;
    Ok(model)
}

/// Why somebody may not use a model it may know of, or that it may: what it would need.
///
/// # Errors
///
/// [`Denial::UnknownModel`] for what it may not know of.
pub fn needs(view: View<'_>, asker: Asker<'_>, model: &Arc<Model>) -> Result<(), Denial> {
    let access = Access::of(view, asker).ok_or(Denial::UnknownModel)?;
    access.judge(model, &mut ()).map(|_| ())
}

/// The ceilings that hold for somebody, whatever it asks for; nothing, if it may not call at all.
pub fn limits(view: View<'_>, asker: Asker<'_>) -> Option<Arc<[Limit]>> {
    let access = Access::of(view, asker)?;
    Some(terms::of(access.tier, &access).limits)
}

impl<'v> Access<'v> {
    /// What is looked at for this asker; nothing, if its tier is gone or it may not call.
    fn of(view: View<'v>, asker: Asker<'v>) -> Option<Self> {
        let theirs = view.world.end_user(asker.call.end_user);
        let standing = asker.standing(theirs);
        let good = standing.may_call() && is_from_there(asker);
        let tier: &Arc<Tier> = view.policy.tier(&asker.holder.principal.tier).filter(|_| good)?;
        Some(Self { view, asker, tier, theirs, standing })
    }

    /// The model that is meant: of several, the first that may be used; if none may, the first that
    /// the caller may know of.
    fn meant<'n>(&self, named: &'n Named) -> Option<&'n Arc<Model>> {
        let models = match named {
            Named::One(model) => return Some(model),
            Named::FirstOf(models) => models,
        };
        let mut known = None;
        for model in models.iter() {
            match self.judge(model, &mut ()) {
                Ok(_) => return Some(model),
                Err(Denial::UnknownModel) => {}
                Err(_) => known = known.or(Some(model)),
            }
        }
        known.or(models.first())
    }
}

#[cfg(test)]
mod tests;
