//! Grants: given, suspended, revoked.

use super::{ActError, commit, found, write};
use crate::{Act, Kind, Owner, Records};
use sluice_config::words::{Grant, GrantId, GrantState};

/// Gives somebody a grant.
pub async fn give(
    records: &dyn Records,
    owner: Owner,
    grant: &Grant,
    act: &Act,
) -> Result<(), ActError> {
    if owner == Owner::World {
        return Err(ActError::illegal("a grant is given to somebody, not to the world"));
    }
    let tag = grant.state.as_str();
    let write = write((Kind::GRANT, grant.id.as_str()), owner, tag, grant, None)?;
    commit(records, vec![write], act).await
}

/// Puts a grant into another state.
pub async fn turn(
    records: &dyn Records,
    id: &GrantId,
    next: GrantState,
    act: &Act,
) -> Result<Grant, ActError> {
    let known = found::<Grant>(records, &Kind::GRANT, "grant", id.as_str()).await?;
    let mut grant = known.body;
    if !grant.state.may_become(next) {
        let (from, to) = (grant.state.as_str(), next.as_str());
        return Err(ActError::illegal(format!(
            "{id} is {from}, and nothing leads from there to {to}"
        )));
    }
    grant.state = next;
    let (key, version) = ((Kind::GRANT, id.as_str()), Some(known.version));
    let write = write(key, known.owner, next.as_str(), &grant, version)?;
    commit(records, vec![write], act).await?;
    Ok(grant)
}
