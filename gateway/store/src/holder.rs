//! A caller as the decision sees it, made of its documents.

use crate::bodies::{self, AccessRequest, Action, Organisation, Profile, Project};
use crate::{Document, Holdings, Kind, Owner, StoreError};
use serde::de::DeserializeOwned;
use sluice_config::words::{
    Acceptance, Allows, Grant, GrantState, Holder, Principal, Requested, Sanction, Subject,
    Verified,
};

/// Makes a holder of a principal and what belongs to it.
pub(crate) fn of(principal: Principal, holdings: &Holdings) -> Result<Holder, StoreError> {
    let all = Held(&holdings.documents);
    let profile = all.one::<Profile>(&Kind::PROFILE)?.unwrap_or_default();
    let project = all.one::<Project>(&Kind::PROJECT)?.unwrap_or_default();
    let organisation = all.one::<Organisation>(&Kind::ORGANISATION)?.unwrap_or_default();
    let verified = [&profile.verified, &organisation.verified];
    let verified: Vec<Verified> = verified.into_iter().flatten().map(|it| it.known).collect();
    let grants = all.each::<Grant>(&Kind::GRANT)?;
    let live = |grant: &Grant| grant.state == GrantState::Active;
    let actions = all.each::<Action>(&Kind::ACTION)?.into_iter();
    let open = actions.filter(|action| action.lifted.is_none());
    let requests = all.each::<AccessRequest>(&Kind::REQUEST)?.into_iter();
    let requests = requests.map(|it| Requested { model: it.model, state: it.state });
    Ok(Holder {
        project: holdings.project.clone(),
        organisation: holdings.organisation.clone(),
        verified: verified.into(),
        sanctions: open.map(|action| action.sanction).collect::<Vec<Sanction>>().into(),
        purposes: profile.purposes.and(project.purposes).and(organisation.purposes),
        allows: Allows {
            data_retention: project.data_retention,
            human_review: project.human_review,
            vouching: project.vouching,
        },
        domicile: organisation.domicile,
        grants: grants.into_iter().filter(live).collect(),
        acceptances: all.acceptances()?,
        requests: requests.collect(),
        ..Holder::of(principal)
    })
}

/// The documents of a holder.
struct Held<'a>(&'a [Document]);

impl Held<'_> {
    /// The first of a kind, of which there is one.
    fn one<T: DeserializeOwned>(&self, kind: &Kind) -> Result<Option<T>, StoreError> {
        let found = self.0.iter().find(|document| bodies::is(document, kind));
        found.map(bodies::read).transpose()
    }

    /// What was agreed to. Whose agreement one is, its owner says, whatever stands in it.
    fn acceptances(&self) -> Result<Box<[Acceptance]>, StoreError> {
        let found = self.0.iter().filter(|document| bodies::is(document, &Kind::ACCEPTANCE));
        let read = found.map(|document| {
            let by = match document.owner {
                Owner::Organisation(_) => Subject::Organisation,
                _ => Subject::Principal,
            };
            Ok(Acceptance { by, ..bodies::read(document)? })
        });
        read.collect()
    }

    /// All of a kind.
    fn each<T: DeserializeOwned>(&self, kind: &Kind) -> Result<Vec<T>, StoreError> {
        let found = self.0.iter().filter(|document| bodies::is(document, kind));
        found.map(bodies::read).collect()
    }
}
