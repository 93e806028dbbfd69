//! Licences that somebody agreed to.

use super::{ActError, commit, find, write};
use crate::{Act, Kind, Owner, Records, StoreError};
use sluice_config::words::Acceptance;

/// Writes down that a principal, or an organisation for all of its own, agreed to the text of a
/// licence. A text that was agreed to before changes nothing.
pub async fn accept(
    records: &dyn Records,
    owner: Owner,
    acceptance: &Acceptance,
    act: &Act,
) -> Result<(), ActError> {
    let text = acceptance.text.to_string();
    let short = text.get(..16).unwrap_or(&text);
    let id = format!("{}:{}/{}/{short}", owner.word(), owner.id(), acceptance.licence);
    if find::<Acceptance>(records, &Kind::ACCEPTANCE, &id).await?.is_some() {
        return Ok(());
    }
    let tag = acceptance.licence.as_str();
    let write = write((Kind::ACCEPTANCE, &id), owner, tag, acceptance, None)?;
    match commit(records, vec![write], act).await {
        // Somebody was quicker with the same.
        Err(ActError::Store(StoreError::Conflict { .. })) => Ok(()),
        done => done,
    }
}
