//! What is done about how somebody behaves.
//!
//! An action is opened and, some day, lifted; whoever it concerns stands no better than the worst
//! that is open. So nothing is ever edited, and what was done can be read afterwards.

use super::{ActError, commit, found, write};
use crate::bodies::{Action, Lifted, NextStep};
use crate::{Act, Kind, Owner, Records};
use sluice_config::words::{Sanction, Standing};

/// An action to be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAction {
    /// Its id, `enac_…`.
    pub id: String,
    /// How they stand by it, and until when.
    pub sanction: Sanction,
    /// What they can do about it.
    pub next: NextStep,
}

/// Opens an action about somebody; why is the reason of the act, which they may read.
pub async fn open(
    records: &dyn Records,
    owner: Owner,
    new: NewAction,
    act: &Act,
) -> Result<Action, ActError> {
    let NewAction { id, sanction, next } = new;
    match sanction.standing {
        _ if owner == Owner::World => {
            return Err(ActError::illegal("an action is about somebody, not about the world"));
        }
        Standing::Good => {
            return Err(ActError::illegal("good standing comes of lifting what was done"));
        }
        Standing::Banned if sanction.expires.is_some() => {
            return Err(ActError::illegal("a ban has no end; suspend, if it is to have one"));
        }
        _ => {}
    }
    if act.reason.is_empty() {
        return Err(ActError::illegal("whoever it is done to has a right to a reason"));
    }
    let action = Action {
        sanction,
        reason: act.reason.clone(),
        by: act.by.clone(),
        opened: act.at,
        next,
        lifted: None,
    };
    let write = write((Kind::ACTION, &id), owner, "open", &action, None)?;
    commit(records, vec![write], act).await?;
    Ok(action)
}

/// Ends an action.
pub async fn lift(records: &dyn Records, id: &str, act: &Act) -> Result<Action, ActError> {
    let known = found::<Action>(records, &Kind::ACTION, "action", id).await?;
    let mut action = known.body;
    if action.lifted.is_some() {
        return Err(ActError::illegal(format!("{id} is lifted already")));
    }
    if act.reason.is_empty() {
        return Err(ActError::illegal("say why it is lifted"));
    }
    let (by, at, reason) = (act.by.clone(), act.at, act.reason.clone());
    action.lifted = Some(Lifted { by, at, reason });
    let write = write((Kind::ACTION, id), known.owner, "lifted", &action, Some(known.version))?;
    commit(records, vec![write], act).await?;
    Ok(action)
}
