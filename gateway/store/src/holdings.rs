//! What belongs to a caller: its own documents, its project's and its organisation's.

use crate::{Document, Kind, Known, LISTED_MAX, Listing, Owner, Records, StoreError, Whose};
use serde_json::Value;
use sluice_config::words::{Holder, OrganisationId, Principal, PrincipalId, ProjectId};

/// The most documents of one caller, its project and its organisation together.
pub const HOLDINGS_MAX: usize = 4096;
/// The most documents of the world and of end users.
pub const WORLD_MAX: usize = 262_144;

/// What belongs to a caller, as it was at one moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holdings {
    /// Its project, if it has one.
    pub project: Option<ProjectId>,
    /// Its organisation, if it has one.
    pub organisation: Option<OrganisationId>,
    /// Its own documents, then its project's, then its organisation's, each by kind and id.
    pub documents: Vec<Document>,
}

/// What belongs to `principal`. Its profile says which project it is of, and the project of which
/// organisation; where they say nothing, what is claimed counts.
pub async fn holdings(
    records: &dyn Records,
    principal: &PrincipalId,
    claimed_project: Option<&ProjectId>,
    claimed_organisation: Option<&OrganisationId>,
) -> Result<Holdings, StoreError> {
    let mut held = Held { records, of: principal, documents: Vec::new() };
    let own = Owner::Principal(principal.clone());
    held.gather(&own).await?;
    let project = held.told(&own, &Kind::PROFILE, "project")?.map(ProjectId::new);
    let project = project.or_else(|| claimed_project.cloned());
    let mut organisation = None;
    if let Some(project) = &project {
        let theirs = Owner::Project(project.clone());
        held.gather(&theirs).await?;
        let told = held.told(&theirs, &Kind::PROJECT, "organisation")?;
        organisation = told.map(OrganisationId::new);
    }
    let organisation = organisation.or_else(|| claimed_organisation.cloned());
    if let Some(organisation) = &organisation {
        held.gather(&Owner::Organisation(organisation.clone())).await?;
    }
    Ok(Holdings { project, organisation, documents: held.documents })
}

/// A principal with what belongs to it, as records say now.
pub async fn holder(records: &dyn Records, principal: Principal) -> Result<Holder, StoreError> {
    let found = holdings(records, &principal.id, None, None).await?;
    crate::holder::of(principal, &found)
}

/// Every document of the world and of end users: what a node has in memory from its start. Read the
/// [head](Records::head) of the feed before, and hear it from there on: then nothing is missed.
pub async fn world(records: &dyn Records) -> Result<Vec<Document>, StoreError> {
    let mut documents = Vec::new();
    let excess = || format!("the world and end users have more than {WORLD_MAX} documents");
    collect(records, Whose::NoCallers, &mut documents, WORLD_MAX, excess).await?;
    Ok(documents)
}

/// What was found so far.
struct Held<'a> {
    records: &'a dyn Records,
    of: &'a PrincipalId,
    documents: Vec<Document>,
}

impl Held<'_> {
    async fn gather(&mut self, owner: &Owner) -> Result<(), StoreError> {
        let of = self.of;
        let excess = || {
            format!(
                "{of}, its project and its organisation have more than {HOLDINGS_MAX} documents"
            )
        };
        let whose = Whose::Of(owner.clone());
        collect(self.records, whose, &mut self.documents, HOLDINGS_MAX, excess).await
    }

    /// What the first document of that kind that says something of it says; nonsense is an error,
    /// since a caller whose limits are unknown must not pass as one who has none.
    fn told(&self, owner: &Owner, kind: &Kind, word: &str) -> Result<Option<&str>, StoreError> {
        let theirs = |it: &&Document| it.owner == *owner && it.kind == *kind;
        let mut told = self.documents.iter().filter(theirs);
        let said = told.find_map(|it| Some((it, it.body.get(word).filter(|it| !it.is_null())?)));
        match said {
            None => Ok(None),
            Some((_, Value::String(name))) if !name.is_empty() => Ok(Some(name)),
            Some((of, _)) => {
                Err(StoreError::Malformed { what: kind.to_string(), name: of.id.clone() })
            }
        }
    }
}

/// Adds every document of `whose`, page by page.
async fn collect(
    records: &dyn Records,
    whose: Whose,
    into: &mut Vec<Document>,
    most: usize,
    excess: impl Fn() -> String,
) -> Result<(), StoreError> {
    let mut listing = Listing { owner: Some(whose), ..Listing::default() };
    loop {
        let page = records.documents(&listing).await?;
        let more = page.len() >= LISTED_MAX;
        listing.after = page.last().map(|last| (last.kind.clone(), last.id.clone()));
        into.extend(page);
        if into.len() > most {
            return Err(StoreError::TooMany { what: excess() });
        }
        if !more {
            return Ok(());
        }
    }
}

impl Known {
    /// The same, with what belongs to them.
    ///
    /// # Errors
    ///
    /// The store does not answer, or what belongs to them is not understood.
    pub async fn with_holdings(self, records: &dyn Records) -> Result<Self, StoreError> {
        let found = holdings(records, &self.principal.id, None, None).await?;
        self.holding(found)
    }
}
