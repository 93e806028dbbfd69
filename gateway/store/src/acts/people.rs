//! Organisations, projects, and what is known of principals.

use super::{ActError, commit, find, found, write};
use crate::bodies::{Organisation, Profile, Project, Proven};
use crate::{Act, Kind, Owner, Records};
use sluice_config::words::{OrganisationId, PrincipalId, ProjectId, Purposes};

/// Adds an organisation, or changes what is kept of it.
pub async fn organise(
    records: &dyn Records,
    id: &OrganisationId,
    change: impl FnOnce(&mut Organisation),
    act: &Act,
) -> Result<Organisation, ActError> {
    let known = find::<Organisation>(records, &Kind::ORGANISATION, id.as_str()).await?;
    let version = known.as_ref().map(|it| it.version);
    let mut body = known.map(|it| it.body).unwrap_or_default();
    change(&mut body);
    let owner = Owner::Organisation(id.clone());
    let write = write((Kind::ORGANISATION, id.as_str()), owner, "", &body, version)?;
    commit(records, vec![write], act).await?;
    Ok(body)
}

/// Adds a project, or changes what is kept of it. Its organisation must be there.
pub async fn enrol(
    records: &dyn Records,
    id: &ProjectId,
    change: impl FnOnce(&mut Project),
    act: &Act,
) -> Result<Project, ActError> {
    let known = find::<Project>(records, &Kind::PROJECT, id.as_str()).await?;
    let version = known.as_ref().map(|it| it.version);
    let mut body = known.map(|it| it.body).unwrap_or_default();
    change(&mut body);
    if let Some(organisation) = &body.organisation {
        let (kind, name) = (&Kind::ORGANISATION, organisation.as_str());
        found::<Organisation>(records, kind, "organisation", name).await?;
    }
    let owner = Owner::Project(id.clone());
    let write = write((Kind::PROJECT, id.as_str()), owner, "", &body, version)?;
    commit(records, vec![write], act).await?;
    Ok(body)
}

/// Puts a principal into a project, or into none.
pub async fn place(
    records: &dyn Records,
    id: &PrincipalId,
    project: Option<&ProjectId>,
    act: &Act,
) -> Result<Profile, ActError> {
    if let Some(project) = project {
        found::<Project>(records, &Kind::PROJECT, "project", project.as_str()).await?;
    }
    profile(records, id, |profile| profile.project = project.cloned(), act).await
}

/// Writes down how well a principal is known; nothing, if no longer.
pub async fn verify(
    records: &dyn Records,
    id: &PrincipalId,
    verified: Option<Proven>,
    act: &Act,
) -> Result<Profile, ActError> {
    profile(records, id, |profile| profile.verified = verified, act).await
}

/// Writes down what a principal uses models for.
pub async fn declare(
    records: &dyn Records,
    id: &PrincipalId,
    purposes: Purposes,
    act: &Act,
) -> Result<Profile, ActError> {
    profile(records, id, |profile| profile.purposes = purposes, act).await
}

async fn profile(
    records: &dyn Records,
    id: &PrincipalId,
    change: impl FnOnce(&mut Profile),
    act: &Act,
) -> Result<Profile, ActError> {
    let known = find::<Profile>(records, &Kind::PROFILE, id.as_str()).await?;
    let version = known.as_ref().map(|it| it.version);
    let mut body = known.map(|it| it.body).unwrap_or_default();
    change(&mut body);
    let owner = Owner::Principal(id.clone());
    let write = write((Kind::PROFILE, id.as_str()), owner, "", &body, version)?;
    commit(records, vec![write], act).await?;
    Ok(body)
}
