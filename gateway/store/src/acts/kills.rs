//! Orders of the kill switch, in the records: from there every node hears of them.

use super::{ActError, commit, find, write};
use crate::{Act, Document, Kind, Owner, Records, StoreError, bodies};
use serde::{Serialize, de::DeserializeOwned};
use sluice_config::kill::KillOrders;
use sluice_config::words::{KillDirective, Restore};
use std::sync::Arc;

/// Writes orders down. What is there already is not written again. A restore is written even where
/// its directive is not: that may be in a kill file.
pub async fn order(records: &dyn Records, orders: &KillOrders, act: &Act) -> Result<(), ActError> {
    for directive in &orders.directives {
        put(records, (Kind::KILL, directive.id.as_str()), &**directive, act).await?;
    }
    for restore in &orders.restores {
        let id = format!("{}/{}", restore.kill, restore.at.0);
        put(records, (Kind::RESTORE, &id), &**restore, act).await?;
    }
    Ok(())
}

async fn put<T: DeserializeOwned + PartialEq + Serialize>(
    records: &dyn Records,
    (kind, id): (Kind, &str),
    order: &T,
    act: &Act,
) -> Result<(), ActError> {
    match find::<T>(records, &kind, id).await? {
        Some(known) if known.body == *order => Ok(()),
        Some(_) => Err(StoreError::Conflict { what: kind, name: id.into() }.into()),
        None => commit(records, vec![write((kind, id), Owner::World, "", order, None)?], act).await,
    }
}

/// The order that a document holds, if it holds one.
pub fn ordered(document: &Document) -> Result<Option<KillOrders>, StoreError> {
    let mut orders = KillOrders::default();
    if document.kind == Kind::KILL {
        orders.directives.insert(Arc::new(bodies::read::<KillDirective>(document)?));
    } else if document.kind == Kind::RESTORE {
        orders.restores.insert(Arc::new(bodies::read::<Restore>(document)?));
    }
    Ok((!orders.is_empty()).then_some(orders))
}
