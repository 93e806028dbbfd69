//! Who asks, as a row of a decision table says.

use crate::decide::Asker;
use crate::file::{Granted, List, Moved, Name, Row, Who};
use crate::policy::Model;
use crate::words::{
    Acceptance, Allows, Circumstances, Cohort, Conditions, EndUserId, Gives, Grant, GrantId,
    Holder, LicenceId, Limit, ModelId, OrganisationId, Principal, PrincipalId, Purpose, Release,
    Requested, Sanction, Scopes, Standing, Subject, TextHash, Timestamp, Verified, Window,
};
use crate::world::EndUser;
use crate::{Policy, World};
use std::num::NonZeroU64;
use std::sync::Arc;

/// When rows are asked: late enough for something to be over.
const NOW: Timestamp = Timestamp(1_000);

/// Who asks, and what records say.
pub(super) struct Caller {
    pub(super) world: World,
    holder: Holder,
    end_user: Option<EndUserId>,
    call: Circumstances<'static>,
}

impl Caller {
    pub(super) fn of(policy: &Policy, row: &Row, principal: Principal) -> Self {
        let who = &row.who;
        let end_user = end_user(who).map(|_| EndUserId::new("their end user"));
        let address = who.address.as_ref().map(|network| network.0.addr());
        let country = who.country.as_ref().map(|country| country.0);
        Self {
            world: world(policy, row),
            holder: holder(policy, who, principal),
            end_user,
            call: Circumstances { now: NOW, address, country, end_user: None },
        }
    }

    pub(super) fn asker(&self) -> Asker<'_> {
        let call = Circumstances { end_user: self.end_user.as_ref(), ..self.call };
        Asker { holder: &self.holder, call }
    }
}

fn world(policy: &Policy, row: &Row) -> World {
    let moved = row.releases.iter().filter_map(|(name, moved)| {
        let model = policy.model(name)?;
        Some((Arc::clone(&model.release), Arc::new(release(model, moved))))
    });
    let mut world = World { releases: moved.collect(), ..World::default() };
    if let Some(end_user) = end_user(&row.who) {
        world.end_users.insert(EndUserId::new("their end user"), Arc::new(end_user));
    }
    world
}

/// Whoever it calls for, if for somebody of whom there is something to say.
fn end_user(who: &Who) -> Option<EndUser> {
    let standing = who.end_user.or((!who.end_user_grants.0.is_empty()).then_some(Standing::Good))?;
    let sanctions = vec![Sanction { standing, expires: None }];
    Some(EndUser { sanctions, grants: grants(&who.end_user_grants) })
}

fn release(model: &Model, moved: &Moved) -> Release {
    let members = moved.members.iter().map(|(_, name)| PrincipalId::new(&name.0)).collect();
    Release {
        op_state: moved.op_state,
        cohort: Cohort {
            percent: u8::try_from(moved.percent.0).unwrap_or(100),
            principals_max: moved.principals_max.map(crate::file::Whole::small),
            members,
        },
        successor: moved.successor.as_ref().map(|name| ModelId::new(&name.0)),
        ..Release::at(moved.stage.unwrap_or(model.stage))
    }
}

fn holder(policy: &Policy, who: &Who, principal: Principal) -> Holder {
    let asked = who
        .asked
        .iter()
        .map(|(name, state)| Requested { model: ModelId::new(name), state: *state });
    Holder {
        organisation: who.organisation.as_ref().map(|name| OrganisationId::new(&name.0)),
        domicile: who.domicile.as_ref().map(|country| country.0),
        verified: Box::new([
            Verified { level: who.verification, until: None },
            Verified { level: who.verification_before, until: Some(NOW) },
        ]),
        sanctions: Box::new([
            Sanction { standing: who.standing, expires: None },
            Sanction { standing: who.organisation_standing, expires: None },
            Sanction { standing: who.standing_before, expires: Some(NOW) },
        ]),
        purposes: who.purposes.iter().map(|(_, purpose)| *purpose).collect(),
        allows: Allows {
            data_retention: who.data_retention,
            human_review: who.human_review,
            vouching: who.vouching,
        },
        mfa: who.mfa,
        grants: grants(&who.grants).into(),
        acceptances: acceptances(policy, who).into(),
        requests: asked.collect(),
        scopes: scopes(who),
        ..Holder::of(principal)
    }
}

fn grants(written: &List<Granted>) -> Vec<Grant> {
    written.iter().filter_map(|(index, it)| grant(index, it)).collect()
}

/// What a grant gives: the first of these that is written.
fn gives(written: &Granted) -> Option<Gives> {
    if let Some(name) = &written.model {
        return Some(Gives::Model { name: ModelId::new(&name.0), from: written.from });
    }
    if let Some(category) = &written.relax {
        return Some(Gives::Relax { category: category.0.as_str().into() });
    }
    if let Some(tokens) = written.credit {
        let (sponsor, purpose) = ("table".into(), Purpose::Research);
        return Some(Gives::Credit { tokens: tokens.0, sponsor, purpose });
    }
    let limit = written.limit.as_ref()?;
    let ceiling = NonZeroU64::new(limit.ceiling?.0)?;
    let window = limit.window.unwrap_or(Window::Now);
    Some(Gives::Limit(Limit { unit: limit.unit?, window, scope: limit.scope?, ceiling }))
}

fn grant(index: usize, written: &Granted) -> Option<Grant> {
    Some(Grant {
        id: GrantId::new(&format!("grant_{index}")),
        gives: gives(written)?,
        conditions: Conditions {
            data_retention: written.data_retention,
            human_review: written.human_review,
            mfa: written.mfa,
            addresses: written.addresses.iter().map(|(_, network)| network.0).collect(),
            verification: written.verification,
            purpose: written.purpose,
        },
        state: written.state,
        starts: written.not_yet.then_some(Timestamp(NOW.0 + 1)),
        expires: written.expired.then_some(NOW),
        source: "table".into(),
        reason: "".into(),
    })
}

fn acceptances(policy: &Policy, who: &Who) -> Vec<Acceptance> {
    let present = |licence: &str| {
        let mut wanted = policy.models().flat_map(|model| &model.terms.accept);
        let wanted = wanted.find(|wanted| wanted.licence.as_str() == licence);
        wanted.map(|wanted| TextHash(wanted.text_sha256))
    };
    let another = |_: &str| Some(TextHash([0; 32]));
    let of = |list: &List<Name>, by, text: &dyn Fn(&str) -> Option<TextHash>| {
        let one = |(_, name): (usize, &Name)| {
            let (licence, method) = (LicenceId::new(&name.0), "table".into());
            Some(Acceptance { licence, text: text(&name.0)?, by, at: NOW, method })
        };
        list.iter().filter_map(one).collect::<Vec<_>>()
    };
    let mut all = of(&who.accepted, Subject::Principal, &present);
    all.extend(of(&who.accepted_by_organisation, Subject::Organisation, &present));
    all.extend(of(&who.accepted_before, Subject::Principal, &another));
    all
}

fn scopes(who: &Who) -> Option<Scopes> {
    let models = who.scope_models.iter().flat_map(List::iter);
    let models = models.map(|(_, name)| ModelId::new(&name.0));
    let operations = who.scope_operations.iter().flat_map(List::iter);
    let networks = who.scope_addresses.iter().flat_map(List::iter);
    let (operations, networks) = (operations.map(|(_, it)| *it), networks.map(|(_, it)| it.0));
    Scopes::new(models, operations, networks).ok().filter(|scopes| !scopes.is_empty())
}
