//! A caller as the decision sees it, made of its documents.

use crate::bodies::{self, AccessRequest, Action, Organisation, Profile, Project};
use crate::{Document, Holdings, Kind, StoreError};
use serde::de::DeserializeOwned;
use sluice_config::words::{
    Acceptance, Grant, GrantState, Holder, Principal, Requested, Sanction, Verified,
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
        data_retention: project.data_retention,
        human_review: project.human_review,
        domicile: organisation.domicile,
        grants: grants.into_iter().filter(live).collect(),
        acceptances: all.each::<Acceptance>(&Kind::ACCEPTANCE)?.into(),
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

    /// All of a kind.
    fn each<T: DeserializeOwned>(&self, kind: &Kind) -> Result<Vec<T>, StoreError> {
        let found = self.0.iter().filter(|document| bodies::is(document, kind));
        found.map(bodies::read).collect()
    }
}
