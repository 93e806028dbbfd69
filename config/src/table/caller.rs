//! Who asks, as a row of a decision table says.

use crate::decide::Asker;
use crate::file::{Granted, List, Moved, Name, Row, Who};
use crate::policy::Model;
use crate::words::{
    Acceptance, Circumstances, Cohort, Conditions, EndUserId, Gives, Grant, GrantId, GrantState,
    Holder, LicenceId, ModelId, OrganisationId, Principal, PrincipalId, Release, Requested,
    Sanction, Scopes, Subject, TextHash, Timestamp, Verified,
};
use crate::world::EndUser;
use crate::{Policy, World};
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
        let end_user = who.end_user.map(|_| EndUserId::new("their end user"));
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
    if let Some(standing) = row.who.end_user {
        let sanctions = vec![Sanction { standing, expires: None }];
        let end_user = EndUser { sanctions, grants: Vec::new() };
        world.end_users.insert(EndUserId::new("their end user"), Arc::new(end_user));
    }
    world
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
        verified: Box::new([Verified { level: who.verification, until: None }]),
        sanctions: Box::new([Sanction { standing: who.standing, expires: None }]),
        purposes: who.purposes.iter().map(|(_, purpose)| *purpose).collect(),
        data_retention: who.data_retention,
        human_review: who.human_review,
        mfa: who.mfa,
        grants: who.grants.iter().filter_map(|(index, it)| grant(index, it)).collect(),
        acceptances: acceptances(policy, who).into(),
        requests: asked.collect(),
        scopes: scopes(who),
        ..Holder::of(principal)
    }
}

fn grant(index: usize, written: &Granted) -> Option<Grant> {
    let model = written
        .model
        .as_ref()
        .map(|name| Gives::Model { name: ModelId::new(&name.0), from: written.from });
    let relax = written.relax.as_ref();
    let relax = relax.map(|name| Gives::Relax { category: name.0.as_str().into() });
    Some(Grant {
        id: GrantId::new(&format!("grant_{index}")),
        gives: model.or(relax)?,
        conditions: Conditions {
            data_retention: written.data_retention,
            human_review: written.human_review,
            mfa: written.mfa,
            addresses: written.addresses.iter().map(|(_, network)| network.0).collect(),
            verification: written.verification,
            purpose: written.purpose,
        },
        state: GrantState::Active,
        starts: None,
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
